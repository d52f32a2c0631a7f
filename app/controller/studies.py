"""Studies: what is drawn around the one geodesic, each a layer with a job of its own.

The answer to any of them is a few curves in θ, by their kind, and a few measures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.controller import study_curves
from app.controller.numbers import KEPT_BY_NONE
from app.controller.study_curves import Curves
from app.controller.study_jobs import (
    BallJob,
    CompareJob,
    CutJob,
    EveryJob,
    LoopJob,
    QueryJob,
    SprayJob,
    Study,
)
from app.model.scene import chart_of
from app.views.base import Measure
from compute import jacobi
from compute.charts import parameters
from compute.cut import cut_points
from compute.dense_curve import DenseCurve
from compute.divergence import balls, bregman, natural_chart
from compute.engine import Engine
from compute.families import family as manifold_of
from compute.families import parse
from compute.head_choice import chosen, settings
from compute.holonomy import holonomy, polygon
from compute.manifold import Manifold
from compute.queries import QuerySpace
from compute.refusal import shorten
from compute.second import length_between
from compute.spray import all_geodesics, frame, spray
from compute.types import ConnectRequest, Floats, Status

STEPS = {"live": 64, "final": 128}
# rays of a spray, how many times as far as B they reach, and how many wavefronts lie on them
RAYS = {"live": 128, "final": 768}
REACH, FRONTS = 1.5, 6
# no study is smaller, in nat-roots
SHORTEST = 1e-3
# of the rays every so many are drawn
DRAWN = {"live": 4, "final": 12}
# of states of a qubit
BERRY = " On the hemisphere of states this is the Berry angle: the solid angle of the loop."
# in which the edge of a divergence's ball is found
BALL_DIRECTIONS = 384


@dataclass(frozen=True, eq=False)
class StudyAnswer:
    """curves: θ (k, 2) by kind, NaN between pieces; dense: those that are known between their nodes;
    dashed: the kinds that are not converged; shortest: of all geodesics the least length, or None;
    problem: why there is nothing but a measure that says so, or None.
    """

    job: Study
    curves: Mapping[str, Floats]
    dense: Mapping[str, DenseCurve]
    measures: tuple[Measure, ...]
    dashed: frozenset[str]
    milliseconds: float
    shortest: float | None = None
    problem: str | None = None


def perform(engine: Engine, job: Study) -> StudyAnswer:
    """Answer one study; what a scene asks for in vain is the answer's ``problem``."""
    began = time.perf_counter()
    try:
        curves, measures, dashed, *shortest = _DO[type(job)](engine, manifold_of(job.family), job)
    except ValueError as problem:
        words = shorten(str(problem))
        measure = Measure(_FIRST[type(job)], words.partition(", got ")[0], words, False)
        spent = 1000 * (time.perf_counter() - began)
        return StudyAnswer(job, {}, {}, (measure,), frozenset(), spent, problem=words)
    return StudyAnswer(
        job,
        study_curves.nodes_of(curves),
        study_curves.dense_of(curves),
        tuple(measures),
        frozenset(dashed),
        1000 * (time.perf_counter() - began),
        *shortest,
    )


Found = tuple[Curves, list[Measure], set[str]]


def _compare(engine: Engine, manifold: Manifold, job: CompareJob) -> Found:
    curves: dict[str, Floats | study_curves.Traced] = {}
    measures, dashed = [], set()
    a, b = np.array([job.start]), np.array([job.end])
    for kind, alpha, words in (("e", 1.0, "e-path, α = 1"), ("m", -1.0, "m-path, α = −1")):
        paths = engine.connect(ConnectRequest(manifold, a, b, alpha, STEPS[job.quality]))
        status = Status(int(paths.status[0]))
        curves[kind] = study_curves.path(engine, manifold, paths, alpha, job.quality)
        if status != Status.OK:
            dashed.add(kind)
        value = f"{paths.length[0]:.6g}" if status == Status.OK else status.words
        hint = "Fisher–Rao length of the geodesic of this connection: never below the distance."
        measures.append(Measure(words, value, hint, status == Status.OK))
    if manifold.name == "gaussian":
        curves["w2"], length = _displaced(manifold, job)
        hint = "Fisher–Rao length of the path on which mass moves least: straight in μ and σ."
        measures.append(Measure("W2 path", f"{length:.6g}", hint))
    return curves, measures, dashed


