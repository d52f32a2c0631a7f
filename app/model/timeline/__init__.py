"""The scene over time: tracks, and keyframes of the whole scene.

May import what `app.model` may.
"""
