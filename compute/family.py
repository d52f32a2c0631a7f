"""What a family file states, and how a formula becomes a manifold."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compute import charts, lowering, symbolic, tape
from compute.cache import cached
from compute.charts import Chart
from compute.manifold import GENERIC_SCALARS, LocalGeometry, Manifold, Slot, Support
from compute.symbolic import Definition, Derived
from compute.types import Extent, Floats

Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Family:
    """One entry of the registry.

    ``build(key, **parameters)`` makes the manifold; ``parameters`` holds the defaults, whose types
    say how the text of a specification is read.
    """

    name: str
    title: str
    coordinates: tuple[str, str]
    domain: str
    line_element: str
    curvature: str
    charts: tuple[str, ...]
    closed_forms: tuple[str, ...]
    build: Callable[..., Manifold]
    parameters: Mapping[str, Any] = field(default_factory=dict)


def formula(
    *,
    name: str,
    title: str,
    coordinates: tuple[str, str],
    domain: str,
    line_element: str,
    curvature: str,
    define: Callable[..., Definition],
    support: Callable[[Floats], Support],
    interior: Point,
    view: Extent,
    pins: tuple[Point, Point],
    draw: tuple[Chart, ...] = (),
    closed_forms: tuple[str, ...] = (),
    parameters: Mapping[str, Any] | None = None,
) -> Family:
    """A family given by formulas.  ``define(**parameters)`` states them, with SymPy imported inside.

    ``draw`` lists its charts, the default first; ``view`` is a rectangle of that default chart.
    """
    drawn = draw or (charts.parameters(coordinates),)

    def build(key: str, **chosen: Any) -> Manifold:
        derived = cached(_identity(define, chosen), lambda: symbolic.derive(define(**chosen)))
        return Manifold(
            key=key,
            name=name,
            title=title,
            coordinates=coordinates,
            domain=domain,
            line_element=line_element,
            margin=_margin(derived),
            geometry=_geometry(derived),
            curvature=_one(derived.curvature),
            scalar=_scalar(derived),
            scalars=(*derived.scalars, *GENERIC_SCALARS),
            density=_density(derived),
            support=support,
            charts=drawn,
            slot=_slot(derived),
            interior=interior,
            view=view,
            pins=pins,
            curvature_words=curvature,
            distance=_distance(derived),
        )

    names = tuple(chart.name for chart in drawn)
    return Family(
        name,
        title,
        coordinates,
        domain,
        line_element,
        curvature,
        names,
        closed_forms,
        build,
        parameters or {},
    )


def _identity(define: Callable[..., Definition], chosen: Mapping[str, Any]) -> str:
    """A text that changes whenever the derived tapes may change."""
    modules = (inspect.getmodule(define), symbolic, lowering, tape)
    sources = [inspect.getsource(module) for module in modules if module is not None]
    return "\n".join([*sources, repr(sorted(chosen.items()))])


def _columns(theta: Floats) -> tuple[Floats, Floats]:
    return theta[..., 0], theta[..., 1]


def _one(program: tape.Tape) -> Callable[[Floats], Floats]:
    return lambda theta: tape.run(program, *_columns(np.asarray(theta)))[0]


def _margin(derived: Derived) -> Callable[[Floats], Floats]:
    return _one(derived.margin)


def _geometry(derived: Derived) -> Callable[[Floats], LocalGeometry]:
    def geometry(theta: Floats) -> LocalGeometry:
        out = tape.run(derived.geometry, *_columns(theta))
        first = np.stack(out[3:9], axis=-1)
        return LocalGeometry(
            metric=np.stack(out[0:3], axis=-1),
            first=first.reshape(*first.shape[:-1], 2, 3),
            cubic=np.stack(out[9:13], axis=-1),
            det=out[13],
        )

    return geometry


def _scalar(derived: Derived) -> Callable[[str, Floats, int], Floats]:
    def scalar(name: str, theta: Floats, index: int) -> Floats:
        return tape.run(derived.scalar, *_columns(theta))[derived.scalars.index(name)]

    return scalar


def _density(derived: Derived) -> Callable[[Floats, Floats], Floats]:
    def probabilities(theta: Floats, x: Floats) -> Floats:
        return np.stack(tape.run(derived.density, *_columns(theta)), axis=-1)

    def density(theta: Floats, x: Floats) -> Floats:
        first, second = (column[..., None] for column in _columns(theta))
        with np.errstate(under="ignore"):  # a density may vanish in its tails
            p: Floats = np.exp(tape.run(derived.density, first, second, x)[0])
        return p

    return density if len(derived.density.inputs) == 3 else probabilities


def _distance(derived: Derived) -> Callable[[Floats, Floats], Floats] | None:
    program = derived.distance
    if program is None:
        return None
    return lambda theta, other: tape.run(program, *_columns(theta), *_columns(other))[0]


_TARGETS = (
    *(f"geo.metric.{c}" for c in "xyz"),
    *(f"geo.first1.{c}" for c in "xyz"),
    *(f"geo.first2.{c}" for c in "xyz"),
    *(f"geo.cubic.{c}" for c in "xyzw"),
    "geo.det",
)


def _slot(derived: Derived) -> Slot:
    """The kernels' family slot, printed from the same tapes that NumPy runs."""
    scalars = [f"values[{i}]" for i in range(len(derived.scalars))]
    return Slot(
        "\n".join(
            (
                "//!include lib/tensor.wgsl",
                "//!include lib/special.wgsl",
                "fn anchor(theta: vec2f) {}",
                "fn in_domain(theta: vec2f) -> bool { return margin(theta) > 0.0; }",
                _function("margin(theta: vec2f) -> f32", "f32", derived.margin, ["result"]),
                _function("curvature(theta: vec2f) -> f32", "f32", derived.curvature, ["result"]),
                _function(
                    "geometry(theta: vec2f) -> Geometry",
                    "Geometry",
                    derived.geometry,
                    [t.replace("geo.", "result.") for t in _TARGETS],
                ),
                _function(
                    "scalars(theta: vec2f) -> array<f32, 8>",
                    "array<f32, 8>",
                    derived.scalar,
                    [t.replace("values", "result") for t in scalars],
                ),
                "fn scalar(theta: vec2f, which: u32, index: u32) -> f32 {",
                "    var values = scalars(theta);",
                "    return values[which];",
                "}",
            )
        )
    )


def _function(signature: str, kind: str, program: tape.Tape, targets: list[str]) -> str:
    body = tape.wgsl(program, targets)
    lines = [
        f"fn {signature} {{",
        "    let t0 = theta.x;",
        "    let t1 = theta.y;",
        f"    var result: {kind};",
        *(f"    {line}" for line in body.splitlines()),
        "    return result;",
        "}",
    ]
    return "\n".join(lines)
