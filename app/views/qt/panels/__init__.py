"""The panels, one per file; `registry` lists them.

May import dialogs, widgets and style.
"""
