"""The views: the interface that controllers speak to, the canvas of vispy, the window of Qt.

Views know neither store nor engine.
"""
