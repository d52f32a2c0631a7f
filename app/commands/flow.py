"""``flow``: a field that evolves on a grid over a family."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np

from app.commands.output import show
from compute import AttentionFlow, open_engine
from compute.families import family
from compute.flow import seeds
from compute.types import Status

LARGEST = 64 << 20
WARNINGS = {
    "sharpen": "backward heat, regularised: fine detail grows; stopped when ten times as large",
    "seed": "not covariant and ill-posed: offered for study; stopped when ten times as large",
}


def flow(chosen: argparse.Namespace) -> int:
    """Norm and mass over time, zeros at the end, and the field as a file."""
    manifold = family(chosen.family)
    solver = AttentionFlow(
        manifold, chosen.grid, chosen.mode, open_engine(chosen.engine),
        chart=chosen.chart, boundary=chosen.boundary,
    )  # fmt: skip
    field = _initial(chosen, solver)
    found = solver.evolve(field, chosen.time)
    result: dict[str, Any] = {
        "norm": found.norm,
        "mass": found.mass,
        "times": found.times,
        "singularities": found.singularities,
        "steps": found.steps,
        "dt_limit": found.dt_limit,
        "status": found.status,
        "mode": chosen.mode,
        "grid": list(solver.grid.shape),
        "cut": found.cut,
        "engine": found.engine,
    }
    if chosen.mode in WARNINGS:
        result["warning"] = WARNINGS[chosen.mode]
    if chosen.output:
        _save(Path(chosen.output), solver, found.field)
        result["file"] = chosen.output
    lines = [
        f"mode      {chosen.mode}"
        + (f": {WARNINGS[chosen.mode]}" if chosen.mode in WARNINGS else ""),
        f"norm      {found.norm[0]:.6g} becomes {found.norm[-1]:.6g} at t = {found.times[-1]:g}",
        f"mass      {found.mass[0]:.9g} becomes {found.mass[-1]:.9g}",
        f"zeros     {len(found.singularities)}, "
        f"indices {sum(s.index for s in found.singularities):+d} in all",
        f"steps     {found.steps}, Euler's limit {found.dt_limit:.3g}; "
        f"{found.cut:.1%} of the grid is cut",
        f"status    {found.status.name} ({found.engine})",
    ]
    show(result, chosen.json, lines)
    return 0 if found.status == Status.OK else 1


def _initial(chosen: argparse.Namespace, solver: AttentionFlow) -> np.ndarray:
    """The field to begin with: of a file, or by name."""
    if chosen.initial:
        path = Path(chosen.initial)
        if path.stat().st_size > LARGEST:
            raise ValueError(f"{path}: a field file has at most {LARGEST} bytes")
        try:
            with np.load(path, allow_pickle=False) as file:
                if "field" not in file:
                    raise ValueError(f"{path} must hold an array named field")
                return np.asarray(file["field"], dtype=np.float64)
        except (OSError, EOFError) as problem:
            raise ValueError(f"{path} must be an .npz file: {problem}") from None
    if chosen.mode == "scalar":
        return seeds.bump(solver.grid, chosen.seed)
    return seeds.VECTORS[chosen.field](solver.grid, chosen.seed)


def _save(target: Path, solver: AttentionFlow, field: np.ndarray) -> None:
    """Write beside the target and rename."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.npz")
    try:
        np.savez_compressed(beside, field=field, theta=solver.grid.theta, x=solver.grid.x)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
