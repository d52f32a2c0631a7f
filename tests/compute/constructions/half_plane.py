"""Normals as the half-plane of Poincaré: z = μ/√2 + iσ, with lengths times √2 and K = −½."""

from __future__ import annotations

import numpy as np

ROOT2 = np.sqrt(2.0)


def to_plane(theta: np.ndarray) -> np.ndarray:
    """Return z of θ = (μ, σ)."""
    return theta[..., 0] / ROOT2 + 1j * theta[..., 1]


def from_plane(z: np.ndarray) -> np.ndarray:
    """Return θ = (μ, σ) of z."""
    return np.stack([ROOT2 * z.real, z.imag], axis=-1)


def distance(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return √2 arcosh(1 + |z − w|²/(2 Im z Im w))."""
    z, w = to_plane(p), to_plane(q)
    return ROOT2 * np.arccosh(1.0 + abs(z - w) ** 2 / (2.0 * z.imag * w.imag))


def centre_of_half_circle(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return the real centre of the half-circle through two points of the plane."""
    z, w = to_plane(p), to_plane(q)
    return (abs(w) ** 2 - abs(z) ** 2) / (2.0 * (w.real - z.real))


def foot(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Return the foot on the geodesic p q: by the Möbius map that sends its ends to 0 and ∞."""
    middle, z = centre_of_half_circle(p, q), to_plane(p)
    radius = abs(z - middle)
    low, high = middle - radius, middle + radius
    # w = (z − low)/(high − z) maps the half-circle onto the imaginary axis, where the foot is i|w|
    w = 1j * abs((to_plane(r) - low) / (high - to_plane(r)))
    return from_plane((low + high * w) / (1.0 + w))


def angles(p: np.ndarray, q: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Return the angles (n, 3) of triangles by the hyperbolic law of cosines."""
    found = []
    for here, one, other in ((p, q, r), (q, r, p), (r, p, q)):
        b, c, a = (distance(x, y) / ROOT2 for x, y in ((here, other), (here, one), (one, other)))
        cosine = (np.cosh(b) * np.cosh(c) - np.cosh(a)) / (np.sinh(b) * np.sinh(c))
        found.append(np.arccos(cosine))
    return np.stack(found, axis=-1)
