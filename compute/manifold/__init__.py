"""The statistical manifold: what a family supplies, tangent vectors, charts and surfaces.

May import core alone.  Two-dimensional tensors are packed in `tangent` and nowhere else.
"""
