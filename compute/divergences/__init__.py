"""Divergences and other distances between distributions, in closed form or by quadrature.

May import core, manifold and requests.
"""
