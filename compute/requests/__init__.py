"""Requests to an engine, and their results.

May import core and manifold.  Requests are validated when constructed; results are arrays.

Conventions (used in every module, in WGSL and in prose)
    θ = (θ¹, θ²) are a family's own coordinates, v = dθ/dt a velocity, w a tangent vector.
    g_ij is the Fisher metric E[∂_i l ∂_j l] with l = log p (natural logarithm): no factor ½ or 4.
    Lengths are in *nat-roots*: a small distance d and the divergence in nats obey KL ≈ d²/2.
    Γ_ij,k is the Christoffel symbol of the first kind, Γ^k_ij of the second, ``christoffel[k, i, j]``.
    T_ijk = E[∂_i l ∂_j l ∂_k l] is the Amari–Chentsov tensor, ``cubic[i, j, k]``.
    K is the Gaussian curvature, +1/R² on a sphere of radius R.  Angles are in radians.
    Arrays are ``(..., 2)``; n counts the paths of a batch, m the nodes of a path.
Wrong use raises ValueError that names the value; numerical failure is a Status in the result.
"""
