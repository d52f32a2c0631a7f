"""The mouse and the keys on the canvas, as events.

May import layers and projections.
"""
