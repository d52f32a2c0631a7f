"""The scene in time: tracks, and keyframes as poses of the whole scene.

May import what `app.model` may.
"""
