"""Pure functions from scenes and answers to drawable data, used by window and export."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.jobs.path import PathAnswer
from app.jobs.scalar_map import MapAnswer
from app.jobs.subject import Subject
from app.model import colour_limits
from app.model.colormaps import is_two_sided
from app.model.data_points import group_numbers, standing
from app.model.scene import Pin, Scene
from app.presenters import head_specification
from app.presenters.measures import broken_bound
from app.views.interface.events import Array
from app.views.interface.theme import CATEGORICAL
from app.views.interface.views import Arrows, ColorMap2D, Curve, Distributions, Marks, Outcomes
from app.views.text.scalar_names import words_of
from app.views.text.token_names import isolated
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.curves.dense_curve import DenseCurve, polygon
from compute.distances.map_verification import Gap
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import is_singular

# initial vertices of the straight line; if a chart bends it, drawing adds more
STRAIGHT_POINTS = 65
# number of colours in a map of regions
CATEGORIES = 8
CARRIED_VECTORS = 9
# rounding in single precision of a constant that may be zero
NOISE = {"curvature": 5e-4}
# why a map has no value, shorter than a path's status
NOWHERE = {
    Status.OK: "lost to rounding",
    Status.LEFT_DOMAIN: "no part of the view lies in the domain",
    Status.ILL_CONDITIONED: "the metric is singular or undefined",
    Status.NOT_RESOLVED: "the density is not resolved",
    Status.NOT_CONVERGED: "nothing converged",
}
# labels do not print smaller shares
LEAST = 0.01
# maximum number of outcomes with a bar
MOST_BARS, LIKELIEST = 40, 32
# a pin this close to a token, relative to the tokens' largest coordinate, is on it
THERE = 1e-9


def curve(dense: DenseCurve, chart: Chart, dashed: bool = False) -> Curve:
    """Return a dense curve in a chart: its nodes, and a function for points in between."""

    def at(place: Array) -> Array:
        return _forward(chart, dense.at(place))

    return Curve(_forward(chart, dense.theta), dashed, at)


def polyline(theta: Floats, chart: Chart, dashed: bool = False) -> Curve:
    """Return a polyline straight in θ between nodes (k, 2), NaN between pieces."""
    return curve(polygon(theta), chart, dashed)


def _forward(chart: Chart, theta: Floats) -> Array:
    """Return chart coordinates (k, d) of θ (k, 2); NaN for NaN and outside the chart.

    Points between two nodes near the boundary of a domain may lie outside.
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
    """Return θ (2,) of the moving point, at a fraction of the curve's affine time."""
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


def data_points(scene: Scene, chart: Chart, chosen: int = -1) -> Marks | None:
    """Return the points of data in the chart; ``chosen``: the number of the selected one, or −1."""
    points = standing(scene.points)
    if not points or not scene.layers.points:
        return None
    xy = chart.forward(np.array([point.theta for point in points]))
    labels = tuple(isolated(point.label) if point.label else "" for point in points)
    return Marks(xy, labels, np.zeros(len(xy)), group=group_numbers(points), chosen=chosen)


def straight(scene: Scene, chart: Chart) -> Curve:
    """Return the straight line in the family's coordinates, for contrast."""
    assert scene.start and scene.end
    share = np.linspace(0.0, 1.0, STRAIGHT_POINTS)[:, None]
    theta = np.array(scene.start.theta) * (1 - share) + np.array(scene.end.theta) * share
    return polyline(theta, chart, dashed=True)


def geodesic(answer: PathAnswer, chart: Chart) -> Curve:
    """Return the geodesic; dashed if it did not converge or violates a bound."""
    fine = answer.arrived and not broken_bound(answer)
    return curve(answer.dense, chart, dashed=not fine)


def ellipses(outlines: Floats, chart: Chart) -> Floats:
    """Lift outlines (k, points, 2) in the plane chart to the drawing (k, points, d)."""
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
    """Return θ (2,) on the geodesic at a fraction of its affine time, and the row (s,) there."""
    theta = _point_at(answer, playhead)
    return theta, answer.row_at(theta)


# of a family that a metric or a potential states
NO_DISTRIBUTIONS = Distributions(np.zeros(0), (), "", (), np.zeros((0, 0)))


