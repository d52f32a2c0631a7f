"""What vispy and OpenGL draw: quads, textures, glyphs, and pictures without a window.

May import projections.
"""
