"""``flow``: evolve a field on a grid over a family."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model.file_formats import metavar
from app.views.text.typed_values import pair

if TYPE_CHECKING:
    import argparse

    import numpy as np

    from compute import AttentionFlow
    from compute.api.flow_record import Flow
    from compute.flow.zero_tracks import ZeroTrack

FIELDS = ("gradient", "dipole", "natural", "frame", "random")
WARNINGS = {
    "sharpen": "regularised backward heat: fine detail grows; stops when the norm has grown tenfold",
    "seed": "neither covariant nor well-posed, for study only; stops when the norm has grown tenfold",
}


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``flow``."""
    from compute.flow.modes import BOUNDARIES, MODES

    parser.add_argument("family", metavar="FAMILY")
    parser.add_argument("--mode", choices=MODES, default="rough")
    parser.add_argument(
        "--time", type=float, default=0.5, metavar="T", help="flow time (default: 0.5)"
    )
    parser.add_argument(
        "--grid", type=int, default=64, metavar="N", help="nodes per side (default: 64)"
    )
    parser.add_argument(
        "--field",
        choices=FIELDS,
        default="",
        help="initial field (default: gradient, of the family's first scalar); natural: the "
        "natural gradient towards the target",
    )
    parser.add_argument(
        "--target",
        type=pair,
        metavar="a,b",
        help="target of a natural gradient (default: the family's pin B)",
    )
    parser.add_argument(
        "--initial",
        metavar=metavar("FILE", "arrays"),
        help="file whose array `field` is the initial field",
    )
    parser.add_argument("--seed", type=int, default=0, help="seed of a random field (default: 0)")
    parser.add_argument(
        "--chart", default="", help="chart of the grid (default: the family's first)"
    )
    parser.add_argument("--boundary", choices=BOUNDARIES, default="neumann")
    parser.add_argument(
        "--step", type=float, default=float("inf"), metavar="DT",
        help="longest step (default: the longest that is stable on the grid; a longer one is "
        "reduced, with a note)",
    )  # fmt: skip
    parser.add_argument(
        "--records", type=int, default=20, metavar="N",
        help="number of times at which norm, mass and zeros are recorded (default: 20)",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar=metavar("FILE", "arrays"), help="file for the final field"
    )
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Evolve the field; print norm and mass over time and the final zeros."""
    from app.cli.output import save, show
    from compute import AttentionFlow
    from compute.core.status import Status
    from compute.engine.opening import engine_on_demand
    from compute.families import manifold as manifold_of
    from compute.flow.modes import OF_MASS

    manifold = manifold_of(chosen.family)
    if chosen.target and "natural" not in (chosen.mode, chosen.field):
        raise ValueError("--target needs --mode natural or --field natural")
    if chosen.field and (chosen.mode in OF_MASS or chosen.initial):
        raise ValueError(
            f"--field {chosen.field} is a vector field: "
            + (
                "--initial gives another one"
                if chosen.initial
                else f"mode {chosen.mode} evolves a mass"
            )
        )
    solver = AttentionFlow(
        manifold, chosen.grid, chosen.mode, engine_on_demand(chosen.engine),
        chart=chosen.chart, boundary=chosen.boundary, target=chosen.target,
    )  # fmt: skip
    field = _initial(chosen, solver)
    found = solver.evolve(field, chosen.time, chosen.records, chosen.step)
    result: dict[str, object] = {
        "norm": found.norm,
        "mass": found.mass,
        "times": found.times,
        "singularities": found.singularities,
        "index_sum": sum(zero.index for zero in found.singularities),
        "boundary_index": found.boundary_index,
        "tracks": found.tracks,
        "steps": found.steps,
        "dt_limit": found.dt_limit,
        "limiter": found.limiter,
        "time_error": _numbers(found.time_error),
        "beyond": found.beyond if math.isfinite(found.beyond) else None,
        "status": found.status,
        "mode": chosen.mode,
        "grid": list(solver.grid.shape),
        "cut": found.cut,
        "engine": found.engine,
    }
    if chosen.mode in WARNINGS:
        result["warning"] = WARNINGS[chosen.mode]
    if chosen.output:
        grid = solver.grid
        save(chosen.output, field=found.field, theta=grid.theta, x=grid.x)
        result["file"] = chosen.output
    lines = [
        f"mode      {chosen.mode}"
        + (f": {WARNINGS[chosen.mode]}" if chosen.mode in WARNINGS else ""),
        f"norm      {found.norm[0]:.6g} becomes {found.norm[-1]:.6g} at t = {found.times[-1]:g}",
        *([_mass(found, chosen.mode)] if chosen.mode in OF_MASS else []),
        f"zeros     {len(found.singularities)}, indices {result['index_sum']:+d} in all, index "
        f"along the edge {found.boundary_index:+d}",
        f"tracks    {_fates(found.tracks)}",
        f"steps     {_steps(found, chosen.mode)}",
        f"in time   {_time_error(found)}",
        f"grid      {_covered(found)}",
        f"status    {found.status.name} ({found.engine})",
        *([f"limiter   {found.limiter}"] if found.limiter else []),
    ]
    show(result, chosen.json, lines)
    return 0 if found.status == Status.OK else 1


def _mass(found: Flow, mode: str) -> str:
    """Describe the mass before and after; with the natural gradient some may have left the grid."""
    before, after = found.mass[0], found.mass[-1]
    line = f"mass      {before:.9g} becomes {after:.9g}"
    if mode == "natural" and abs(after - before) > 1e-6 * abs(before):
        line += f": {1 - after / before:.1%} of it has left the grid"
    return line


def _numbers(errors: list[float]) -> list[float | None]:
    """Convert NaN to None for JSON."""
    return [None if math.isnan(error) else error for error in errors]


def _time_error(found: Flow) -> str:
    """Describe the estimated error of time stepping."""
    if math.isnan(found.time_error[-1]):
        return "not estimated: errors of backward heat do not stay small"
    return f"estimated error at the end: at most {found.time_error[-1]:.1g} of the norm"


def _covered(found: Flow) -> str:
    """Describe the parts of the rectangle and of the domain that the grid omits."""
    outside = (
        f"{found.cut:.1%} of the nodes lie outside the domain, or where the metric is degenerate"
    )
    if math.isinf(found.beyond):
        return outside + "; the domain’s edge is infinitely far away, and the grid ends before it"
    if math.isnan(found.beyond):
        return outside + "; the grid ends with the last whole cells before the domain’s edge"
    if found.beyond < 1e-4:
        return outside + "; the cells cover the domain up to its edge"
    return outside + f"; {found.beyond:.2%} of the domain’s area here lies beyond the grid"


def _steps(found: Flow, mode: str) -> str:
    """Describe the number of steps, and the Euler limit."""
    if mode == "natural":
        return "none: the solution is known in closed form at any time"
    return f"{found.steps}, Euler limit {found.dt_limit:.3g}"


def _fates(tracks: tuple[ZeroTrack, ...]) -> str:
    """Describe how many zeros appeared and vanished, and how."""
    words = {"pair": "in pairs", "edge": "over the edge", "lost": "unexplained"}
    parts = [
        f"{verb} {count} {how}"
        for verb, ends in (
            ("came", [track.birth.cause for track in tracks]),
            ("went", [track.death.cause for track in tracks]),
        )
        for cause, how in words.items()
        if (count := ends.count(cause))
    ]
    return f"{len(tracks)}" + "".join(f"; {part}" for part in parts)


def _initial(chosen: argparse.Namespace, solver: AttentionFlow) -> np.ndarray:
    """Return the initial field, from a file or by name."""
    import numpy as np

    from compute.flow import initial_fields
    from compute.flow.modes import OF_MASS
    from compute.flow.natural import towards

    grid, pins = solver.grid, np.array(solver.manifold.pins)
    if chosen.initial:
        return initial_fields.from_file(grid, chosen.initial, chosen.mode not in OF_MASS)
    if chosen.mode in OF_MASS:
        return initial_fields.bump(grid, pins[0])
    match chosen.field:
        case "dipole":
            return initial_fields.dipole(grid, pins[0], pins[1])
        case "natural":
            return towards(grid, pins[1] if chosen.target is None else np.array(chosen.target))
        case "random":
            return initial_fields.random(grid, chosen.seed)
        case "frame":
            return initial_fields.frame(grid)
        case _:
            return initial_fields.gradient(grid, solver.manifold.scalars[0], 0)


COMMAND = Subcommand("flow", "evolve a field on a grid", declare, run, order=100)
