"""From scenes and answers to what views draw: pure functions, used by window and exporter alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.jobs.path import PathAnswer
from app.jobs.scalar_map import MapAnswer
from app.jobs.subject import Subject
from app.model.colormaps import TWO_SIDED
from app.model.scene import Pin, Scene
from app.presenters import head_specification
from app.presenters.measures import broken_bound
from app.views.interface.events import Array
from app.views.interface.theme import CATEGORICAL
from app.views.interface.views import Arrows, ColorMap2D, Curve, Distributions, Marks
from app.views.text.scalar_names import words_of
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.curves.dense_curve import DenseCurve, polygon
from compute.distances.map_verification import Gap
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import is_singular

# vertices of the straight line: where a chart bends it, it has as many more as the drawing needs
STRAIGHT_POINTS = 65
# colours that a map of regions has
CATEGORIES = 8
CARRIED_VECTORS = 9
# what single precision makes of a constant that may be zero
NOISE = {"curvature": 5e-4}
# why a map has no value, in fewer words than a path's status
NOWHERE = {
    Status.OK: "rounding leaves no digit",
    Status.LEFT_DOMAIN: "nothing in view lies in the domain",
    Status.ILL_CONDITIONED: "the metric is singular or undefined",
    Status.NOT_RESOLVED: "the density is not resolved",
    Status.NOT_CONVERGED: "nothing converged",
}
# of smaller shares a label does not say how small they are
LEAST = 0.01
# of more outcomes than this so many have a bar
MOST_BARS, LIKELIEST = 40, 32
# a pin this near a token, as a share of the tokens' largest coordinate, is on it
THERE = 1e-9


def curve(dense: DenseCurve, chart: Chart, dashed: bool = False) -> Curve:
    """Return a dense curve in a chart: its nodes, and a function for what is between them."""

    def at(place: Array) -> Array:
        return _forward(chart, dense.at(place))

    return Curve(_forward(chart, dense.theta), dashed, at)


def polyline(theta: Floats, chart: Chart, dashed: bool = False) -> Curve:
    """Lines straight in θ from node to node (k, 2), NaN between pieces, which a chart may bend."""
    return curve(polygon(theta), chart, dashed)


def _forward(chart: Chart, theta: Floats) -> Array:
    """Chart coordinates (k, d) of θ (k, 2), of which some may be NaN; NaN too where the chart ends.

    What lies between two nodes near the edge of a domain may lie beyond the edge.
    """
    known = np.asarray(np.isfinite(theta).all(axis=1))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        found = chart.forward(theta if known.all() else theta[known])
    inside = np.isfinite(found).all(axis=1)
    if known.all() and inside.all():
        return found
    xy = np.full((len(theta), found.shape[-1]), np.nan)
    xy[np.flatnonzero(known)[inside]] = found[inside]
    return xy


def _point_at(answer: PathAnswer, playhead: float) -> Floats:
    """θ (2,) of the moving point: on the curve at a share of its affine time."""
    theta: Floats = answer.dense.at_time(np.array([playhead * answer.dense.t[-1]]))[0]
    return theta


def marks(manifold: Manifold, chart: Chart) -> Marks | None:
    """Return the landmarks in the chart."""
    landmarks = manifold.landmarks
    if landmarks is None:
        return None
    hollow = None if landmarks.own is None else ~landmarks.own
    xy = chart.forward(landmarks.theta)
    return Marks(xy, landmarks.labels, landmarks.residual, hollow=hollow)


def straight(scene: Scene, chart: Chart) -> Curve:
    """Return the straight line in the family's coordinates, for contrast."""
    assert scene.start and scene.end
    share = np.linspace(0.0, 1.0, STRAIGHT_POINTS)[:, None]
    theta = np.array(scene.start.theta) * (1 - share) + np.array(scene.end.theta) * share
    return polyline(theta, chart, dashed=True)


def geodesic(answer: PathAnswer, chart: Chart) -> Curve:
    """Return the geodesic; dashed where it is not a converged one, or breaks a bound."""
    fine = answer.arrived and not broken_bound(answer)
    return curve(answer.dense, chart, dashed=not fine)


def ellipses(outlines: Floats, chart: Chart) -> Floats:
    """Outlines (k, points, 2) in the chart's plane as they are drawn (k, points, d)."""
    if chart.dimension == 2 or len(outlines) == 0:
        return outlines
    middle = outlines[:, :-1].mean(axis=1)
    theta = chart.plane.inverse(middle)
    circles = chart.plane.pull(theta[:, None], outlines - middle[:, None])
    lifted: Floats = chart.forward(theta)[:, None] + chart.push(theta[:, None], circles)
    return lifted


