"""The canvas: layers describe the drawing as a display list, which OpenGL, SVG and PDF render.

May import views.interface and views.text; no Qt, and vispy only in gl and in the canvas itself.
"""

from app.process import system_freetype

system_freetype.prefer()
