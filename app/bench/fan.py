"""Workload A, a fan: 4096 geodesics × 128 steps on the attention manifold of 64 keys, every node kept.

Yardsticks: the same Runge–Kutta integration in C (SIMD across geodesics, OpenMP, compiled here) and in
JAX (jit, vmap, scan; in an environment of its own, which ``make bench`` makes).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np

from app.bench.measurement import Measurement, Yardstick
from compute.core.arrays import Floats
from compute.families.attention import softmax_manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest

PATHS, STEPS, KEYS = 4096, 128, 64
REPEATS = 7
JAX_PYTHON = Path(".venv-bench/bin/python")


def problem() -> tuple[Floats, Floats, Floats]:
    """Return keys with biases (64, 3), and start velocities (4096, 2) in all directions."""
    rng = np.random.default_rng(0)
    keys = rng.normal(size=(KEYS, 2))
    table = np.column_stack([keys - keys.mean(axis=0), 0.3 * rng.normal(size=KEYS)])
    angle = np.linspace(0.0, 2.0 * np.pi, PATHS, endpoint=False)
    return table, np.stack([np.cos(angle), np.sin(angle)], axis=1), np.zeros((PATHS, 2))


def measure(engine: Engine) -> Measurement:
    """Measure the engine's best time and the yardsticks', and the largest difference of end points."""
    table, v, theta = problem()
    request = ShootRequest(softmax_manifold(table[:, :2], table[:, 2]), theta, v, steps=STEPS)
    ends = engine.shoot(request).theta[:, -1]
    seconds = best(lambda: engine.shoot(request))
    yardsticks = [
        _external("C, OpenMP", _c, ends, seconds),
        _external("JAX, jit + vmap + scan", _jax, ends, seconds),
    ]
    return {
        "workload": "A",
        "name": f"fan of {PATHS} geodesics × {STEPS} steps × {KEYS} keys ({engine.name})",
        "seconds": seconds,
        "yardsticks": yardsticks,
        "target": "at most 3 × C, at least 3 × faster than JAX",
    }


def best(call: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the seconds of the fastest of several calls."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return min(times)


def _external(
    name: str, run: Callable[[Path], tuple[float, Floats]], ends: Floats, seconds: float
) -> Yardstick:
    """Run a yardstick, or return why it is missing."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            other, theirs = run(Path(folder))
        except (OSError, subprocess.CalledProcessError, ValueError) as problem_:
            return {"name": name, "seconds": None, "ratio": None, "remark": str(problem_)}
    return {
        "name": name,
        "seconds": other,
        "ratio": other / seconds,
        "difference": float(np.max(np.abs(theirs - ends))),
    }


def _files(folder: Path) -> None:
    table, v, _ = problem()
    table.astype(np.float32).tofile(folder / "keys.f32")
    v.astype(np.float32).tofile(folder / "velocities.f32")


def source(name: str) -> str:
    """Return the source of a program in this folder."""
    return (resources.files("app.bench") / name).read_text("utf-8")


def _c(folder: Path) -> tuple[float, Floats]:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise ValueError("there is no C compiler")
    _files(folder)
    (folder / "fan.c").write_text(source("fan.c"), encoding="utf-8")
    flags = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-o", "fan", "fan.c", "-lm"]
    subprocess.run([compiler, *flags], cwd=folder, check=True, capture_output=True)
    return _timed([str(folder / "fan")], folder)


def _jax(folder: Path) -> tuple[float, Floats]:
    if not JAX_PYTHON.exists():
        raise ValueError(f"{JAX_PYTHON} is missing: run `make bench` to create it")
    _files(folder)
    (folder / "fan_jax.py").write_text(source("fan_jax.py"), encoding="utf-8")
    return _timed([str(JAX_PYTHON.absolute()), "fan_jax.py"], folder)


def _timed(command: list[str], folder: Path) -> tuple[float, Floats]:
    """Run a program that prints its best time as JSON and writes ends.f32."""
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    ends = np.fromfile(folder / "ends.f32", np.float32).reshape(PATHS, 2)
    return float(json.loads(done.stdout)["seconds"]), ends