def distributions(scene: Scene, answer: PathAnswer, manifold: Manifold) -> Distributions | None:
    """Return p at A, at B and at the moving point; None for a family without distributions."""
    assert scene.start and scene.end
    if len(answer.x) == 0:
        return None
    tokens = token_of(scene.start, manifold), token_of(scene.end, manifold)
    names = (_pin_name("A", tokens[0], manifold), _pin_name("B", tokens[1], manifold))
    rows = np.stack([answer.row_a, answer.row_b, moving_point(answer, scene.playhead)[1]])
    found = Distributions(
        answer.x,
        answer.labels,
        answer.support_title,
        (*names, "moving point"),
        rows,
        counts=answer.counts,
    )
    if not answer.labels:
        return found
    places = None if answer.kept is None else tuple(answer.kept.tolist())
    numbered_names = head_specification.named_keys(scene.family, answer.labels, places)
    some = shown_outcomes(answer)
    every, few = Outcomes(numbered_names, rows, (), some), _few(len(some), answer)
    labels = answer.labels
    if manifold.landmarks is not None:  # only heads have remarks
        found = replace(found, note=head_specification.row_note(scene.family, tokens))
        own = [None if t is None else head_specification.own_row(scene.family, t) for t in tokens]
        if any(row is not None for row in own):
            labels, every = _of_file(scene, answer, manifold, own)
            count, shown = len(labels), len(every.shown)
            few = "" if shown == count else f"the {shown} likeliest of {count}"
    some = every.shown
    return replace(
        found,
        x=answer.x if len(some) == len(answer.x) else np.arange(float(len(some))),
        labels=tuple(labels[j] for j in some),
        rows=every.rows[:, some],
        few=few,
        own=tuple(None if row is None else row[some] for row in every.own),
        every=every,
    )


def _of_file(
    scene: Scene, answer: PathAnswer, manifold: Manifold, own: list[Floats | None]
) -> tuple[tuple[str, ...], Outcomes]:
    """Return the names of a file's keys, and the plane's rows and the tokens' own rows over them.

    Keys that the plane's mask excludes have only tokens' own rows; keys without any row are left
    out.
    """
    assert scene.start and scene.end
    of_plane, labels = head_specification.outcomes(scene.family)
    at = np.array([scene.start.theta, scene.end.theta, moving_point(answer, scene.playhead)[0]])
    rows = np.zeros((3, len(labels)))
    rows[:, of_plane] = manifold.density(at, manifold.support(at).x)
    most = np.max([*rows, *(row for row in own if row is not None)], axis=0)
    some = np.flatnonzero(np.isin(np.arange(len(labels)), of_plane) | (most > 0))
    shown = np.arange(len(some))
    if len(some) > MOST_BARS:
        shown = np.sort(np.argsort(-most[some], kind="stable")[:LIKELIEST])
    words = tuple(labels[j] for j in some)
    names = head_specification.named_keys(scene.family, words, tuple(some.tolist()), of_file=True)
    rows_of_tokens = tuple(None if row is None else row[some] for row in own)
    plane = np.searchsorted(some, of_plane)
    return words, Outcomes(names, rows[:, some], rows_of_tokens, shown, plane)


def moving_row(
    scene: Scene, answer: PathAnswer, manifold: Manifold, plots: Distributions | None
) -> Floats:
    """Return p at the moving point over all outcomes named in plots."""
    theta, row = moving_point(answer, scene.playhead)
    if plots is None or plots.every is None or plots.every.plane is None:
        return row
    found = np.zeros(len(plots.every.names))
    at = theta[None]
    found[plots.every.plane] = manifold.density(at, manifold.support(at).x)[0]
    return found


def shown_outcomes(answer: PathAnswer) -> NDArray[np.intp]:
    """Return the outcomes shown as bars, in their own order: the likeliest on the path if there are
    very many.
    """
    count = len(answer.labels)
    if count <= MOST_BARS:
        return np.arange(len(answer.x))
    return np.sort(np.argsort(-answer.rows.max(axis=0), kind="stable")[:LIKELIEST])


def _few(count: int, answer: PathAnswer) -> str:
    """Return a note if not all outcomes have a bar."""
    if answer.kept is not None:
        return answer.support_title.partition(": ")[2]
    return "" if count == len(answer.x) else f"the {count} likeliest of {len(answer.x)}"


def token_of(pin: Pin, manifold: Manifold) -> int | None:
    """Return the token at a pin: the one it snapped to, or one at the same place."""
    marks = manifold.landmarks
    if pin.token is not None or marks is None or not len(marks.theta):
        return pin.token
    away = np.abs(marks.theta - np.asarray(pin.theta)).max(axis=1)
    nearest = int(away.argmin())
    return nearest if away[nearest] <= THERE * np.abs(marks.theta).max() else None


def _pin_name(name: str, token: int | None, manifold: Manifold) -> str:
    if token is None or manifold.landmarks is None or token >= len(manifold.landmarks.labels):
        return name
    word = isolated(manifold.landmarks.labels[token])
    if manifold.landmarks.is_own(token):
        return f"{name} · {word}"
    return f"{name} · “{word}” under the mask of “{isolated(manifold.landmarks.mask_of)}”"


