"""From scenes and answers to what views draw: pure functions, used by window and exporter alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from app.controller.jobs import MapAnswer, PathAnswer
from app.controller.numbers import Numbers
from app.model.colormaps import TWO_SIDED
from app.model.scene import Scene
from app.views.base import Arrows, ColorMap2D, Curve, Distributions, Marks, Measure
from app.views.theme import CATEGORICAL
from compute.charts import Chart
from compute.divergence import Divergences
from compute.families import family as manifold_of
from compute.manifold import Manifold
from compute.types import Extent, Floats, Status

STRAIGHT_POINTS = 65
# colours that a map of regions has
CATEGORIES = 8
CARRIED_VECTORS = 9
# of a bound, by which a length in single precision may miss it
SLACK = 1e-4
# what single precision makes of a constant that may be zero
NOISE = {"curvature": 5e-4}
USUAL = Numbers()
SCALAR_WORDS = {
    "entropy": "Entropy (nats)",
    "probability": "Probability of one key",
    "log_partition": "Log-partition ψ (nats)",
    "dominant": "Key that has the most attention",
    "curvature": "Gaussian curvature K",
    "log_det": "log₁₀ det g",
    "log_condition": "log₁₀ condition number of g",
    "distance": "Fisher–Rao distance from A",
}


def words_of(scalar: str) -> str:
    """A scalar's name for people."""
    return SCALAR_WORDS.get(scalar, scalar.replace("_", " ").capitalize())


def marks(manifold: Manifold, chart: Chart) -> Marks | None:
    """The landmarks in the chart."""
    landmarks = manifold.landmarks
    if landmarks is None:
        return None
    return Marks(chart.forward(landmarks.theta), landmarks.labels, landmarks.residual)


def straight(scene: Scene, chart: Chart) -> Curve:
    """The straight line in the family's coordinates, for contrast."""
    assert scene.start and scene.end
    share = np.linspace(0.0, 1.0, STRAIGHT_POINTS)[:, None]
    theta = np.array(scene.start.theta) * (1 - share) + np.array(scene.end.theta) * share
    return Curve(chart.forward(theta), dashed=True)


def curve(theta: Floats, chart: Chart) -> Curve:
    """A curve in θ (k, 2), with NaN between its pieces."""
    known = np.asarray(np.isfinite(theta).all(axis=1))
    drawn = chart.forward(theta[known])
    xy = np.full((len(theta), drawn.shape[-1]), np.nan)
    xy[known] = drawn
    return Curve(xy)


def geodesic(answer: PathAnswer, chart: Chart) -> Curve:
    """The geodesic; dashed where it is not a converged one, or breaks a bound."""
    status = Status(int(answer.paths.status[0]))
    fine = status in (Status.OK, Status.CONJUGATE_POINT) and not broken_bound(answer)
    return Curve(chart.forward(answer.curve), dashed=not fine)


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
    """The tangent vector at A, pushed through the chart."""
    assert scene.start and scene.vector
    theta = np.array([scene.start.theta])
    return Arrows(chart.forward(theta), chart.push(theta, np.array([scene.vector])))


def carried(answer: PathAnswer, chart: Chart) -> Arrows:
    """The transported vector at a few nodes of the geodesic."""
    nodes = int(answer.paths.nodes[0])
    chosen = np.unique(np.linspace(0, nodes - 1, CARRIED_VECTORS).round().astype(int))[1:]
    theta = answer.paths.theta[0, chosen]
    return Arrows(chart.forward(theta), chart.push(theta, answer.transport.vectors[0, chosen]))


def moving_point(answer: PathAnswer, playhead: float) -> tuple[Floats, Floats]:
    """θ (2,) and the distribution's row (s,) at a share of the geodesic."""
    position = playhead * (len(answer.curve) - 1)
    low = min(int(position), len(answer.curve) - 1)
    high = min(low + 1, len(answer.curve) - 1)
    share = position - low
    theta = answer.curve[low] * (1 - share) + answer.curve[high] * share
    return theta, answer.rows[low] * (1 - share) + answer.rows[high] * share


