"""The two flat charts of an exponential family: natural coordinates and expectations η.

Straight lines are geodesics: of α = 1 in the natural chart, of α = −1 in the expectation chart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.manifold.charts import Chart, where
from compute.manifold.tangent import solve2

Map = Callable[[Floats], Floats]
ROUNDS = 60
# largest step of a search, in units of log θ
STRIDE = 1.0
CLOSE = 1e-9


def natural(labels: tuple[str, str], forward: Map, inverse: Map, jacobian: Map) -> Chart:
    """Return the chart of natural coordinates ϑ, in which p = exp(ϑ·t(x) − ψ(ϑ)) up to a factor
    that depends on x alone.
    """
    return Chart("natural", "Natural θ", labels, forward, inverse, jacobian)


def expectation(labels: tuple[str, str], forward: Map, inverse: Map, jacobian: Map) -> Chart:
    """Return the chart of expectations η = E[t(x)] = ∂ψ/∂ϑ."""
    return Chart("expectation", "Expectation η", labels, forward, inverse, jacobian)


def searched(forward: Map, jacobian: Map, start: Map) -> Map:
    """Return the inverse of an expectation chart of positive coordinates θ, by Newton's method in log
    θ.

    ``start``: η (..., 2) → an initial guess of θ.  NaN where no θ is found.
    """

    def inverse(eta: Floats) -> Floats:
        eta = np.asarray(eta, np.float64)
        known = np.isfinite(eta).all(axis=-1)
        target = where(known, eta, 1.0)
        log = np.log(start(target))
        for _ in range(ROUNDS):
            theta = np.exp(log)
            miss = target - forward(theta)
            slope = jacobian(theta) * theta[..., None, :]
            step = solve2(slope.reshape(-1, 2, 2), miss.reshape(-1, 2)).reshape(miss.shape)
            longest = np.max(np.abs(step), axis=-1, keepdims=True)
            log = np.clip(
                log + step * np.minimum(1.0, STRIDE / np.maximum(longest, 1e-300)), -12, 12
            )
            if np.max(longest, initial=0.0) < 1e-13:
                break
        theta = np.exp(log)
        size = np.abs(target) + np.abs(jacobian(theta) * theta[..., None, :]).sum(axis=-1)
        found = (np.abs(target - forward(theta)) < CLOSE * size).all(axis=-1)
        return where(known & found, theta)

    return inverse


def also(chart: Chart, *names: str) -> Chart:
    """Return a chart with alternative names added."""
    return replace(chart, also=(*chart.also, *names))
