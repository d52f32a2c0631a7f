"""Small widgets for panels and dialogs.

May import style.
"""