def distributions(scene: Scene, answer: PathAnswer, manifold: Manifold) -> Distributions | None:
    """p at A, at B and at the moving point; None where a family states no distributions."""
    assert scene.start and scene.end
    if len(answer.x) == 0:
        return None
    row = moving_point(answer, scene.playhead)[1]
    names = (_pin_name("A", scene.start.token, manifold), _pin_name("B", scene.end.token, manifold))
    return Distributions(
        x=answer.x,
        labels=answer.labels,
        title=answer.support_title,
        names=(*names, "moving point"),
        rows=np.stack([answer.row_a, answer.row_b, row]),
    )


def _pin_name(name: str, token: int | None, manifold: Manifold) -> str:
    if token is None or manifold.landmarks is None or token >= len(manifold.landmarks.labels):
        return name
    return f"{name} · {manifold.landmarks.labels[token]}"


def color_map(scene: Scene, answer: MapAnswer) -> ColorMap2D | None:
    """The scalar map with its colour limits: the middle 98 % of the values, about zero if two-sided.

    Hatched where the metric is singular or not positive definite, and where the grid of a distance map
    is too coarse to say, which its label then tells.
    """
    values, hatched = answer.field.values, answer.field.status == Status.ILL_CONDITIONED
    coarse = (answer.field.status == Status.NOT_CONVERGED) & (answer.job.source is not None)
    hatched = hatched | (coarse & answer.complete)
    known = values[np.isfinite(values)]
    if known.size == 0 and not hatched.any():
        return None
    low, high = np.quantile(known, [0.01, 0.99]) if known.size else (0.0, 1.0)
    if scene.scalar == "probability":
        low, high = 0.0, 1.0
    if scene.scalar == "dominant":
        drawn = regions(values, answer.field.extent, manifold_of(scene.family))
        return replace(drawn, opacity=scene.map_opacity)
    # a constant: what single precision makes of it is not worth colours
    if high - low < max(2e-5 * max(abs(low), abs(high), 1e-9), NOISE.get(scene.scalar, 0.0)):
        low, high = low - 0.5, high + 0.5
    if scene.colormap in TWO_SIDED and low < 0.0 < high:
        low, high = min(low, -high), max(high, -low)
    limits, extent = (float(low), float(high)), answer.field.extent
    label, opacity = words_of(scene.scalar), scene.map_opacity
    if answer.complete and coarse.any():
        label += f"; hatched, {coarse.mean():.0%}: the grid may be off by more than 5%"
    return ColorMap2D(values, extent, scene.colormap, limits, label, hatched, opacity=opacity)


def regions(values: Floats, extent: Extent, manifold: Manifold) -> ColorMap2D:
    """A map of keys' numbers with a colour a key, the largest regions first; the smallest share one."""
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


def _round(curvature: float) -> float:
    """0 for what is left of it by rounding alone."""
    return 0.0 if abs(curvature) < 1e-12 else curvature


# what is said of a drift where α ≠ 0
KEPT_BY_NONE = "only at α = 0"


