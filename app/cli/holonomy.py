"""``holonomy``: what a journey round a loop does to a vector, against the curvature inside."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from app.cli.geometry import precise
from app.cli.output import exit_of, show
from compute.core.json_text import read_json
from compute.core.opening import read_text
from compute.core.status import Status
from compute.families import family
from compute.studies.holonomy import Holonomy, loop_of
from compute.studies.holonomy import holonomy as around

LARGEST = 1 << 20


def holonomy(chosen: argparse.Namespace) -> int:
    """The angle of a loop, ∫∫K dA and their difference."""
    manifold = family(chosen.family)
    loop = loop_of(_read(Path(chosen.loop)), manifold)
    found = around(precise(chosen.engine), manifold, loop, chosen.alpha)
    show(vars(found), chosen.json, _lines(found))
    return exit_of(found.status)


def _lines(found: Holonomy) -> list[str]:
    """Describe a loop's turn for people to read."""
    angle = f"angle     {found.angle:.9g} rad, counter-clockwise in the chart {found.chart}"
    compared = [
        f"∫∫K dA    {found.integral_curvature:.9g} over an area of {found.area:.9g}",
        f"defect    {found.defect:.2e}",
    ]
    if not found.encloses:
        angle += ", but for whole turns"
        compared = ["∫∫K dA    none: the loop winds round a period and encloses no region"]
    if np.isnan(found.angle) and found.status == Status.OK:
        angle = "angle     none: only for α = 0 is the matrix a rotation"
        compared = compared[:1]
    return [
        angle,
        *compared,
        f"matrix    {found.matrix.tolist()}",
        f"status    {found.status.name}: {found.status.words} ({found.engine})",
    ]


def _read(path: Path) -> Any:
    """Parsed JSON of a bounded file, or ValueError with its name."""
    return read_json(read_text(path, LARGEST), str(path))
