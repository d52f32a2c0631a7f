"""Dialogs, sheets and the palette.

May import widgets and style.
"""
