"""OpenGL rendering of display lists as quads, textures and glyphs, on the screen and offscreen.

Only this room and the window's canvas import vispy.
"""
