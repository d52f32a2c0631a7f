"""From formulas to a manifold: derivatives, straight-line programs, quadrature, the disk cache.

May import core, manifold and requests.
"""
