"""OpenGL: display lists as quads, textures and glyphs, on the screen and in pictures without a window.

Only this room and the window's canvas itself know vispy.
"""
