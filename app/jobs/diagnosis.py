"""The doctor's diagnosis as a job of the worker: the machine, and every kernel against the
reference.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from importlib.metadata import PackageNotFoundError, version
from typing import ClassVar, TypedDict

import numpy as np

from app.jobs.job import Cancelled, Emit, Job, Priority
from compute.core.arrays import Floats
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.fields import FieldRequest
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.requests.geometry import GeometryRequest
from compute.requests.transport import TransportRequest

PACKAGES = ("numpy", "scipy", "sympy", "wgpu", "vispy", "PySide6-Essentials", "pyqtgraph")
FAMILIES = ("gaussian", "categorical3_natural", "attention:bank")
# a few times the difference between float32 and float64 runs of the reference itself
TOLERANCE = {"geometry": 2e-5, "shoot": 2e-5, "connect": 5e-5, "transport": 5e-5, "field": 5e-5}


class Check(TypedDict):
    """A kernel's largest error against the reference, relative to the largest value."""

    name: str
    error: float
    tolerance: float
    ok: bool


class Findings(TypedDict):
    """Adapter, OpenGL and engine of this machine; the reference has no adapter."""

    engine: str
    adapter: str | None
    remark: str
    gl: str | None
    python: str
    versions: dict[str, str]
    checks: list[Check]


@dataclass(frozen=True)
class DoctorJob(Job):
    """Examine the engine; ``gl``: a description of OpenGL."""

    priority: ClassVar[Priority] = Priority.DIAGNOSIS
    words: ClassVar[str] = "the doctor’s checks"

    gl: str

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Run every kernel and compare."""
        emit(diagnosed(engine, self))


@dataclass(frozen=True)
class DoctorAnswer:
    """The findings as a page of rich text."""

    page: str


def diagnosed(engine: Engine, job: DoctorJob) -> DoctorAnswer:
    """Run every kernel and compare."""
    found = findings(engine, job.gl)
    rows = [
        ("Engine", found["engine"]),
        ("Adapter", found["adapter"] or "none"),
        ("OpenGL", job.gl),
    ]
    rows += [("Python", found["python"]), *found["versions"].items()]
    checks = [
        f"{'✓' if c['ok'] else '✗'} {c['name']}: error {c['error']:.1e}, at most {c['tolerance']:.0e}"
        for c in found["checks"]
    ]
    verdict = checks or ["Running in NumPy float64: there are no kernels to check."]
    table = "".join(
        f"<tr><td width='170'>{escape(name)}</td><td>{escape(str(value))}</td></tr>"
        for name, value in rows
    )
    lines = "<br>".join(escape(line) for line in verdict)
    return DoctorAnswer(f"<table cellpadding='2'>{table}</table><p>{lines}</p>")


def findings(engine: Engine, gl: str | None, remark: str = "") -> Findings:
    """Return the machine's description, and each kernel's error against the reference."""
    return {
        "engine": engine.name,
        "adapter": engine.adapter if engine.name == "gpu" else None,
        "remark": remark or ("no GPU adapter was found" if engine.name != "gpu" else ""),
        "gl": gl,
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "checks": _checks(engine) if engine.name == "gpu" else [],
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _checks(engine: Engine) -> list[Check]:
    reference = ReferenceEngine()
    found: list[Check] = []
    for name in FAMILIES:
        manifold = manifold_of(name)
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
