"""The scene of a page as plain values: chart, pins, map, distributions."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from app.jobs.answers import Answer
from app.jobs.scalar_map import MapAnswer
from app.jobs.subject import Subject
from app.model.layers import is_shown, layer_names
from app.model.scene import DISTANCE, Scene, completed
from app.presenters.scalar_maps import color_map
from app.presenters.scene_panels import LAYER_WORDS
from app.views.canvas.colour_map import bar
from app.views.interface.theme import DARK, LIGHT, Theme
from app.views.text.scalar_names import words_of
from compute.geodesics import outcome_bounds
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import COUNTS, TWO_COUNTS, Manifold

# layers that the page draws, or that have no meaning of their own there
DRAWN = ("map", "grid", "ellipses", "tokens", "points", "geodesic", "straight", "transport")
# scalars whose map is no formula of one point with a scale
UNMAPPED = (DISTANCE, "dominant")
# points per side of the grid on which the ends of the sample space are given
GRID = 13


def drawable(scene: Scene) -> tuple[Scene, list[str]]:
    """Return the completed scene in a chart and with a scalar that the page can draw, and remarks on
    what is different.
    """
    remarks = []
    subject = Subject.of(scene)
    manifold = subject.manifold
    if subject.chart.dimension == 3 or subject.chart.steps is None:
        other = next(chart for chart in manifold.charts if chart.steps is not None)
        remarks.append(f"The chart is {other.title}: the page cannot draw {subject.chart.title}.")
        scene = completed(replace(scene, chart=other.name, view=None, camera=None))
    if scene.scalar in UNMAPPED:
        other_scalar = manifold.scalars[0]
        remarks.append(
            f"The map is {words_of(other_scalar)}: the page cannot draw {words_of(scene.scalar)}."
        )
        scene = replace(scene, scalar=other_scalar, limits=None)
    left_out = [
        LAYER_WORDS[name][0]
        for name in layer_names()
        if name not in DRAWN and is_shown(scene.layers, name) and _has(scene, name)
    ]
    if left_out:
        remarks.append(f"Not on the page: {', '.join(left_out)}.")
    return scene, remarks


def _has(scene: Scene, layer: str) -> bool:
    """Whether there is something that a layer of the user's own things shows."""
    own = {"points": scene.points, "notes": (*scene.notes, *scene.angles)}
    return bool(own.get(layer, True))


def scene_data(scene: Scene, found: Sequence[Answer], saved: dict[str, Any]) -> dict[str, Any]:
    """Return what the page's script reads of a `drawable` scene with its answers, except kernels.

    saved: the scene as its file would have it, which the page writes with other pins.
    """
    subject = Subject.of(scene)
    manifold, chart = subject.manifold, subject.chart
    assert scene.start and scene.end and scene.vector and scene.view
    first = manifold.charts[0]
    return {
        "coordinates": list(manifold.coordinates),
        "domain": manifold.domain,
        "chart": {
            "steps": _steps(chart),
            "labels": list(chart.labels),
            "log": list(chart.log),
            "equal": subject.equal,
            "outline": _outline(chart),
        },
        "first": _steps(first) if first.steps is not None else [],
        "periods": list(manifold.periods),
        "interior": list(manifold.interior),
        "scene": {
            "start": list(scene.start.theta),
            "end": list(scene.end.theta),
            "vector": list(scene.vector),
            "alpha": scene.alpha,
            "playhead": scene.playhead,
            "view": _rectangle(scene.view),
        },
        "layers": {name: is_shown(scene.layers, name) for name in DRAWN},
        "map": _map(subject, found),
        "landmarks": _landmarks(scene, manifold),
        "distribution": _distribution(manifold, chart, scene.view),
        "looks": {"dark": _look(DARK), "light": _look(LIGHT)},
        "saved": saved,
    }


def _steps(chart: Chart) -> list[list[Any]]:
    return [[name, list(numbers)] for name, numbers in chart.steps or ()]


def _rectangle(view: Extent) -> dict[str, float]:
    return {name: float(getattr(view, name)) for name in ("x0", "x1", "y0", "y1")}


def _outline(chart: Chart) -> list[list[float]] | None:
    """Return the boundary of the chart; ends of a piece far outside, as JSON has no NaN."""
    if chart.outline is None:
        return None
    bounded = np.where(np.isfinite(chart.outline), chart.outline, 1e9)
    return [[float(x), float(y)] for x, y in bounded]


def _map(subject: Subject, found: Sequence[Answer]) -> dict[str, Any] | None:
    """Return the colours of the map with the limits that the program found, or None without a map."""
    answer = next((a for a in found if isinstance(a, MapAnswer) and a.complete), None)
    drawn = None if answer is None else color_map(subject, answer)
    if drawn is None:
        return None
    colours = np.ascontiguousarray(bar(drawn.colormap)[:, 0, :3])
    return {
        "colours": base64.b64encode(colours.tobytes()).decode("ascii"),
        "limits": [float(limit) for limit in drawn.limits],
        "label": drawn.label,
        "opacity": drawn.opacity,
        "index": subject.scene.token,
    }


def _landmarks(scene: Scene, manifold: Manifold) -> list[dict[str, Any]]:
    """Return the named points: the family's own, and points of data."""
    marks, pairs = manifold.landmarks, list[tuple[list[float], str]]()
    if marks is not None and scene.layers.tokens:
        pairs += zip(marks.theta.tolist(), marks.labels, strict=True)
    if is_shown(scene.layers, "points"):
        pairs += [(list(point.theta), point.label) for point in scene.points]
    return [{"theta": theta, "label": label} for theta, label in pairs]


def _distribution(manifold: Manifold, chart: Chart, view: Extent) -> dict[str, Any] | None:
    """Return how the page computes p: by logits, or by the density's kernel; None without a formula."""
    support = manifold.support(np.array([manifold.interior]))
    labels, outcomes = list(support.labels), outcome_bounds.are_finite(manifold)
    if manifold.logits is not None:
        keys, bias = manifold.logits
        logits = {"T": np.ravel(keys).tolist(), "b": np.ravel(bias).tolist()}
        return {"labels": labels, "title": support.title, "outcomes": outcomes, "logits": logits}
    if not manifold.slot.density or support.space == "none":
        return None
    whole = support.space in (COUNTS, TWO_COUNTS)
    grid = None if labels else _ends(manifold, chart, view)
    return {
        "labels": labels,
        "title": support.title,
        "outcomes": outcomes,
        "whole": whole,
        "grid": grid,
    }


def _ends(manifold: Manifold, chart: Chart, view: Extent) -> dict[str, Any]:
    """Return the ends of the drawn sample space on a grid over the view, rows from below."""
    x = np.linspace(view.x0, view.x1, GRID)
    y = np.linspace(view.y0, view.y1, GRID)
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    theta = chart.inverse(places)
    usable = np.isfinite(theta).all(axis=1)
    theta[~usable] = manifold.interior
    inside = usable & manifold.in_domain(theta)
    theta[~inside] = manifold.interior
    ends = [manifold.support(point[None]).x[[0, -1]].tolist() for point in theta]
    return {"view": _rectangle(view), "columns": GRID, "rows": GRID, "ends": ends}


def _look(theme: Theme) -> dict[str, str]:
    names = (
        "background", "plot", "frame", "casing", "mark", "muted", "stale", "geodesic", "straight",
        "moving", "vector", "ellipse",
    )  # fmt: skip
    colours = {name: str(getattr(theme, name)) for name in names}
    return {**colours, "pinA": theme.pin_a, "pinB": theme.pin_b}
