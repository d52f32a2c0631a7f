"""A race from A: gradient, natural gradient and mirror descent of one loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.studies import traced_curves
from app.jobs.studies.study import Found, Study, pins_of
from app.jobs.viewport import Viewport
from app.model.data_points import DataPoint, standing
from app.model.scene import Point, Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.charts import named
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.statistics.checkpoint_path import CheckpointPath, checkpoint_path
from compute.statistics.descent import METHODS, Descent, descent, divergence_to
from compute.statistics.likelihood_region import is_summarised

# learning rate of all three methods, and their steps
RATE, MOST_STEPS = 0.1, 60
TITLES = {"gradient": "Gradient", "natural": "Natural gradient", "mirror": "Mirror descent"}
HINTS = {
    "gradient": "θ ← θ − γ ∂L in the family's own coordinates",
    "natural": "θ ← θ − γ g⁻¹∂L in the family's own coordinates",
    "mirror": "η ← η − γ ∂L/∂θ, the natural gradient in expectation parameters η",
}
LENGTH = (
    "The Fisher–Rao distances from step to step, added up, and the distance of the first point from "
    "the last."
)


@dataclass(frozen=True)
class DescentsJob(Study):
    """Three descents from A: of the likelihood of all samples, or of KL(B‖θ) without samples.

    points: those that are fitted; they summarise their samples in an exponential family only.
    """

    words: ClassVar[str] = "the descents"
    title: ClassVar[str] = "Descents"
    hint: ClassVar[str] = (
        f"Gradient, natural gradient and mirror descent from A with γ = {RATE:g}: of the negative "
        "log-likelihood of the data, or of KL(B‖θ) without data."
    )
    place: ClassVar[int] = 68
    measure: ClassVar[str] = "Loss of the race"
    section: ClassVar[str] = "samples"
    curves: ClassVar[Mapping[str, Style]] = {
        "gradient_path": Style(
            25, lambda t: t.straight, 1.0, 1.8, dash=(2, 3), words="gradient descent"
        ),
        "gradient_steps": Style(26, lambda t: t.straight, 1.0, 3.0, dots=True),
        "natural_path": Style(27, lambda t: t.e_path, 1.0, 1.8, words="natural gradient"),
        "natural_steps": Style(28, lambda t: t.e_path, 1.0, 3.0, dots=True),
        "mirror_path": Style(29, lambda t: t.m_path, 1.0, 1.8, dash=(8, 4), words="mirror descent"),
        "mirror_steps": Style(31, lambda t: t.m_path, 1.0, 3.0, dots=True),
    }

    start: Point
    end: Point
    points: tuple[DataPoint, ...]

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        fitted = tuple(point for point in standing(scene.points) if point.n > 0)
        return cls(scene.family, *pins_of(scene), fitted)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute the three descents."""
        target, words = self._target(manifold)
        loss, start = divergence_to(manifold, target), np.array(self.start)
        has_dual = named(manifold.charts, "expectation") is not None
        runs = {
            method: descent(manifold, loss, start, method, RATE, MOST_STEPS)
            for method in METHODS
            if has_dual or method != "mirror"
        }
        lengths = {method: _length(engine, manifold, run.theta) for method, run in runs.items()}
        curves: dict[str, Floats] = {}
        for method, run in runs.items():
            curves |= {f"{method}_path": run.theta, f"{method}_steps": run.theta}
        drawn: traced_curves.Curves = {**curves}
        rows = [Measure("Loss of the race", words, self.hint)]
        rows += [_measure(method, runs.get(method)) for method in METHODS]
        rows += [_length_measure(method, lengths[method]) for method in runs]
        return Found(drawn, rows)

    def _target(self, manifold: Manifold) -> tuple[Floats, str]:
        """Return the minimum of the loss, and words for the loss.

        Of all samples together the mean statistics are averages of those of each sample, so that the
        mean negative log-likelihood is KL(θ̂‖θ) and a constant.
        """
        chart = named(manifold.charts, "expectation")
        if not self.points or chart is None or not is_summarised(manifold):
            return np.array(self.end), "KL(B‖θ)"
        eta = chart.forward(np.array([point.theta for point in self.points]))
        n = np.array([point.n for point in self.points])
        total = f"{n.sum():.6g}"
        return chart.inverse(n @ eta / n.sum()), f"− log-likelihood of {total} values, per value"


def _measure(method: str, run: Descent | None) -> Measure:
    """Return the loss above its minimum after the steps made, with its status."""
    if run is None:
        return Measure(TITLES[method], "no expectation parameters", HINTS[method], False)
    made = len(run.theta) - 1
    left = f"{run.loss[-1]:.3g} above the least"
    words = f"{left} after {made} steps"
    if run.status == Status.LEFT_DOMAIN:
        words += "; the next leaves the domain"
    elif run.status == Status.ILL_CONDITIONED:
        words += f"; {run.status.words}"
    grown = bool(run.loss[-1] > run.loss[0])
    words += "; it diverges" if grown else ""
    good = run.status in (Status.OK, Status.NOT_CONVERGED) and not grown
    return Measure(TITLES[method], words, HINTS[method], good)


def _length(engine: Engine, manifold: Manifold, theta: Floats) -> CheckpointPath | None:
    """Return the geodesics from step to step; None if no step was made."""
    return checkpoint_path(engine, manifold, theta) if len(theta) > 1 else None


def _length_measure(method: str, path: CheckpointPath | None) -> Measure:
    """Return the Fisher length of a descent beside the distance of its ends."""
    name = f"Length, {TITLES[method].lower()}"
    if path is None:
        return Measure(name, "no step was made", LENGTH, False)
    if path.status != Status.OK:
        return Measure(name, path.status.words, LENGTH, False)
    return Measure(name, f"{path.length:.4g}; the geodesic {path.distance:.4g}", LENGTH)


STUDY = DescentsJob
