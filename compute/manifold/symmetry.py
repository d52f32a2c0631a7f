"""Symmetries and folds of a metric, given as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from compute.core.arrays import Floats
from compute.manifold.charts import Chart


@dataclass(frozen=True, eq=False)
class Revolution:
    """A symmetry of a metric: ``chart`` θ ↦ (u, w), and a(w) and da/dw by ``profile``."""

    chart: Chart
    profile: Callable[[Floats], tuple[Floats, Floats]]


@dataclass(frozen=True, eq=False)
class Fold:
    """A line where θ is singular and g regular in other coordinates, by its ``chart`` θ ↦ x, whose
    second coordinate vanishes there; ``bend``: ∂²θ/∂x^a∂x^b at θ (..., 2), packed (..., 2, 3).
    """

    chart: Chart
    bend: Callable[[Floats], Floats]
