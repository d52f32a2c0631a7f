"""The tapes of a family as WGSL for the kernels' family slot."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import count_entropies, negative_binomial, tape
from compute.definitions.derived import Derived
from compute.definitions.quadrature import Nodes
from compute.manifold.manifold import Slot

_TARGETS = (
    *(f"geo.metric.{c}" for c in "xyz"),
    *(f"geo.first1.{c}" for c in "xyz"),
    *(f"geo.first2.{c}" for c in "xyz"),
    *(f"geo.cubic.{c}" for c in "xyzw"),
    "geo.det",
)


_SCORES = ("log", "first.x", "first.y", "second.x", "second.y", "second.z", "weight")


# iterations of one evaluation with rare functions
LOOPS = 160
# tape length above which compiling the kernels takes longer than running them
LONG = 256


def quadrature_slot(derived: Derived, scores: tape.Tape, nodes: Nodes, normalise: bool) -> Slot:
    """Return a slot with the scores printed from their tape, and the nodes in a uniform array."""
    table = np.zeros((len(nodes.x), 4), np.float32)
    table[:, 0], table[:, 1] = nodes.x, nodes.weights
    signature = "scores(theta: vec2f, t2: f32) -> Scores"
    lines = (
        f"const NORMALISE = {str(normalise).lower()};",
        "struct Scores { log: f32, first: vec2f, second: vec3f, weight: f32 }",
        "//!include lib/special.wgsl",
        _function("margin(theta: vec2f) -> f32", "f32", derived.margin, ["result"]),
        "fn in_domain(theta: vec2f) -> bool { return margin(theta) > 0.0; }",
        _function(signature, "Scores", scores, [f"result.{name}" for name in _SCORES]),
        "//!include families/quadrature.wgsl",
    )
    constants = {"NODE_COUNT": len(nodes.x), **given(scores)}
    passes = 4 if normalise else 2
    loops = passes * len(nodes.x)
    return Slot("\n".join(lines), {"abscissae": table}, constants, loops, long=True)


# loop iterations of ``families/placed.wgsl``: for placing the nodes, and for the regular nodes
_PLACING, _TURNS = 240, 3 * 80
_LINES = ("line", "half-line", "interval", "circle")
# nodes of the kernels' table, with this spacing in w, where u = w + (w/_EVEN)² w; nodes of its
# scan, up to these |v|
_TABLE, _APART, _EVEN, _SCANNED, _FAR, _STEEP = 305, 0.05, 6.0, 97, 1e6, 1e4


def _placing(space: str) -> tuple[Floats, dict[str, float | int]]:
    """Return the table of ``families/placed.wgsl`` and its constants."""
    if space == "circle":
        count, apart = 128, 2 * np.pi / 128
        tangent = np.tan(0.5 * (np.arange(count) - count // 2 + 0.5) * apart)
        scan = np.linspace(-np.pi, np.pi, _SCANNED + 1)[:-1]
        rows = (tangent, tangent**2)
    else:
        count, apart = _TABLE, _APART
        w = (np.arange(count) - count // 2) * apart
        u, slope = w + w**3 / _EVEN**2, 1 + 3 * (w / _EVEN) ** 2
        reach = np.arcsinh(_FAR if space == "line" else _STEEP)
        scan = np.sinh(np.linspace(-reach, reach, _SCANNED))
        rows = (np.sinh(u), np.cosh(u) * slope)
    table = np.zeros((count, 4), np.float32)
    table[:, 0], table[:, 1], table[:_SCANNED, 2] = *rows, scan
    return table, {"NODES": count, "SCANNED": _SCANNED, "WIDTH": float(apart)}


def placed_slot(derived: Derived, space: str, normalise: bool, moving: bool) -> Slot:
    """Return a slot with the scores, and L alone, for nodes that the kernel places."""
    assert derived.scores is not None and derived.sight is not None
    inputs = "theta: vec2f, t2: f32, t3: f32, t4: f32, t5: f32"
    targets = [f"result.{name}" for name in (*_SCORES, "slope")]
    lines = (
        f"const NORMALISE = {str(normalise).lower()};",
        f"const MOVING = {str(moving).lower()};",
        f"const SPACE = {_LINES.index(space)}u;",
        "struct Scores { log: f32, first: vec2f, second: vec3f, weight: f32, slope: f32, length: f32 }",
        "//!include lib/special.wgsl",
        _function("margin(theta: vec2f) -> f32", "f32", derived.margin, ["result"]),
        "fn in_domain(theta: vec2f) -> bool { return margin(theta) > 0.0; }",
        _function(f"scores({inputs}) -> Scores", "Scores", derived.scores, targets),
        _function(f"sight({inputs}) -> vec2f", "vec2f", derived.sight, ["result.x", "result.y"]),
        "//!include families/placed.wgsl",
    )
    table, constants = _placing(space)
    constants |= given(derived.scores)
    return Slot("\n".join(lines), {"abscissae": table}, constants, _PLACING + _TURNS, long=True)


# functions with a file of their own, and that file
RARE = dict.fromkeys(negative_binomial.FUNCTIONS, "//!include lib/negative_binomial.wgsl")
RARE |= dict.fromkeys(count_entropies.FUNCTIONS, "//!include lib/count_entropies.wgsl")


def formula_slot(derived: Derived, geometry: tape.Tape, curvature: tape.Tape) -> Slot:
    """Return the kernels' family slot, printed from the same tapes that NumPy runs."""
    rare = _rare(geometry)
    included = sorted({*rare, *_rare(derived.scalar)})
    scalars = [f"values[{i}]" for i in range(len(derived.scalars))]
    return Slot(
        "\n".join(
            (
                "//!include lib/tensor.wgsl",
                "//!include lib/special.wgsl",
                "//!include lib/curved.wgsl",
                *included,
                "fn anchor(theta: vec2f) {}",
                "fn in_domain(theta: vec2f) -> bool { return margin(theta) > 0.0; }",
                _function("margin(theta: vec2f) -> f32", "f32", derived.margin, ["result"]),
                _function("curvature(theta: vec2f) -> f32", "f32", curvature, ["result"]),
                _function(
                    "geometry(theta: vec2f) -> Geometry",
                    "Geometry",
                    geometry,
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
        ),
        constants=given(geometry),
        loops=LOOPS * len(rare),
        long=bool(rare) or len(geometry.steps) > LONG,
        density=density_text(derived.density),
    )


def density_text(program: tape.Tape) -> str:
    """Return WGSL with ``density(theta, t2)`` from a tape of log p, or of the outcomes' p."""
    includes = ["//!include lib/special.wgsl", *sorted(_rare(program))]
    if len(program.inputs) == 3:
        of = _function("log_density(theta: vec2f, t2: f32) -> f32", "f32", program, ["result"])
        body = ["    return exp(log_density(theta, t2));"]
    else:
        kind = f"array<f32, {len(program.outputs)}>"
        targets = [f"result[{i}]" for i in range(len(program.outputs))]
        of = _function(f"outcomes(theta: vec2f) -> {kind}", kind, program, targets)
        body = ["    var found = outcomes(theta);", "    return found[u32(t2)];"]
    return "\n".join((*includes, of, "fn density(theta: vec2f, t2: f32) -> f32 {", *body, "}"))


def _rare(program: tape.Tape) -> set[str]:
    """Return the files of the rare functions in a tape."""
    return {RARE[step[0]] for step in program.steps if step[0] in RARE}


def given(program: tape.Tape) -> dict[str, float | int]:
    """Return the family's constants that a tape holds, which are not compiled in."""
    return {name: step[1] for name, step in zip(program.given, program.steps, strict=False)}


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
