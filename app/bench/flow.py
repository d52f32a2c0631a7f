"""Workload C: heat flow of a vector field on 256 × 256 nodes of a plane of attention.

A step is one of Runge–Kutta–Legendre super-time-stepping.  Yardsticks, on the same cores: that step
with a SciPy sparse matrix; Euler steps with it over the same time; the same step in numba (in the
environment created by ``make bench``); and a plain copy of the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from app.bench.fan import JAX_PYTHON as PYTHON
from app.bench.fan import best, source
from app.bench.measurement import Measurement, Yardstick
from compute import AttentionFlow
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.flow.laplacian import Stencil
from compute.flow.time_stepping import SAFE, legendre, longest
from compute.requests.engine import Engine
from compute.requests.flow import FlowRequest

SIDE, STAGES, STEPS = 256, 9, 8
FAMILY = "attention:bank"


def measure(engine: Engine) -> Measurement:
    """Measure the engine's best time of a step and the yardsticks', and the difference of their
    fields.
    """
    flow = AttentionFlow(manifold_of(FAMILY), SIDE, "rough", engine)
    op, rng = flow.operator, np.random.default_rng(0)
    z = rng.normal(size=(SIDE, SIDE)) + 1j * rng.normal(size=(SIDE, SIDE))
    step = longest(op.bound, STAGES)
    one = engine.flow(FlowRequest(op, z, step, 1, STAGES))
    many = FlowRequest(op, z, step, STEPS, STAGES)
    seconds = best(lambda: engine.flow(many), 5) / STEPS
    rows = [*_sparse(op, z, step, one), _numba(op, z, step, one), _copy()]
    for row in rows:
        if row["seconds"] is not None:
            row["ratio"] = row["seconds"] / seconds
    return {
        "workload": "C",
        "name": f"flow on {SIDE} × {SIDE} nodes, one step of {STAGES} stages ({engine.name}, "
        f"{engine.adapter})",
        "seconds": seconds,
        "yardsticks": rows,
        "target": "at least 5 × faster than a sparse step, 3 × faster than numba, at most 4 × a copy",
    }


def _row(name: str, seconds: float, difference: float | None = None) -> Yardstick:
    found: Yardstick = {"name": name, "seconds": seconds}
    if difference is not None:
        found["difference"] = difference
    return found


def _sparse(op: Stencil, z: np.ndarray, step: float, ours: np.ndarray) -> list[Yardstick]:
    """Time the same step, and Euler steps over the same time, with SciPy sparse products."""
    reference = ReferenceEngine()
    request = FlowRequest(op, z, step, 1, STAGES)
    exact = reference.flow(request)
    wide = best(lambda: reference.flow(request), 5)
    count = int(np.ceil(step / (SAFE * 2.0 / op.bound)))
    euler = FlowRequest(op, z, step / count, 1)
    plain = count * best(lambda: reference.flow(euler), 7)
    gap = float(np.abs(exact - ours).max())
    return [
        _row("NumPy and SciPy sparse, the same step in float64", wide, gap),
        _row(f"NumPy and SciPy sparse, {count} Euler steps over the same time", plain),
    ]


def _copy() -> Yardstick:
    """Time a copy of as many bytes as the stages of a step read and write."""
    # a stage reads a value, two increments, four links and two numbers of a node, and writes one
    words = STAGES * SIDE * SIDE * (3 * 2 + 4 * 2 + 2 + 2) // 2
    given, into = np.ones(words, np.float32), np.empty(words, np.float32)
    return _row("a copy of the same bytes", best(lambda: np.copyto(into, given)))


def _numba(op: Stencil, z: np.ndarray, step: float, ours: np.ndarray) -> Yardstick:
    name = "numba, the same step in float32"
    with tempfile.TemporaryDirectory() as folder:
        try:
            seconds, ends = _run(Path(folder), op, z, step)
        except (OSError, subprocess.CalledProcessError, ValueError) as problem:
            return {"name": name, "seconds": None, "ratio": None, "remark": str(problem)}
    return _row(name, seconds, float(np.abs(ends - ours).max()))


def _run(folder: Path, op: Stencil, z: np.ndarray, step: float) -> tuple[float, np.ndarray]:
    """Return numba's best time and field; the grid is padded by one row and column."""
    if not PYTHON.exists():
        raise ValueError(f"{PYTHON} is missing: run `make bench` to create it")
    unit = op.mass[op.used].mean()
    moved = np.where(op.free & op.used, unit / np.where(op.used, op.mass, 1.0), 0.0)
    scale = np.array([1.0, 1.0, step, step])
    first, *rows = legendre(STAGES)
    stages = np.array([first, (rows[0][0], 0.0, *rows[0][2:]), *rows[1:]]) * scale
    arrays = {
        "shape.i64": np.array(op.rest.shape) + 2,
        "links.f32": _around(np.stack([op.links.real, op.links.imag], axis=1) / unit),
        "own.f32": _around(np.stack([op.rest / unit, moved])),
        "state.f32": _around(np.stack([z.real, z.imag])),
        "coefficients.f64": stages,
    }
    for file, array in arrays.items():
        kinds = {"i64": np.int64, "f32": np.float32, "f64": np.float64}
        np.asarray(array, kinds[file[-3:]]).tofile(folder / file)
    (folder / "flow_numba.py").write_text(source("flow_numba.py"), encoding="utf-8")
    command = [str(PYTHON.absolute()), "flow_numba.py"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    x, y = np.fromfile(folder / "ends.f32", np.float32).reshape(2, SIDE + 2, SIDE + 2)
    return float(json.loads(done.stdout)["seconds"]), (x + 1j * y)[1:-1, 1:-1]


def _around(array: np.ndarray) -> np.ndarray:
    return np.pad(array, [(0, 0)] * (array.ndim - 2) + [(1, 1), (1, 1)])
