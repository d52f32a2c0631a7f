"""The drawing of the manifold: layers describe it, and OpenGL, SVG and PDF draw what they describe.

May import views.interface and views.text; no Qt, and vispy in gl and in the canvas itself alone.
"""

from app.process import system_freetype

system_freetype.prefer()