def _displaced(manifold: Manifold, job: CompareJob) -> tuple[Floats, float]:
    """Wasserstein's geodesic between two normals in θ, and its Fisher–Rao length."""
    share = np.linspace(0.0, 1.0, STEPS[job.quality] + 1)[:, None]
    theta = (1 - share) * np.array(job.start) + share * np.array(job.end)
    assert manifold.distance is not None
    return theta, float(manifold.distance(theta[:-1], theta[1:]).sum())


def _every(
    engine: Engine, manifold: Manifold, job: EveryJob
) -> tuple[Curves, list[Measure], set[str], float | None]:
    paths = all_geodesics(engine, manifold, np.array(job.start), np.array(job.end), job.alpha)
    fine = paths.status == Status.OK
    index = jacobi.morse_index(engine, manifold, paths) if job.alpha == 0.0 else 0 * paths.nodes
    others = [i for i in range(1, len(fine)) if fine[i]]
    words = ", ".join(f"{length:.5g}" for length in paths.length[fine])
    hint = "Every geodesic from A to B that rays in all directions find, shortest first."
    measures = [Measure("All geodesics", words or "none found", hint, bool(fine.any()))]
    if len(others):
        turned = ", ".join(str(i) for i in index[fine])
        hint = "How many conjugate points each of them passes: 0 only for locally shortest ones."
        measures.append(Measure("Their Morse indices", turned, hint))
    shortest = float(paths.length[fine].min()) if fine.any() else None
    other = study_curves.several(manifold, paths, others, job.alpha)
    curves: Curves = {"other": other}
    return curves, measures, set(), shortest


