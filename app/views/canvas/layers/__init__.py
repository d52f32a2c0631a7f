"""The layers of the canvas, one thing drawn a file.

A layer knows a projection; it returns primitives and knows nothing of who draws them.
"""
