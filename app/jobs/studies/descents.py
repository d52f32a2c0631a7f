"""A race from A: gradient, natural gradient and mirror descent of one loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np

from app.jobs.moving_marks import MovingMark
from app.jobs.studies import traced_curves
from app.jobs.studies.study import Found, Study, pins_of
from app.jobs.viewport import Viewport
from app.model.data_points import DataPoint, standing
from app.model.descents import LIKELIHOOD, DescentSettings
from app.model.scene import Point, Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.charts import named
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.statistics.checkpoint_path import CheckpointPath, checkpoint_path
from compute.statistics.descent import METHODS, Descent, divergence_to, race
from compute.statistics.likelihood_region import is_summarised

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
LATER = "on release"
KINDS = ("path", "steps")


@dataclass(frozen=True, eq=False)
class Race:
    """The descents by method, and words for their loss; paths: of their steps, with their Fisher
    lengths, None where no step was made; without any in a drag.
    """

    loss: str
    runs: Mapping[str, Descent]
    paths: Mapping[str, CheckpointPath | None]


@dataclass(frozen=True)
class DescentsJob(Study):
    """Three descents from A or C: of the likelihood of all samples, or of KL(B‖θ).

    points: those that are fitted; they summarise their samples in an exponential family only.
    live: in a drag, without lengths.
    """

    words: ClassVar[str] = "the descents"
    title: ClassVar[str] = "Descents"
    hint: ClassVar[str] = (
        "Gradient, natural gradient and mirror descent from A: of the negative log-likelihood of the "
        "data, or of KL(B‖θ) without data. Rates and steps stand in the panel Descents."
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
        "gradient_mark": Style(66, lambda t: t.straight, 1.0, 10.0, 2.0, dots=True),
        "natural_mark": Style(67, lambda t: t.e_path, 1.0, 10.0, 2.0, dots=True),
        "mirror_mark": Style(68, lambda t: t.m_path, 1.0, 10.0, 2.0, dots=True),
    }

    start: Point
    end: Point
    points: tuple[DataPoint, ...]
    settings: DescentSettings = field(default_factory=DescentSettings)
    live: bool = False

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        settings, (start, end) = scene.descents, pins_of(scene)
        if settings.start == "C":
            assert scene.third
            start = scene.third.theta
        fitted = tuple(point for point in standing(scene.points) if point.n > 0)
        points = fitted if settings.loss == LIKELIHOOD else ()
        return cls(scene.family, start, end, points, settings, viewport.dragging)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute the three descents, and at rest their lengths."""
        target, words = self._target(manifold)
        has_dual = named(manifold.charts, "expectation") is not None
        rates = {m: r for m, r in self.settings.rates.items() if has_dual or m != "mirror"}
        loss = divergence_to(manifold, target)
        runs = race(manifold, loss, np.array(self.start), rates, self.settings.steps)
        measured = {} if self.live else runs
        paths = {m: _path(engine, manifold, run.theta) for m, run in measured.items()}
        rows = [Measure("Loss of the race", words, self.hint)]
        rows += [_measure(method, runs.get(method)) for method in METHODS]
        rows += [_length_measure(method, paths) for method in runs]
        marks = {f"{method}_mark": self._mark(run) for method, run in runs.items()}
        return Found(_drawn(runs), rows, moving=marks, detail=Race(words, runs, paths))

    def _mark(self, run: Descent) -> MovingMark:
        """Return the mark that leaps from step to step, and stays at the last one."""
        return MovingMark(np.arange(len(run.theta)) / self.settings.steps, run.theta, leaps=True)

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


def _drawn(runs: Mapping[str, Descent]) -> traced_curves.Curves:
    """Return the path of each descent, and its steps as dots."""
    pairs = [(f"{method}_{kind}", run.theta) for method, run in runs.items() for kind in KINDS]
    return dict(pairs)


def _measure(method: str, run: Descent | None) -> Measure:
    """Return the loss above its minimum after the steps made, with its status."""
    if run is None:
        return Measure(TITLES[method], "no expectation parameters", HINTS[method], False)
    made = len(run.theta) - 1
    left = f"{run.loss[-1]:.3g} above the least"
    words = f"{left} after {made} step{'' if made == 1 else 's'}"
    if run.status == Status.LEFT_DOMAIN:
        words += "; the next leaves the domain"
    elif run.status == Status.ILL_CONDITIONED:
        words += f"; {run.status.words}"
    grown = bool(run.loss[-1] > run.loss[0])
    words += "; it diverges" if grown else ""
    good = run.status in (Status.OK, Status.NOT_CONVERGED) and not grown
    return Measure(TITLES[method], words, HINTS[method], good)


def _path(engine: Engine, manifold: Manifold, theta: Floats) -> CheckpointPath | None:
    """Return the geodesics from step to step; None if no step was made."""
    return checkpoint_path(engine, manifold, theta) if len(theta) > 1 else None


def _length_measure(method: str, paths: Mapping[str, CheckpointPath | None]) -> Measure:
    """Return the Fisher length of a descent beside the distance of its ends."""
    name = f"Length, {TITLES[method].lower()}"
    if method not in paths:
        return Measure(name, LATER, LENGTH)
    path = paths[method]
    if path is None:
        return Measure(name, "no step was made", LENGTH, False)
    if path.status != Status.OK:
        return Measure(name, path.status.words, LENGTH, False)
    return Measure(name, f"{path.length:.4g}; the geodesic {path.distance:.4g}", LENGTH)


STUDY = DescentsJob
