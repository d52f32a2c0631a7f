"""Projections from chart coordinates to pixels: flat, in space, or between two charts.

Imports no OpenGL.
"""
