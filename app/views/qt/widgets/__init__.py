"""Small pieces that panels and dialogs are made of.

May import style.
"""
