"""The layers of the canvas, one thing drawn a file.

A layer knows a projection; it may import gl and projections.
"""
