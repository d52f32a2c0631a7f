"""The drawing of the manifold: layers describe it, and OpenGL, SVG and PDF draw what they describe."""
