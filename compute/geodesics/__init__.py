"""Geodesics of Γ^(α) in float64: initial and boundary values, parallel transport, scalar maps.

One concept per module.  May import core, manifold, requests and the special functions.
"""
