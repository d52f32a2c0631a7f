"""Marks of angles: at the pins between tangents, and at the foot of a loop.

The angle is that of the Fisher metric, arccos g(v, w)/√(g(v, v) g(w, w)), and its arc is part of a
Fisher circle about the point, an ellipse as the chart draws it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.jobs.answers import Answer
from app.jobs.path import PathAnswer
from app.jobs.studies.study import StudyAnswer
from app.jobs.studies.triangle import TriangleJob
from app.jobs.subject import Subject
from app.model.layers import is_shown
from app.model.notes import Angle, Point
from app.views.interface.annotations import AngleArc
from app.views.text.mathematics import powers
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.curves.dense_curve import DenseCurve
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import inner, norm

POINTS = 49  # of an arc
LEAST_TURN = 1e-6  # in radians
WHOLE = 2.0 * np.pi
NAMES = {  # of the sides, in words
    "straight": "straight line",
    "other": "another geodesic",
    "e": "e-path",
    "m": "m-path",
    "w2": "Wasserstein path",
    "CA": "side CA",
    "CB": "side CB",
}
OF_TRIANGLE = ("CA", "CB")


@dataclass(frozen=True, eq=False)
class Side:
    """A tangent vector (2,) in θ, and why it is not certain, or ""."""

    vector: Floats
    doubt: str = ""


def arcs(subject: Subject, found: Sequence[Answer]) -> list[AngleArc]:
    """Return the angles of a scene as far as its answers determine them."""
    shown = is_shown(subject.scene.layers, "loop")
    studies = [a for a in found if shown and isinstance(a, StudyAnswer)]
    made = [arc for study in studies for arc in _of_loop(subject, study)]
    return made + [arc for _, arc in _of_marks(subject, found)]


def in_words(subject: Subject, found: Sequence[Answer]) -> list[str]:
    """Return the value of each mark of an angle at a pin, with its sides."""
    return [
        f"{arc.words} at {mark.at} between {' and '.join(NAMES.get(s, s) for s in mark.between)}"
        for mark, arc in _of_marks(subject, found)
    ]


def _of_marks(subject: Subject, found: Sequence[Answer]) -> Iterator[tuple[Angle, AngleArc]]:
    """Yield each mark with each of its arcs."""
    path = next((a for a in found if isinstance(a, PathAnswer)), None)
    studies = [a for a in found if isinstance(a, StudyAnswer)]
    if path is not None and subject.scene.layers.notes:
        for mark in subject.scene.angles:
            for arc in _of_mark(subject, mark, path, studies):
                yield mark, arc


def angle(manifold: Manifold, theta: Floats, v: Floats, w: Floats) -> float:
    """Return the Fisher angle from v to w (2,) at θ (2,) in (−π, π], positive counter-clockwise in θ;
    NaN where the metric is singular.
    """
    local = manifold.geometry(theta)
    if not local.det > 0.0:
        return float("nan")
    turn = np.sqrt(local.det) * (v[0] * w[1] - v[1] * w[0])
    return float(np.arctan2(turn, inner(local.metric, v, w)))


def _of_mark(
    subject: Subject, mark: Angle, path: PathAnswer, studies: Sequence[StudyAnswer]
) -> Iterator[AngleArc]:
    """Yield the arcs of a mark, one for each geodesic if there are several."""
    third = subject.scene.third
    places = {"A": path.job.start, "B": path.job.end, "C": third.theta if third else (0.0, 0.0)}
    theta = np.array(places[mark.at])
    pins = tuple(places.values())
    first, second = (
        list(
            _of_triangle(side, mark.at, pins, studies)
            if side in OF_TRIANGLE or mark.at == "C"
            else _sides(side, mark.at, path, studies)
        )
        for side in mark.between
    )
    # at B the curves arrive: what they enclose lies behind them, unless the vector is one side
    sign = -1.0 if mark.at == "B" and "vector" not in mark.between else 1.0
    for one in first:
        for other in second:
            v, w = sign * one.vector, sign * other.vector
            turn = angle(subject.manifold, theta, v, w)
            doubt = one.doubt or other.doubt
            words = powers(f"{abs(np.degrees(turn)):.4g}°") + (f" ({doubt})" if doubt else "")
            yield from _arc(subject, theta, v, turn, words, bool(doubt))


def _of_loop(subject: Subject, study: StudyAnswer) -> Iterator[AngleArc]:
    """Yield the arc by which a vector has turned on a loop."""
    if study.turn is not None and "before" in study.curves:
        foot, tip = study.curves["before"]
        # in radians, as in Measures; less than this is rounding
        shown = study.turn if abs(study.turn) >= LEAST_TURN else 0.0
        words = powers(f"{shown:.4g} rad")
        # the study's angle is counter-clockwise in its chart, which may be mirrored
        last = study.curves["after"][1] - foot
        modulo = angle(subject.manifold, foot, tip - foot, last)
        off = [abs((sign * study.turn - modulo + np.pi) % WHOLE - np.pi) for sign in (1.0, -1.0)]
        turn = float(np.clip(study.turn, -WHOLE, WHOLE)) * (1.0 if off[0] <= off[1] else -1.0)
        yield from _arc(subject, foot, tip - foot, turn, words, is_turn=True)


def _arc(
    subject: Subject,
    theta: Floats,
    v: Floats,
    turn: float,
    words: str,
    is_doubtful: bool = False,
    is_turn: bool = False,
) -> Iterator[AngleArc]:
    """Yield the arc of a Fisher circle at θ (2,) from v (2,), by the angle ``turn``."""
    local = subject.manifold.geometry(theta)
    size = float(norm(local.metric, v))
    if not (np.isfinite(turn) and size > 0.0 and local.det > 0.0):
        return
    g11, g12, g22 = local.metric
    one = v / size
    # the rotation by 90° of the metric: (Jv)¹ = −g_2j v^j/√D, (Jv)² = g_1j v^j/√D
    root = np.sqrt(local.det)
    across = np.array([-(g12 * one[0] + g22 * one[1]), g11 * one[0] + g12 * one[1]]) / root
    phi = np.linspace(0.0, turn, POINTS)[:, None]
    round_ = subject.chart.push(theta, np.cos(phi) * one + np.sin(phi) * across)
    foot = subject.chart.forward(theta)
    yield AngleArc(tuple(map(float, foot)), round_, words, is_doubtful, is_turn)


def _sides(side: str, pin: str, path: PathAnswer, studies: Sequence[StudyAnswer]) -> Iterator[Side]:
    """Yield the tangents of a side at a pin; none while its curve is not known."""
    status, last = Status(int(path.paths.status[0])), int(path.paths.nodes[0]) - 1
    doubt = "" if status.arrived else status.words.partition(":")[0]
    is_there = pin == "A" or path.paths.reached[0] == 1.0
    node = 0 if pin == "A" else last
    match side:
        case "straight":
            yield Side(np.array(path.job.end) - np.array(path.job.start))
        case "vector" if pin == "A":
            yield Side(np.array(path.job.vector))
        case "vector" if is_there:
            yield Side(path.transport.vectors[0, node].astype(np.float64), doubt)
        case "geodesic" if is_there:
            yield Side(path.paths.velocity[0, node].astype(np.float64), doubt)
        case _:
            for study in studies:
                if side in study.dense:
                    doubt = "not converged" if side in study.dashed else ""
                    yield from _tangents(study.dense[side], pin, doubt)


def _of_triangle(
    side: str, pin: str, pins: tuple[Point, ...], studies: Sequence[StudyAnswer]
) -> Iterator[Side]:
    """Yield the tangent of the side CA or CB at a pin, away from it at A and C, and arriving at B as
    other curves do; none where the triangle that is shown has other pins.
    """
    of = next((s for s in studies if isinstance(s.job, TriangleJob)), None)
    if of is None or not isinstance(of.job, TriangleJob) or "sides" not in of.dense:
        return
    if (of.job.start, of.job.end, of.job.third) != pins:
        return
    leaving = [found.vector for found in _tangents(of.dense["sides"], "A", "")]
    arriving = [found.vector for found in _tangents(of.dense["sides"], "B", "")]
    if len(leaving) != 2 or len(arriving) != 2:
        return
    doubt = "not converged" if "sides" in of.dashed else ""
    (b_to_c, c_to_a), (at_c, at_a) = leaving, arriving
    vectors = {
        ("CA", "C"): c_to_a, ("CB", "C"): -at_c, ("CA", "A"): -at_a, ("CB", "B"): -b_to_c,
    }  # fmt: skip
    if (side, pin) in vectors:
        yield Side(vectors[side, pin], doubt)


def _tangents(dense: DenseCurve, pin: str, doubt: str) -> Iterator[Side]:
    """Yield the tangents of one or several curves from A to B, at A or at B."""
    known = np.asarray(np.isfinite(dense.pieces).all(axis=(1, 2)))
    before = np.concatenate([[False], known[:-1]])
    after = np.concatenate([known[1:], [False]])
    if pin == "A":
        found = dense.pieces[known & ~before, 1]
    else:
        found = (dense.pieces[known & ~after] * np.arange(6.0)[:, None]).sum(axis=1)
    for vector in found:
        yield Side(vector, doubt)
