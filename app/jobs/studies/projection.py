"""The m-projection of C onto the e-line through A and B, and the e-projection onto the m-line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.studies.construction import (
    Construction,
    dots,
    engine,
    error,
    failure,
    joined,
    number,
    place,
)
from app.jobs.studies.study import Found
from app.jobs.studies.traced_curves import Traced
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.constructions.projection import Projection, applies, project
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest

# α of the line through A and B, and of the geodesic from C to its projection
ALPHAS = {"m": (1.0, -1.0), "e": (-1.0, 1.0)}
ONTO = {"m": "e-line", "e": "m-line"}
SIDES = {
    "m": ("KL(C‖B)", "KL(C‖Q) + KL(Q‖B)"),
    "e": ("KL(B‖C)", "KL(Q‖C) + KL(B‖Q)"),
}
LEAST = {"m": "KL(C‖Q)", "e": "KL(Q‖C)"}
STEPS = 64
# relative difference of both sides without a warning
APART = 1e-6


@dataclass(frozen=True)
class ProjectionJob(Construction):
    """Both dual projections of C, with the relation of Pythagoras."""

    words: ClassVar[str] = "the projections"
    title: ClassVar[str] = "Dual projections"
    hint: ClassVar[str] = (
        "The m-projection of C onto the e-line through A and B, and the e-projection onto the m-line: "
        "the points of least divergence, with the relation of Pythagoras."
    )
    unfit: ClassVar[str] = "needs a dually flat family, with natural and expectation coordinates"
    place: ClassVar[int] = 80
    measure: ClassVar[str] = "m-projection of C"
    uses_third: ClassVar[bool] = True
    curves: ClassVar[Mapping[str, Style]] = {
        "e_line": Style(116, lambda t: t.e_path, 0.8, 1.6, dash=(6, 4), words="e-line AB"),
        "m_line": Style(117, lambda t: t.m_path, 0.8, 1.6, dash=(6, 4), words="m-line AB"),
        "m_drop": Style(126, lambda t: t.m_path, 1.0, 2.2, words="m-projection of C"),
        "e_drop": Style(127, lambda t: t.e_path, 1.0, 2.2, words="e-projection of C"),
        "m_foot": Style(213, lambda t: t.m_path, 1.0, 9.0, dots=True),
        "e_foot": Style(214, lambda t: t.e_path, 1.0, 9.0, dots=True),
    }

    @classmethod
    def fits(cls, manifold: Manifold) -> bool:
        """Whether the family is dually flat."""
        return applies(manifold)

    def found(self, of: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures."""
        curves: dict[str, Floats | Traced] = {}
        measures: list[Measure] = []
        a, b, c = self.pins
        for kind, (line, drop) in ALPHAS.items():
            made = project(engine(), manifold, a, b, c, kind)
            other = "e" if kind == "m" else "m"
            if made.status[0] == Status.OK:
                q = made.theta
                curves[f"{kind}_drop"] = _straight(manifold, c, q, drop)
                curves[f"{kind}_foot"] = dots(q[0])
            ends = _ends(made, a, b)
            curves[f"{other}_line"] = _straight(manifold, *ends, line)
            measures += _measures(kind, made)
        if self.is_final:
            measures += _on_geodesic(manifold, a, b, c)
        return Found(curves, measures)


def _ends(made: Projection, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return between which points the line is drawn: A, B and the projection."""
    t = float(made.t[0])
    if t < 0.0:
        return made.theta, b
    return (a, made.theta) if t > 1.0 else (a, b)


def _straight(manifold: Manifold, a: Floats, b: Floats, alpha: float) -> Traced | Floats:
    paths = engine().connect(ConnectRequest(manifold, a, b, alpha, STEPS))
    return joined(paths)


def _measures(kind: str, made: Projection) -> list[Measure]:
    name = f"{kind}-projection of C"
    hint = f"Q, the point of least {LEAST[kind]} on the {ONTO[kind]} through A and B."
    if made.status[0] != Status.OK:
        return [failure(name, int(made.status[0]), hint)]
    left, right = float(made.left[0]), float(made.right[0])
    words = SIDES[kind]
    relation = f"The relation of Pythagoras at Q: {words[0]} = {words[1]}."
    apart = abs(left - right)
    return [
        place(name, made.theta[0], hint),
        number(f"{LEAST[kind]}, {kind}-projection", float(made.divergence[0]), hint, unit=" nats"),
        number(words[0], left, relation, unit=" nats"),
        number(words[1], right, relation, unit=" nats"),
        error(
            f"Pythagoras, {kind}-projection",
            apart,
            "The difference of both sides; 0 without error.",
            apart <= APART * max(1.0, left),
        ),
    ]


def _on_geodesic(manifold: Manifold, a: Floats, b: Floats, c: Floats) -> list[Measure]:
    """Return by how much the relation fails at the point of least KL(C‖·) on the geodesic."""
    made = project(engine(), manifold, a, b, c, "m", "geodesic")
    hint = (
        "KL(C‖B) − KL(C‖Q) − KL(Q‖B) for Q of least KL(C‖Q) on the Fisher–Rao geodesic AB, which is "
        "not e-flat: the right angle is there, the relation of Pythagoras is not."
    )
    if made.status[0] != Status.OK:
        return [failure("Pythagoras on the geodesic", int(made.status[0]), hint)]
    return [
        number("Pythagoras on the geodesic", float(np.subtract(made.left, made.right)[0]), hint,
               unit=" nats")
    ]  # fmt: skip


STUDY = ProjectionJob
