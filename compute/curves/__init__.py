"""Curves with dense output, for drawing.

May import geodesics and the rooms below.
"""
