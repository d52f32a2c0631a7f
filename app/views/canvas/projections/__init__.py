"""Where things are: from chart coordinates, flat, in space or between two charts, to pixels.

Imports no OpenGL.
"""
