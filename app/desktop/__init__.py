"""What makes a program of the window: documents, exports beside it, lessons, the theme.

May import everything but the command line.
"""
