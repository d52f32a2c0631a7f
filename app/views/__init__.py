"""The views: their interface to controllers, the vispy canvas, and the Qt window.

Views know neither store nor engine.
"""
