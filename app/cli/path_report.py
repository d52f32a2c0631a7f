"""Printing of paths, with every number to its significant digits."""

from __future__ import annotations

import argparse

from app.cli.head_tokens import TokenPlaces
from app.cli.output import FEWEST_DIGITS, MOST_DIGITS, digits, exit_of, show, written
from compute import Path

# significant digits of single precision
GPU_DIGITS = 6
# the requested engine, and that of a second attempt
REPLACED = ("gpu", "reference")


def show_paths(
    paths: list[Path],
    chosen: argparse.Namespace,
    alpha: float,
    closed: float | None = None,
    places: TokenPlaces | None = None,
) -> int:
    """Print paths, shortest first, with the closed form of the distance, if any, and the tokens that
    they join.

    Returns the exit status.
    """
    blocks = ["\n".join(lines_of(path, chosen.engine, alpha, closed)) for path in paths]
    result: dict[str, object] = {"paths": paths}
    if closed is not None:
        result["closed_form"] = closed
    if places is not None:
        result["tokens"] = places.described
        blocks[:0] = ["\n".join(places.lines())]
    show(result, chosen.json, ["\n\n".join(blocks)])
    # with --all, geodesics past a conjugate point are no failure
    return exit_of(paths[0].status)


def lines_of(path: Path, engine: str, alpha: float, closed: float | None) -> list[str]:
    """Describe a path as text; ``engine`` is the requested one."""
    instead = f", float64 instead of {engine}" if (engine, path.engine) == REPLACED else ""
    arrived = path.status.arrived
    count = digits(error_of(path)) if arrived else FEWEST_DIGITS
    kind = "Fisher–Rao length" if alpha == 0.0 else "Fisher–Rao length of the α-geodesic"
    whose = kind if arrived else f"{kind} of the part that was computed"
    kept = "drift and conjugate points: only at α = 0"
    if alpha == 0.0:
        kept = f"drift {path.error:.2e}   conjugate points {path.morse_index}"
    beside = []
    if closed is not None:
        beside.append(f"closed    {closed:.{MOST_DIGITS}g}, the distance by its closed form")
    if path.shortest is False:
        known = path.shorter_length
        shorter = (
            "" if known is None else f": a geodesic of length {written(known, count)} is known"
        )
        beside.append(f"shortest  no{shorter}")
    return [
        f"length    {written(path.length, count)}, {whose} (a pure number)",
        *beside,
        f"energy    {written(path.energy, count)}",
        f"from      {written(path.theta[0], count)}",
        f"to        {written(path.theta[-1], count)}",
        f"velocity  {written(path.velocity[0], count)}",
        f"residual  {path.residual:.2e}   {kept}",
        f"status    {path.status.name}: {path.status.words} ({path.engine}{instead})",
    ]


def error_of(path: Path) -> float:
    """Return the relative error of a path's length, from residual, drift and engine."""
    missed = path.residual / path.length if path.length > 0.0 else 0.0
    least = 10.0**-MOST_DIGITS if path.engine == "reference" else 10.0**-GPU_DIGITS
    return float(max(missed, path.error, least))
