"""User-defined families: formulas read by a dedicated parser, never executed as code.

May import core, manifold, requests and definitions.
"""