def _spray(engine: Engine, manifold: Manifold, job: SprayJob) -> Found:
    a, b = np.array(job.start), np.array(job.end)
    length = max(length_between(engine, manifold, a, b)[0], SHORTEST)
    fan = spray(engine, manifold, a, REACH * length, RAYS[job.quality], 96)
    nodes = [96 * i // FRONTS for i in range(1, FRONTS + 1)]
    curves = {
        "rays": study_curves.rays(fan, DRAWN[job.quality]),
        "fronts": study_curves.fronts(engine, manifold, fan, nodes, job.quality == "final"),
        "caustic": study_curves.caustic(fan),
    }
    count = int(np.isfinite(fan.conjugate).sum())
    hint = "Rays that meet their neighbours again: beyond that they are not shortest any more."
    share = f"{count} of {len(fan.angle)} rays"
    step = f"{REACH * length / FRONTS:.4g}"
    return curves, [
        Measure("Wavefronts every", step, "Fisher–Rao distance between two wavefronts."),
        Measure("Conjugate points on", share, hint),
    ], set()  # fmt: skip


def _balls(engine: Engine, manifold: Manifold, job: BallJob) -> Found:
    a, b = np.array(job.start), np.array(job.end)
    found, known = length_between(engine, manifold, a, b)
    length = max(found, SHORTEST)
    curves: dict[str, Floats | study_curves.Traced] = {}
    measures: list[Measure] = []
    if known:
        fan = spray(engine, manifold, a, length, 1024, 48)
        curves["ball"] = study_curves.fronts(engine, manifold, fan, [48], True)
    else:
        hint = "Its edge goes through B, which no geodesic is known to reach."
        measures.append(Measure("Geodesic ball", "not known", hint, False))
    if natural_chart(manifold) is None or manifold.divergence is None:
        return curves, measures, set()
    around = balls(manifold, a, b, BALL_DIRECTIONS)
    curves["forward"], curves["backward"] = (study_curves.outline(manifold, c) for c in around)
    forward, backward = bregman(manifold, a, b)
    hint = (
        "The Bregman divergence of ψ; the ball of equal divergence goes through B like the others."
    )
    return curves, [
        *measures,
        Measure("KL(A‖B), of the dotted ball", f"{forward:.6g} nats", hint),
        Measure("KL(B‖A), of the dashed ball", f"{backward:.6g} nats", hint),
    ], set()  # fmt: skip


def _loop(engine: Engine, manifold: Manifold, job: LoopJob) -> Found:
    vertices, chart = np.array(job.loop), chart_of(manifold, job.chart)
    if not manifold.in_domain(vertices).all():
        chart = parameters(manifold.coordinates)  # its edges mean something everywhere
    drawn = polygon(chart.forward(vertices), chart, manifold.periods)
    found = holonomy(engine, manifold, drawn, job.alpha)
    curves: dict[str, Floats | study_curves.Traced] = {
        "loop": study_curves.loop(manifold, vertices, chart)
    }
    fine = found.status == Status.OK
    if fine:
        size = 0.3 * np.sqrt(abs(found.area) / np.pi) if found.encloses else 0.3
        first = size * frame(engine, manifold, vertices[0])[:, 0]
        curves["before"] = np.stack([vertices[0], vertices[0] + first])
        curves["after"] = np.stack([vertices[0], vertices[0] + found.matrix @ first])
    metric = job.alpha == 0.0  # transport of another connection is no rotation
    angle = f"{found.angle:.6g} rad = {np.degrees(found.angle):.4g}°" if metric else KEPT_BY_NONE
    difference = f"{found.defect:.1e}" if found.encloses else "not compared"
    difference = difference if metric else KEPT_BY_NONE
    measures = [
        Measure(
            "Turn on the loop",
            angle if fine else found.status.words,
            "By how much a vector carried in parallel round the loop comes back turned."
            + (BERRY if manifold.support(vertices[:1]).space == "measurements" else ""),
            fine,
        ),
        Measure(
            "Curvature inside",
            f"{found.integral_curvature:.6g}"
            if found.encloses
            else "none: it winds round a period",
            "∫∫K dA over what a loop encloses counter-clockwise: by Gauss and Bonnet the turn.",
            bool(np.isfinite(found.integral_curvature)),
        ),
        Measure(
            "Their difference",
            difference,
            "Transport along the loop against quadrature inside: what both lost in rounding.",
            not metric or not found.encloses or abs(found.defect) < 1e-3,
        ),
    ]
    return curves, measures, set() if fine else {"loop"}


def _cut(engine: Engine, manifold: Manifold, job: CutJob) -> Found:
    a, b = np.array(job.start), np.array(job.end)
    length = REACH * max(length_between(engine, manifold, a, b)[0], SHORTEST)
    points = cut_points(manifold, spray(engine, manifold, a, length, 512, 128))
    hint = "Where two shortest geodesics from A meet: beyond, neither is the shortest any more."
    words = f"{len(points)} within {length:.4g}" if len(points) else f"none within {length:.4g}"
    return {"cut": points}, [Measure("Cut points", words, hint)], set()


def _queries(engine: Engine, manifold: Manifold, job: QueryJob) -> Found:
    stated = settings(parse(job.family)[1])
    head, plane = chosen(stated)
    unit = 1.0 / (head.factor * np.sqrt(head.k.shape[1]))  # of a scale that is not 1/√d
    space = QuerySpace(head.k, float(stated["temperature"]) * unit, head.bias)
    a, b = (plane.q0 + plane.U @ np.array(at) for at in (job.start, job.end))
    path = space.between(a, b)
    off = path.queries - plane.q0
    theta = off @ plane.U
    far = np.linalg.norm(off - theta @ plane.U.T, axis=1).max() / max(np.linalg.norm(b - a), 1e-300)
    proof = "a great circle" if path.exact else f"within {path.error:.1e}"
    hint = (
        f"The geodesic between the two queries among all queries of {len(plane.q0)} coordinates, drawn "
        "as it falls on the plane: it may leave the plane, and be shorter than what stays on it."
    )
    line = study_curves.queries(space, path, a, b, plane.q0, plane.U)
    return {"queries": line}, [
        Measure("In query space", f"{path.length:.6g} ({proof})", hint, path.converged),
        Measure("Off the plane", f"{far:.0%} of A to B", "How far from the plane it leads at most."),
    ], set() if path.converged else {"queries"}  # fmt: skip


# the first measure of each, which tells why there is no other
_FIRST: dict[type, str] = {
    CompareJob: "e-path, α = 1",
    EveryJob: "All geodesics",
    SprayJob: "Wavefronts every",
    BallJob: "Geodesic ball",
    LoopJob: "Turn on the loop",
    CutJob: "Cut points",
    QueryJob: "In query space",
}
_DO: dict[type, Callable[..., Any]] = {
    CompareJob: _compare,
    EveryJob: _every,
    SprayJob: _spray,
    BallJob: _balls,
    LoopJob: _loop,
    CutJob: _cut,
    QueryJob: _queries,
}
