"""Golden eigenmodes of heat flows: exact functions, and their discretisation on a grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.api.flow import AttentionFlow
from compute.manifold.extent import Extent

Case = dict[str, Any]
Field = Any


def scalar(case: Case) -> Field:
    """u(θ) of a scalar case."""
    params = case["params"]
    match case["id"]:
        case "flow_scalar_gaussian_logcos_0":
            return lambda t: np.sqrt(t[..., 1]) * np.cos(params["r"] * np.log(t[..., 1]))
        case "flow_scalar_gaussian_bessel_0":
            import mpmath  # SymPy brings it

            def bessel(t):
                z = np.sqrt(2) * params["k"] * t[..., 1]
                k = np.vectorize(lambda x: float(mpmath.besselk(1j * params["r"], x).real))
                return np.sqrt(t[..., 1]) * k(z) * np.cos(params["k"] * t[..., 0])

            return bessel
        case "flow_scalar_gaussian_neumann_box_0":
            r = params["n"] * np.pi / np.log(params["sigma1"] / params["sigma0"])

            def box(t):
                length = np.log(t[..., 1] / params["sigma0"])
                return np.sqrt(t[..., 1]) * (np.cos(r * length) - np.sin(r * length) / (2 * r))

            return box
    return lambda t: t[..., params["component"] - 1] - 1 / 3


def vector(case: Case) -> Field:
    """A(θ) of a vector case, θ-components."""
    name = case["id"].removeprefix("flow_vec_").removesuffix("_0")

    def gradient(t):
        r, s = 2.0, t[..., 1]
        slope = (0.5 * np.cos(r * np.log(s)) - r * np.sin(r * np.log(s))) / np.sqrt(s)
        return np.stack([0 * s, slope * s**2 / 2], axis=-1)

    def rotation(t):
        root = 2 * np.sqrt(t[..., 0] * t[..., 1])
        return np.stack([-root, root], axis=-1)

    return {
        "gaussian_killing_translation": lambda t: np.stack(
            [np.ones(t.shape[:-1]), np.zeros(t.shape[:-1])], axis=-1
        ),
        "gaussian_killing_dilation": lambda t: t.copy(),
        "gaussian_gradient_mode": gradient,
        "sphere_killing": rotation,
        "sphere_conformal": lambda t: -t * np.sqrt(1 - t.sum(axis=-1))[..., None],
        "flat_parallel": lambda t: t * (0.7, -1.1),
    }[name]


BOXES = {
    "gaussian": Extent(-0.4, 1.0, np.log(0.8), np.log(1.7)),
    "categorical3_expectation": Extent(0.08, 0.4, 0.22, 0.54),
    "flat_exponential_pair": Extent(np.log(0.9), np.log(2.0), np.log(0.6), np.log(1.3)),
}


def solver(case: Case, manifold: Any, mode: str, size: int, engine: Any = None) -> AttentionFlow:
    """A grid around the case's point, in a chart where that is a rectangle."""
    chart = {"categorical3_expectation": "parameters"}.get(manifold.name, "")
    return AttentionFlow(manifold, size, mode, engine, chart=chart, extent=BOXES[manifold.name])
