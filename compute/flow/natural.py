"""Natural-gradient flow θ'^i = −g^ij ∂_j L of L = KL(p_target ‖ p_θ), steepest descent to a target.

For an exponential family L has the derivative η(θ) − η* in natural coordinates, where the metric is ∂η,
so η' = −(η − η*): in the expectation chart the flow is a straight line to the target, traversed as
e^{−t}.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats
from compute.core.refusal import shown
from compute.flow.grid import Grid
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of


@dataclass(frozen=True, eq=False)
class NaturalFlow:
    """theta (k, 2) at times (k,), and loss (k,), KL(p_target ‖ p_θ) in nats."""

    times: Floats
    theta: Floats
    loss: Floats


def natural_gradient_flow(
    manifold: Manifold, start: ArrayLike, target: ArrayLike, times: ArrayLike
) -> NaturalFlow:
    """Return the flow from ``start`` (2,) at ``times`` (k,) ≥ 0.

    Exact: η(t) = η* + e^{−t}(η₀ − η*).  Raises ValueError for points outside the domain, and for
    families that are not exponential or have no known expectations.

    >>> from compute.families import manifold
    >>> way = natural_gradient_flow(manifold("gaussian"), [0.0, 1.0], [1.0, 2.0], [0.0, 50.0])
    >>> way.theta.round(9).tolist()
    [[0.0, 1.0], [1.0, 2.0]]
    """
    eta = expectations(manifold)
    (first, last) = points_of(manifold, "start and target", np.stack([start, target]))
    when = np.asarray(times, np.float64)
    if when.ndim != 1 or not (np.isfinite(when) & (when >= 0)).all():
        raise ValueError(f"times must be finite and not negative, got {shown(times)}")
    end = eta.forward(last)
    theta = eta.inverse(end + np.exp(-when)[:, None] * (eta.forward(first) - end))
    assert manifold.divergence is not None
    return NaturalFlow(when, theta, manifold.divergence(last, theta))


def towards(grid: Grid, target: Floats) -> Floats:
    """Return −g^ij ∂_j KL(p_target ‖ p_θ) (rows, columns, 2) at the nodes of a grid: an initial field.

    It is 0 at unused nodes.  Raises ValueError like `natural_gradient_flow`.
    """
    eta = expectations(grid.manifold)
    (end,) = points_of(grid.manifold, "target", target[None])
    field = eta.pull(grid.theta, eta.forward(end) - eta.forward(grid.theta))
    return np.where(grid.usable[..., None] & np.isfinite(field), field, 0.0)


def is_known(manifold: Manifold) -> bool:
    """Whether the family is exponential with known expectations."""
    charts = all(named(manifold.charts, name) for name in ("natural", "expectation"))
    return charts and manifold.divergence is not None


def expectations(manifold: Manifold) -> Chart:
    """Return the chart in which the flow is straight.  Raises ValueError for families without one."""
    chart = named(manifold.charts, "expectation")
    if chart is None or not is_known(manifold):
        raise ValueError(
            "a natural gradient needs an exponential family with expectation coordinates, got "
            f"{manifold.name}"
        )
    return chart
