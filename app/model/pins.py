"""The pins A, B and C: points placed by the user, and where they stand at first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold, known_inside
from compute.manifold.tangent import inner

# the field of the scene that holds each pin
FIELDS = {"A": "start", "B": "end", "C": "third"}
# places of C that are tried: sideways from the middle of A and B, in shares of the view
SIDEWAYS = (0.25, -0.25, 0.12, -0.12, 0.04, -0.04)


@dataclass(frozen=True)
class Pin:
    """A point placed by the user: θ in the family's own coordinates; ``token`` if it is on one."""

    theta: tuple[float, float]
    token: int | None = None


def known_token(pin: Pin, manifold: Manifold) -> Pin:
    """Return the pin, without its token if the family has none of that number."""
    count = len(manifold.landmarks.labels) if manifold.landmarks is not None else 0
    is_there = pin.token is None or 0 <= pin.token < count
    return pin if is_there else Pin(pin.theta)


def default_pin(manifold: Manifold, which: int) -> Pin:
    """Return A (0) or B (1) where a family has it at first."""
    theta = manifold.pins[which]
    if manifold.landmarks is not None:
        gaps = np.linalg.norm(manifold.landmarks.theta - np.array(theta), axis=1)
        if gaps.min() == 0.0 and manifold.landmarks.is_own(int(gaps.argmin())):
            return Pin(theta, int(gaps.argmin()))
    return Pin(theta)


def default_third(manifold: Manifold) -> Pin:
    """Return C where a family has it at first: beside the middle of its A and B."""
    chart, view = manifold.charts[0], manifold.view
    size = np.array([view.x1 - view.x0, view.y1 - view.y0])
    a, b = chart.forward(np.array(manifold.pins)) / size
    across = np.array([a[1] - b[1], b[0] - a[0]])
    across /= float(np.hypot(*across)) or 1.0
    for share in SIDEWAYS:
        theta = _rounded(chart, ((a + b) / 2 + share * across) * size)
        if known_inside(manifold, theta):
            return Pin((float(theta[0]), float(theta[1])))
    return Pin(manifold.interior)


def _rounded(chart: Chart, xy: np.ndarray) -> np.ndarray:
    """Return θ of a place in a chart, in three digits."""
    with np.errstate(all="ignore"):
        return np.array([float(f"{value:.3g}") for value in chart.inverse(xy)])


def default_vector(
    manifold: Manifold, start: tuple[float, float], end: tuple[float, float]
) -> tuple[float, float]:
    """Return a vector at A, orthogonal to the straight line to B, with a fifth of its Fisher length."""
    a = np.array(start)
    across = np.array(end) - a
    local = manifold.geometry(a)
    g11, g12, g22 = local.metric
    root = np.sqrt(max(float(local.det), 0.0)) or 1.0
    # the rotation by 90° of the metric: (Jv)¹ = −g_2j v^j/√D, (Jv)² = g_1j v^j/√D
    turned = (
        np.array([-(g12 * across[0] + g22 * across[1]), g11 * across[0] + g12 * across[1]]) / root
    )
    norm = float(np.sqrt(max(float(inner(local.metric, turned, turned)), 0.0)))
    reach = float(np.sqrt(max(float(inner(local.metric, across, across)), 0.0)))
    factor = min(max(reach, 0.3), 1.5) / 5 / norm if norm else 0.0
    return float(turned[0] * factor), float(turned[1] * factor)
