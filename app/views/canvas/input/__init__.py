"""Mouse and keyboard input of the canvas.

May import layers and projections.
"""
