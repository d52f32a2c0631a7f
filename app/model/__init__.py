"""The model: the scene, its history and its files, lessons, preferences.

May import compute; no toolkit, and nothing else of app.
"""
