"""Scenes in notebooks: a live widget, computed and drawn in the kernel's process.

May import all of app below desktop; anywidget is imported by `widget` alone, where it is used.
"""
