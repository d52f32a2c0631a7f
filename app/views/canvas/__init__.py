"""The drawing of the manifold with vispy: one small file for each thing drawn."""

from app.views.canvas.canvas import VispyCanvas

__all__ = ["VispyCanvas"]
