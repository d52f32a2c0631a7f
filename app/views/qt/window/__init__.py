"""The main window and its frame, menus, settings and presentation mode.

May import panels, dialogs, widgets and style.
"""
