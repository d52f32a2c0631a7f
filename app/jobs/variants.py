"""Scenes that differ in one parameter of a head, with the same pins.

At another temperature the plane and its θ are the same.  In another layer, head or text the plane goes
through the queries of the same three tokens; a pin on a token is put on that token, and any other pin
keeps its place relative to the three,
    q = q_i + a(q_j − q_i) + b(q_k − q_i) with the same a and b.
Of another text the tokens at the same positions are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.model.comparison import LAYER, SOURCE, TEMPERATURE, Comparison, Value
from app.model.scene import HEIGHT, Pin, Scene, chart_of, completed, view_of
from compute.core.arrays import Floats
from compute.core.refusal import describe
from compute.families import changed, parse, write
from compute.families import manifold as manifold_of
from compute.heads import query_plane
from compute.heads.head_selection import OF_FILE, chosen, file_of, settings
from compute.manifold.extent import Extent

FAMILY = "attention"
NO_HEAD = "only heads are compared: choose the family of a head"
# parameters that hold for every head
KEPT = ("temperature", "mask_of", "mask")


@dataclass(frozen=True, eq=False)
class Variant:
    """One of several scenes: its value, its name, and the scene or why there is none.

    theta (3, 2): the places of the three tokens that its plane is through.
    """

    value: Value
    name: str
    scene: Scene | None
    theta: Floats
    problem: str = ""


def variants(scene: Scene, comparison: Comparison) -> tuple[Variant, ...]:
    """Return a variant of a completed scene for each value.  Raises ValueError without a head."""
    if parse(scene.family)[0] != FAMILY:
        raise ValueError(NO_HEAD)
    triple = triple_of(scene)
    return tuple(_variant(scene, triple, comparison.over, value) for value in comparison.values)


def triple_of(scene: Scene) -> tuple[int, int, int]:
    """Return the three tokens that carry pins from one head to another: those of the scene's plane."""
    head, plane = chosen(parse(scene.family)[1])
    return plane.triple or query_plane.default_triple(head)


def corners(scene: Scene, triple: tuple[int, int, int]) -> Floats:
    """Return the places (3, 2) of three tokens on the plane of a scene."""
    marks = manifold_of(scene.family).landmarks
    assert marks is not None
    return np.asarray(marks.theta[list(triple)])


def carried(pin: Pin, of: Scene, to: Scene, triple: tuple[int, int, int]) -> Pin:
    """Return a pin of a scene as a pin of another: on its token, or at its place among three."""
    there = manifold_of(to.family).landmarks
    if pin.token is not None and there is not None and pin.token < len(there.theta):
        x, y = map(float, there.theta[pin.token])
        return Pin((x, y), pin.token)
    first, second = corners(of, triple), corners(to, triple)
    if np.array_equal(first, second):
        return Pin(pin.theta)
    shares = np.linalg.solve((first[1:] - first[0]).T, np.array(pin.theta) - first[0])
    x, y = map(float, second[0] + shares @ (second[1:] - second[0]))
    return Pin((x, y))


def with_pins(scene: Scene, of: Scene, triple: tuple[int, int, int]) -> Scene:
    """Return a variant with the pins of another scene.  Raises ValueError outside its domain."""
    assert of.start and of.end
    start, end = (carried(pin, of, scene, triple) for pin in (of.start, of.end))
    view = scene.view or _usual_view(scene)
    return completed(replace(scene, start=start, end=end, third=None, vector=None, view=view))


def named(over: str, value: Value, file_words: str = "") -> str:
    """Return the name of a variant: "τ = 0.5", "layer 3", "head 7", the name of its file."""
    if over == TEMPERATURE:
        return f"τ = {value:g}"
    if over == LAYER:
        return f"layer {file_words or value}"
    return Path(str(value)).stem if over == SOURCE else f"head {value}"


def _variant(scene: Scene, triple: tuple[int, int, int], over: str, value: Value) -> Variant:
    name = named(over, value)
    try:
        family = _family(scene.family, triple, over, value)
        bare = _bare(scene, family)
        if over == LAYER:
            c = settings(parse(family)[1])
            name = named(over, value, file_of(c).layer_words(c["layer"]))
        return Variant(value, name, with_pins(bare, scene, triple), corners(bare, triple))
    except (ValueError, OSError) as problem:
        return Variant(value, name, None, np.full((3, 2), np.nan), describe(problem))


def _family(family: str, triple: tuple[int, int, int], over: str, value: Value) -> str:
    if over == TEMPERATURE:
        return changed(family, {TEMPERATURE: float(value)})
    stated = parse(family)[1]
    kept = {k: v for k, v in stated.items() if k in (*OF_FILE, *KEPT, LAYER, "head")}
    kept |= {"layer": settings(stated)["layer"], "head": settings(stated)["head"]}
    if over == SOURCE and value != settings(stated)["source"]:
        kept.pop("mask", None)  # of the keys of its own text
    return write(FAMILY, {**kept, "tokens": ",".join(map(str, triple)), over: value})


def _bare(scene: Scene, family: str) -> Scene:
    """Return the scene of another head without what belongs to one plane, in a chart of the plane."""
    same = family == scene.family or _same_plane(scene.family, family)
    chart = scene.chart.removeprefix(HEIGHT)
    chart = chart if chart_of(manifold_of(family), chart).dimension == 2 else ""
    return replace(
        scene, family=family, chart=chart, camera=None, loop=(), notes=(), angles=(), points=(),
        third=None, timeline=None, aside=(), start=None, end=None, vector=None,
        view=scene.view if same and chart == scene.chart else None,
    )  # fmt: skip


def _same_plane(family: str, other: str) -> bool:
    a, b = (manifold_of(each).landmarks for each in (family, other))
    return a is not None and b is not None and np.array_equal(a.theta, b.theta)


def at_one_scale(scenes: Sequence[Scene]) -> list[Scene]:
    """Return scenes whose views have one size, each about the middle of its own.

    So a length on the paper is the same length of θ in each.
    """
    views = [scene.view for scene in scenes if scene.view is not None]
    width = max((view.x1 - view.x0 for view in views), default=1.0)
    height = max((view.y1 - view.y0 for view in views), default=1.0)
    return [
        replace(scene, view=_about(view, width, height))
        for scene, view in zip(scenes, views, strict=True)
    ]


def _usual_view(scene: Scene) -> Extent:
    """Return a rectangle that holds the tokens, without looking for a geodesic."""
    manifold = manifold_of(scene.family)
    chart = chart_of(manifold, scene.chart)
    return manifold.view if chart is manifold.charts[0] else view_of(manifold, chart)


def _about(view: Extent, width: float, height: float) -> Extent:
    """Return a rectangle of another size about the same middle; the same one at its own size."""
    if (view.x1 - view.x0, view.y1 - view.y0) == (width, height):
        return view
    x, y = (view.x0 + view.x1) / 2, (view.y0 + view.y1) / 2
    return Extent(x - width / 2, x + width / 2, y - height / 2, y + height / 2)
