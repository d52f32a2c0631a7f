"""The window: PySide6 and pyqtgraph.  The canvas is handed in as a widget."""