def measures(answer: PathAnswer, numbers: Numbers = USUAL) -> list[Measure]:
    """The numbers of a path and their certificate."""
    paths, carried_, plain = answer.paths, answer.transport, numbers.plain
    status = Status(int(paths.status[0]))
    arrived, metric = status in (Status.OK, Status.CONJUGATE_POINT), answer.job.alpha == 0.0
    found = [
        Measure(
            "Fisher–Rao length",
            plain(float(paths.length[0])),
            "∫√g(θ′,θ′)dt: how many just distinguishable steps lie between A and B, up to a factor."
            if arrived
            else "Of what there is of a curve: it does not end at B.",
            arrived,
        ),
        Measure(
            "Straight line",
            _longer(answer.straight_length, float(paths.length[0]) if arrived else 0.0, numbers),
            "The length of the line from A to B that is straight in the parameters.",
        ),
        Measure(
            "Energy", plain(float(paths.energy[0])), "∫g(θ′,θ′)dt = length² at constant speed."
        ),
        Measure(
            "Curvature at A, B",
            ", ".join(plain(_round(float(k)), 2) for k in answer.curvature),
            "Of the metric: K > 0 draws neighbouring geodesics together, K < 0 drives them apart.",
        ),
    ]
    if answer.second:
        hint = "The first try did not reach B; this one is in float64, from a curve that is nearer."
        fine = status in (Status.OK, Status.CONJUGATE_POINT)
        found.append(Measure("Second try", "converged" if fine else "no better", hint, fine))
    if answer.distance is not None:
        found.append(
            Measure(
                "Closed form",
                plain(answer.distance),
                "The distance by the family's formula: the length must agree."
                if metric
                else "The distance by the family's formula, which is the length at α = 0.",
            )
        )
    if answer.bounds is not None:
        low, high = answer.bounds
        found.append(
            Measure(
                "Bounds",
                f"{plain(low, 1)} … {plain(high, 1)}",
                "2 arccos Σ√(pq) ≤ d ≤ √Jeffreys holds for every softmax.",
                not broken_bound(answer),
            )
        )
    if answer.divergences is not None:
        found += _divergences(answer.divergences, numbers)
    found += [
        Measure(
            "End point missed by",
            _missed(float(paths.residual[0])),
            "Fisher length between the curve's end and B.",
            status != Status.NOT_CONVERGED,
        ),
        Measure(
            "Speed drift",
            f"{paths.error[0]:.1e}" if metric else KEPT_BY_NONE,
            "Largest relative change of g(θ′,θ′), which a geodesic of α = 0 keeps.",
            not metric or paths.error[0] < 1e-3,
        ),
        Measure(
            "Transport drift",
            f"{carried_.drift[0]:.1e}" if metric else KEPT_BY_NONE,
            "Largest relative change of the carried vector's length, which transport of α = 0 keeps.",
            not metric or carried_.drift[0] < 1e-3,
        ),
        Measure(
            "Conjugate points passed",
            str(answer.morse_index),
            "Past the first, a geodesic is no longer the shortest way.",
            answer.morse_index == 0,
        ),
    ]
    return found


def _divergences(found: Divergences, numbers: Numbers) -> list[Measure]:
    """The other ways to compare A and B."""
    jeffreys = None if found.jeffreys is None else found.jeffreys**0.5
    lines: tuple[tuple[str, str, float | None, Callable[[float], str], str], ...] = (
        (
            "KL(A‖B)",
            "forward",
            found.forward,
            numbers.information,
            "Kullback–Leibler divergence: not symmetric, and no distance. Nearby it is d²/2.",
        ),
        (
            "KL(B‖A)",
            "backward",
            found.backward,
            numbers.information,
            "The same, the other way round.",
        ),
        (
            "√Jeffreys",
            "jeffreys",
            jeffreys,
            numbers.plain,
            "√(KL(A‖B) + KL(B‖A)): of an exponential family never below the distance.",
        ),
        (
            "2 × Bhattacharyya angle",
            "bhattacharyya",
            found.bhattacharyya,
            numbers.plain,
            "2 arccos ∫√(pq): the distance on the sphere of all distributions, never above.",
        ),
        (
            "Wasserstein-2",
            "wasserstein",
            found.wasserstein,
            numbers.plain,
            "How far mass must move, in units of x: another geometry, flat for normals.",
        ),
    )
    return [
        Measure(title, found.why.get(name, "") if value is None else write(value), hint)
        for title, name, value, write, hint in lines
        if value is not None or name in found.why
    ]


def _missed(residual: float) -> str:
    return "not known: g is singular there" if np.isnan(residual) else f"{residual:.1e}"


def _longer(length: float, shortest: float, numbers: Numbers) -> str:
    if not np.isfinite(length):
        return "leaves the domain"
    if shortest <= 0:
        return numbers.plain(length)
    return f"{numbers.plain(length)} ({100 * (length / shortest - 1):+.1f} %)"


def message(answer: PathAnswer) -> str:
    """Why a curve is not what was asked for; "" when it is."""
    status = Status(int(answer.paths.status[0]))
    return broken_bound(answer) if status == Status.OK else status.words.capitalize()


def broken_bound(answer: PathAnswer) -> str:
    """Which bound of the distance the length of a converged curve breaks; "" if none."""
    paths = answer.paths
    if answer.bounds is None or paths.status[0] != Status.OK:
        return ""
    low, high = answer.bounds
    length, slack = paths.length[0], paths.residual[0] + SLACK * max(high, 1e-6)
    if length < low - slack:
        return f"Shorter than any curve can be: {length:.6g} is below 2 arccos Σ√(pq) = {low:.6g}"
    if length > high + slack:
        return f"Not the shortest way: {length:.6g} is above √Jeffreys = {high:.6g}"
    return ""
