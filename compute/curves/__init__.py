"""Curves that are known everywhere, not only at their nodes: for drawing.

May import geodesics and what lies below.
"""
