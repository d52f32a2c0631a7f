"""The look of the window: style sheet, icons, text.

Imports no other views of Qt.
"""
