"""The panels, one a file; `registry` lists them.

May import dialogs, widgets and style.
"""
