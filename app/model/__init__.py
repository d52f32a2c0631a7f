"""The scene and what a person keeps: files, lessons, preferences, the past of a scene.

May import compute, no toolkit, and nothing else of app.
"""
