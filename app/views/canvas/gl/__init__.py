"""Drawing by vispy and OpenGL: quads, textures, glyphs, and pictures without a window.

May import projections.
"""
