"""The scalar map as drawn: its colours, its label, and why a place has no value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.jobs.scalar_map import MapAnswer
from app.jobs.subject import Subject
from app.model import colour_limits
from app.model.colormaps import is_two_sided
from app.model.scene import Scene
from app.presenters import head_specification
from app.views.interface.theme import CATEGORICAL
from app.views.interface.views import ColorMap2D
from app.views.text.scalar_names import words_of
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.distances.map_verification import Gap
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import is_singular

# number of colours in a map of regions
CATEGORIES = 8
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