def color_map(subject: Subject, answer: MapAnswer) -> ColorMap2D | None:
    """Return the scalar map with its colour limits: the scene's numbers or those of its rule.

    It is hatched where the metric is singular or not positive definite, and where a distance is
    unknown; the label says so, and also if a rough map is unverified.
    """
    scene, values, hatched = subject.scene, answer.field.values, hatched_cells(answer)
    known = values[np.isfinite(values)]
    if known.size == 0:
        return _nowhere(scene, answer, hatched)
    (low, high), source = colour_limits.found(scene.limits, known, is_two_sided(scene.colormap))
    if answer.job.scalar == "probability" and scene.limits is None:
        low, high, source = 0.0, 1.0, ""
    if answer.job.scalar == "dominant":
        drawn = regions(values, answer.field.extent, subject.manifold)
        return replace(drawn, opacity=scene.map_opacity)
    # a constant: its rounding errors do not deserve colours
    if not isinstance(scene.limits, tuple) and high - low < max(
        2e-5 * max(abs(low), abs(high), 1e-9), NOISE.get(answer.job.scalar, 0.0)
    ):
        low, high, source = low - 0.5, high + 0.5, ""
    extent = answer.field.extent
    label, opacity = _title(answer), scene.map_opacity
    label += _remarks(answer, hatched)
    lines = scene.layers.contours
    return ColorMap2D(
        values, extent, scene.colormap, (low, high), label, hatched, opacity=opacity,
        contours=lines, source=source,
    )  # fmt: skip


def hatched_cells(answer: MapAnswer) -> NDArray[np.bool_]:
    """Return the cells (rows, columns) inside the domain that finally have no value."""
    status = answer.field.status
    final = (Status.NOT_CONVERGED, Status.NOT_RESOLVED) if answer.complete else ()
    return np.isin(status, (Status.ILL_CONDITIONED, *final))


def _title(answer: MapAnswer) -> str:
    job = answer.job
    return head_specification.scalar_words(job.family, job.scalar, job.token)


def _remarks(answer: MapAnswer, hatched: NDArray[np.bool_]) -> str:
    """Return the remark for a map's label: the meaning of its hatching, or that it is unverified."""
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
    """Return why a map is hatched at θ (2,), as a sentence; "" where it has a value or is not
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
        return f"{words_of(job.scalar)} unknown here: {_reason(manifold, theta)}"
    why = Gap.NONE if field.gaps is None else Gap(int(field.gaps[cell]))
    return f"distance unknown here: {why.words or NOWHERE[Status.NOT_CONVERGED]}"


def _reason(manifold: Manifold, theta: Floats) -> str:
    """Return why a scalar of the metric is unknown at θ (2,)."""
    if manifold.averages is not None and manifold.averages.doubts(theta[None])[0] != 0:
        return NOWHERE[Status.NOT_RESOLVED]
    with np.errstate(all="ignore"):
        singular = manifold.singular or bool(is_singular(manifold.geometry(theta[None]))[0])
    return NOWHERE[Status.ILL_CONDITIONED if singular else Status.OK]


def _nowhere(scene: Scene, answer: MapAnswer, hatched: NDArray[np.bool_]) -> ColorMap2D | None:
    """Return a map without any value: None while it is computed, then hatching with the commonest
    reason.
    """
    status = answer.field.status
    if not (answer.complete or hatched.any()):
        return None
    label = _title(answer)
    if answer.complete:
        hatched = status != Status.LEFT_DOMAIN
        commonest = Status(int(np.bincount(status.ravel()).argmax()))
        label += f" is unknown everywhere in view: {NOWHERE.get(commonest, commonest.words)}"
    return ColorMap2D(
        answer.field.values, answer.field.extent, scene.colormap, (0.0, 0.0), label, hatched,
        opacity=scene.map_opacity,
    )  # fmt: skip


def regions(values: Floats, extent: Extent, manifold: Manifold) -> ColorMap2D:
    """Return a map of key numbers with one colour per key, largest regions first; the smallest share
    one.
    """
    labels = manifold.support(np.array([manifold.interior])).labels
    labels = head_specification.named_keys(manifold.key, labels)
    known = np.isfinite(values)
    keys, sizes = np.unique(values[known], return_counts=True)
    order = keys[np.argsort(-sizes, kind="stable")]
    ranks = np.full(values.shape, np.nan)
    for rank, key in enumerate(order):
        ranks[values == key] = min(rank, CATEGORIES - 1)
    names = [labels[int(key)] for key in order]
    if len(names) > CATEGORIES:
        names[CATEGORIES - 1 :] = [f"{len(names) - CATEGORIES + 1} others"]
    limits = (-0.5, len(names) - 0.5)
    words = words_of("dominant")
    return ColorMap2D(
        ranks, extent, f"{CATEGORICAL}{len(names)}", limits, words, None, tuple(names)
    )
