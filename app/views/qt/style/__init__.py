"""The look of the window: one sheet of the theme's colours, icons, text.

Imports no other views of Qt.
"""
