"""The desktop program: documents, exports, lessons, theme.

May import everything except the command line.
"""
