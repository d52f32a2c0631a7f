"""The e- and the m-path between the pins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from app.jobs.studies import traced_curves
from app.jobs.studies.study import BetweenPins, Found, pins_of
from app.jobs.viewport import STEPS, Viewport
from app.model.scene import Scene
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest

# section on the Wasserstein geometry
OTHER = "other-geometries-for-comparison"


@dataclass(frozen=True)
class CompareJob(BetweenPins):
    """The e-geodesic (α = 1), the m-geodesic (α = −1) and, for normals, the Wasserstein-2 geodesic."""

    words: ClassVar[str] = "e- and m-paths"
    title: ClassVar[str] = "e- and m-paths"
    hint: ClassVar[str] = (
        "Straight in natural coordinates (α = 1, mixtures of log p) and in expectation "
        "coordinates (α = −1)."
    )
    place: ClassVar[int] = 10
    measure: ClassVar[str] = "e-path, α = 1"
    section: ClassVar[str] = "geodesics"
    curves: ClassVar[Mapping[str, Style]] = {
        "e": Style(150, lambda t: t.e_path, 1.0, 2.2, words="e-path, α = 1"),
        "m": Style(160, lambda t: t.m_path, 1.0, 2.2, words="m-path, α = −1"),
        "w2": Style(170, lambda t: t.w2_path, 1.0, 2.2, words="W₂ path"),
    }
    details: ClassVar[frozenset[str]] = frozenset(("quality",))

    quality: str

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        return cls(scene.family, *pins_of(scene), viewport.quality)

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures."""
        curves: dict[str, Floats | traced_curves.Traced] = {}
        measures: list[Measure] = []
        dashed: set[str] = set()
        a, b = np.array([self.start]), np.array([self.end])
        for kind, alpha, words in (("e", 1.0, "e-path, α = 1"), ("m", -1.0, "m-path, α = −1")):
            paths = engine.connect(ConnectRequest(manifold, a, b, alpha, STEPS[self.quality]))
            status = Status(int(paths.status[0]))
            curves[kind] = traced_curves.path(engine, manifold, paths, alpha, self.quality)
            if status != Status.OK:
                dashed.add(kind)
            value = f"{paths.length[0]:.6g}" if status == Status.OK else status.words
            hint = "Fisher–Rao length of the geodesic of this connection; at least the distance."
            measures.append(Measure(words, value, hint, status == Status.OK))
        if manifold.name == "gaussian":
            curves["w2"], length = _displaced(manifold, self)
            hint = "Fisher–Rao length of the optimal-transport path, which is straight in μ and σ."
            measures.append(Measure("W₂ path", f"{length:.6g}", hint, section=OTHER))
        return Found(curves, measures, frozenset(dashed))


def _displaced(manifold: Manifold, job: CompareJob) -> tuple[Floats, float]:
    """Return the Wasserstein geodesic between two normals in θ, and its Fisher–Rao length."""
    share = np.linspace(0.0, 1.0, STEPS[job.quality] + 1)[:, None]
    theta = (1 - share) * np.array(job.start) + share * np.array(job.end)
    assert manifold.distance is not None
    return theta, float(manifold.distance(theta[:-1], theta[1:]).sum())


STUDY = CompareJob