def vector_at_start(scene: Scene, chart: Chart) -> Arrows:
    """Return the tangent vector at A, pushed through the chart."""
    assert scene.start and scene.vector
    theta = np.array([scene.start.theta])
    return Arrows(chart.forward(theta), chart.push(theta, np.array([scene.vector])))


def carried(answer: PathAnswer, chart: Chart) -> Arrows:
    """Return the transported vector at a few nodes of the geodesic."""
    nodes = int(answer.paths.nodes[0])
    chosen = np.unique(np.linspace(0, nodes - 1, CARRIED_VECTORS).round().astype(int))[1:]
    theta = answer.dense.at_time(answer.paths.t[chosen])
    return Arrows(chart.forward(theta), chart.push(theta, answer.transport.vectors[0, chosen]))


def moving_point(answer: PathAnswer, playhead: float) -> tuple[Floats, Floats]:
    """θ (2,) on the geodesic at a share of its affine time, and the distribution's row (s,) there."""
    theta = _point_at(answer, playhead)
    return theta, answer.row_at(theta)


def distributions(scene: Scene, answer: PathAnswer, manifold: Manifold) -> Distributions | None:
    """p at A, at B and at the moving point; None where a family states no distributions."""
    assert scene.start and scene.end
    if len(answer.x) == 0:
        return None
    row = moving_point(answer, scene.playhead)[1]
    some = shown_outcomes(answer)
    tokens = _token_at(scene.start, manifold), _token_at(scene.end, manifold)
    note, own = "", tuple[Floats | None, ...]()
    if manifold.landmarks is not None:  # only of a head is there anything to remark
        note = head_specification.row_note(scene.family, tokens)
        rows = (None if t is None else head_specification.own_row(scene.family, t) for t in tokens)
        kept = some if answer.kept is None else answer.kept[some]
        own = tuple(None if row is None else row[kept] for row in rows)
    names = (_pin_name("A", tokens[0], manifold), _pin_name("B", tokens[1], manifold))
    return Distributions(
        x=answer.x if len(some) == len(answer.x) else np.arange(float(len(some))),
        labels=tuple(answer.labels[j] for j in some) if answer.labels else (),
        title=answer.support_title,
        names=(*names, "moving point"),
        rows=np.stack([answer.row_a, answer.row_b, row])[:, some],
        few=_few(len(some), answer),
        note=note,
        own=own,
    )


def shown_outcomes(answer: PathAnswer) -> NDArray[np.intp]:
    """Return which outcomes have a bar, in their own order: of very many the likeliest on the way."""
    count = len(answer.labels)
    if count <= MOST_BARS:
        return np.arange(len(answer.x))
    return np.sort(np.argsort(-answer.rows.max(axis=0), kind="stable")[:LIKELIEST])


def _few(count: int, answer: PathAnswer) -> str:
    """Say that not all outcomes have a bar, if so."""
    if answer.kept is not None:
        return answer.support_title.partition(": ")[2]
    return "" if count == len(answer.x) else f"the {count} likeliest of {len(answer.x)}"


def _token_at(pin: Pin, manifold: Manifold) -> int | None:
    """Return the token that a pin is on: that which it snapped to, or one that lies just there."""
    marks = manifold.landmarks
    if pin.token is not None or marks is None or not len(marks.theta):
        return pin.token
    away = np.abs(marks.theta - np.asarray(pin.theta)).max(axis=1)
    nearest = int(away.argmin())
    return nearest if away[nearest] <= THERE * np.abs(marks.theta).max() else None


def _pin_name(name: str, token: int | None, manifold: Manifold) -> str:
    if token is None or manifold.landmarks is None or token >= len(manifold.landmarks.labels):
        return name
    word = manifold.landmarks.labels[token]
    if manifold.landmarks.is_own(token):
        return f"{name} · {word}"
    return f"{name} · “{word}” under the mask of “{manifold.landmarks.mask_of}”"


def color_map(subject: Subject, answer: MapAnswer) -> ColorMap2D | None:
    """Return the scalar map with its colour limits: the middle 98 % of the values, about zero if two-
    sided.

    Hatched where the metric is singular or not positive definite, and where a distance is not known,
    which its label then tells, as it does that no value of a rough map is verified.
    """
    scene, values, hatched = subject.scene, answer.field.values, hatched_cells(answer)
    known = values[np.isfinite(values)]
    if known.size == 0:
        return _nowhere(scene, answer, hatched)
    low, high = np.quantile(known, [0.01, 0.99])
    if answer.job.scalar == "probability":
        low, high = 0.0, 1.0
    if answer.job.scalar == "dominant":
        drawn = regions(values, answer.field.extent, subject.manifold)
        return replace(drawn, opacity=scene.map_opacity)
    # a constant: what single precision makes of it is not worth colours
    if high - low < max(2e-5 * max(abs(low), abs(high), 1e-9), NOISE.get(answer.job.scalar, 0.0)):
        low, high = low - 0.5, high + 0.5
    if scene.colormap in TWO_SIDED and low < 0.0 < high:
        low, high = min(low, -high), max(high, -low)
    limits, extent = (float(low), float(high)), answer.field.extent
    label, opacity = words_of(answer.job.scalar), scene.map_opacity
    label += _remarks(answer, hatched)
    lines = scene.layers.contours
    return ColorMap2D(
        values, extent, scene.colormap, limits, label, hatched, opacity=opacity, contours=lines
    )


