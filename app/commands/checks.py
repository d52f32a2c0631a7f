"""``shader`` and ``doctor``."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np

from app.commands.output import show
from compute import open_engine
from compute.engine import Engine, NoAdapter, ReferenceEngine
from compute.families import family
from compute.manifold import Manifold
from compute.types import (
    ConnectRequest,
    FieldRequest,
    Floats,
    GeometryRequest,
    ShootRequest,
    TransportRequest,
)

PACKAGES = ("numpy", "scipy", "sympy", "wgpu", "vispy", "PySide6-Essentials", "pyqtgraph")
FAMILIES = ("gaussian", "categorical3_natural", "attention:bank")
# a few times the difference between float32 and float64 runs of the reference itself
TOLERANCE = {"geometry": 2e-5, "shoot": 2e-5, "connect": 5e-5, "transport": 5e-5, "field": 5e-5}


def shader(chosen: argparse.Namespace) -> int:
    """Print the WGSL of a kernel with a family in its slot."""
    from compute.gpu.catalogue import wgsl

    print(wgsl(family(chosen.family), chosen.kernel), end="")
    return 0


def doctor(chosen: argparse.Namespace) -> int:
    """What the program runs on, and every kernel held against the reference."""
    try:
        engine, remark = open_engine(chosen.engine), ""
    except NoAdapter as problem:
        engine, remark = ReferenceEngine(), str(problem)
    result = findings(engine, _gl(), remark)
    checks = result["checks"]
    marks = {True: "✓", False: "✗"}
    lines = [f"engine    {engine.name}: {engine.adapter}", f"OpenGL    {result['gl']}"]
    lines += [f"{name:20} {number}" for name, number in result["versions"].items()]
    lines += [
        f"{marks[c['ok']]} {c['name']:38} error {c['error']:.1e}, at most {c['tolerance']:.0e}"
        for c in checks
    ]
    show(result, chosen.json, [*lines, *([remark] if remark else [])])
    return 0 if all(check["ok"] for check in checks) and not remark else 1


def findings(engine: Engine, gl: str | None, remark: str = "") -> dict[str, Any]:
    """What the program runs on; each kernel's error against the reference."""
    return {
        "engine": engine.name,
        "adapter": engine.adapter if engine.name == "gpu" else None,
        "remark": remark or ("no GPU adapter was found" if engine.name != "gpu" else ""),
        "gl": gl,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "checks": _checks(engine) if engine.name == "gpu" else [],
    }


def _gl() -> str | None:
    """The OpenGL that pictures are drawn with, in words, or None."""
    from app.export.figure import offscreen_canvas

    try:
        canvas = offscreen_canvas((64, 64))
    except RuntimeError:
        return None
    return str(canvas.renderer)


def _checks(engine: Engine) -> list[dict[str, Any]]:
    reference = ReferenceEngine()
    found = []
    for name in FAMILIES:
        manifold = family(name)
        for kernel, compute in _WORK.items():
            got, expected = compute(engine, manifold), compute(reference, manifold)
            scale = max(float(np.nanmax(np.abs(expected))), 1e-6)
            missing = np.isnan(got) != np.isnan(expected)
            error = float(np.nanmax(np.where(missing, np.inf, np.abs(got - expected)))) / scale
            limit = TOLERANCE[kernel]
            found.append(
                {
                    "name": f"{kernel} {name}",
                    "error": error,
                    "tolerance": limit,
                    "ok": error <= limit,
                }
            )
    return found


def _pins(manifold: Manifold) -> tuple[Floats, Floats]:
    return np.array([manifold.pins[0]]), np.array([manifold.pins[1]])


def _geometry(engine: Engine, manifold: Manifold) -> Floats:
    return engine.geometry(GeometryRequest(manifold, np.array(manifold.pins))).metric


def _shoot(engine: Engine, manifold: Manifold) -> Floats:
    a, b = _pins(manifold)
    return engine.shoot(ShootRequest(manifold, a, 0.3 * (b - a), steps=64)).theta


def _connect(engine: Engine, manifold: Manifold) -> Floats:
    return engine.connect(ConnectRequest(manifold, *_pins(manifold), steps=64)).theta


def _transport(engine: Engine, manifold: Manifold) -> Floats:
    a, b = _pins(manifold)
    theta = a + np.linspace(0.0, 1.0, 65)[:, None] * (b - a)
    velocity = np.broadcast_to(b - a, theta.shape)
    request = TransportRequest(manifold, theta[None], velocity[None], np.array([[0.3, 0.7]]))
    return engine.transport(request).vectors


def _field(engine: Engine, manifold: Manifold) -> Floats:
    request = FieldRequest(manifold, manifold.charts[0], "entropy", manifold.view, (40, 60))
    return engine.field(request).values


_WORK: dict[str, Callable[[Engine, Manifold], Floats]] = {
    "geometry": _geometry,
    "shoot": _shoot,
    "connect": _connect,
    "transport": _transport,
    "field": _field,
}
