"""``holonomy``: what a journey round a loop does to a vector, against the curvature inside."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from app.commands.geometry import precise
from app.commands.output import exit_of, show
from compute.families import family
from compute.holonomy import holonomy as around
from compute.holonomy import loop_of

LARGEST = 1 << 20


def holonomy(chosen: argparse.Namespace) -> int:
    """The angle of a loop, ∫∫K dA and their difference."""
    manifold = family(chosen.family)
    loop = loop_of(_read(Path(chosen.loop)), manifold)
    found = around(precise(chosen.engine), manifold, loop, chosen.alpha)
    lines = [
        f"angle     {found.angle:.9g} rad, counter-clockwise",
        f"∫∫K dA    {found.integral_curvature:.9g} over an area of {found.area:.9g}",
        f"defect    {found.defect:.2e}",
        f"matrix    {found.matrix.tolist()}",
        f"status    {found.status.name}: {found.status.words} ({found.engine})",
    ]
    show(vars(found), chosen.json, lines)
    return exit_of(found.status)


def _read(path: Path) -> Any:
    """Parsed JSON of a bounded file, or ValueError with its name."""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path}: a loop file has at most {LARGEST} bytes")
    try:
        return json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as problem:
        raise ValueError(f"{path} is not JSON: {problem}") from None
