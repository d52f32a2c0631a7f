"""The window: PySide6 and pyqtgraph.  The canvas is passed in as a widget.

May import views.interface, views.text and model; no vispy.
"""