def hatched_cells(answer: MapAnswer) -> NDArray[np.bool_]:
    """Return which cells (rows, columns) have no value though they lie in the domain, once that is
    final.
    """
    status = answer.field.status
    final = (Status.NOT_CONVERGED, Status.NOT_RESOLVED) if answer.complete else ()
    return np.isin(status, (Status.ILL_CONDITIONED, *final))


def _remarks(answer: MapAnswer, hatched: NDArray[np.bool_]) -> str:
    """Say in a map's label what its stripes mean, or that nothing has verified its values."""
    status = answer.field.status
    if (status == Status.NOT_VERIFIED).any():
        return "; rough, not verified"
    if not hatched.any():
        return ""
    commonest = Status(int(np.bincount(status[hatched]).argmax()))
    share = hatched.mean()
    cells = f"{share:.0%}" if share >= LEAST else f"under {LEAST:.0%}"
    return f"; hatched, {cells}: {'not known' if answer.job.source else NOWHERE[commonest]}"


def missing(manifold: Manifold, chart: Chart, answer: MapAnswer, theta: Floats) -> str:
    """Return why a map shows stripes at θ (2,), as a sentence; "" where it has a value or is not
    computed.
    """
    field, job = answer.field, answer.job
    rows, columns = field.status.shape
    e = field.extent
    x, y = chart.forward(theta)
    place = (y - e.y0) / (e.y1 - e.y0) * rows, (x - e.x0) / (e.x1 - e.x0) * columns
    if not all(0 <= at < count for at, count in zip(place, (rows, columns), strict=True)):
        return ""
    cell = int(place[0]), int(place[1])
    if not hatched_cells(answer)[cell]:
        return ""
    if job.source is None or manifold.singular:
        return f"{words_of(job.scalar)} is not known here: {_reason(manifold, theta)}"
    why = Gap.NONE if field.gaps is None else Gap(int(field.gaps[cell]))
    return f"distance not known here: {why.words or NOWHERE[Status.NOT_CONVERGED]}"


def _reason(manifold: Manifold, theta: Floats) -> str:
    """Return why a scalar of the metric is not known at θ (2,)."""
    if manifold.averages is not None and manifold.averages.doubts(theta[None])[0] != 0:
        return NOWHERE[Status.NOT_RESOLVED]
    with np.errstate(all="ignore"):
        singular = manifold.singular or bool(is_singular(manifold.geometry(theta[None]))[0])
    return NOWHERE[Status.ILL_CONDITIONED if singular else Status.OK]


def _nowhere(scene: Scene, answer: MapAnswer, hatched: NDArray[np.bool_]) -> ColorMap2D | None:
    """Return a map without a value: nothing while it is computed, then stripes and the commonest
    reason.
    """
    status = answer.field.status
    if not (answer.complete or hatched.any()):
        return None
    label = words_of(answer.job.scalar)
    if answer.complete:
        hatched = status != Status.LEFT_DOMAIN
        commonest = Status(int(np.bincount(status.ravel()).argmax()))
        label += f" is known nowhere here: {NOWHERE.get(commonest, commonest.words)}"
    return ColorMap2D(
        answer.field.values, answer.field.extent, scene.colormap, (0.0, 0.0), label, hatched,
        opacity=scene.map_opacity,
    )  # fmt: skip


def regions(values: Floats, extent: Extent, manifold: Manifold) -> ColorMap2D:
    """Return a map of keys' numbers with a colour a key, the largest regions first; the smallest share
    one.
    """
    labels = manifold.support(np.array([manifold.interior])).labels
    known = np.isfinite(values)
    keys, sizes = np.unique(values[known], return_counts=True)
    order = keys[np.argsort(-sizes, kind="stable")]
    ranks = np.full(values.shape, np.nan)
    for rank, key in enumerate(order):
        ranks[values == key] = min(rank, CATEGORIES - 1)
    names = [f"{labels[int(key)]}" for key in order]
    if len(names) > CATEGORIES:
        names[CATEGORIES - 1 :] = [f"{len(names) - CATEGORIES + 1} others"]
    limits = (-0.5, len(names) - 0.5)
    words = words_of("dominant")
    return ColorMap2D(
        ranks, extent, f"{CATEGORICAL}{len(names)}", limits, words, None, tuple(names)
    )
