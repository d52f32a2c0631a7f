"""The window as a program: documents, exports beside it, lessons, the theme.

May import everything but the command line.
"""
