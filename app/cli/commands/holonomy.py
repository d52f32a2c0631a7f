"""``holonomy``: parallel transport around a loop, compared with the curvature inside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model.file_formats import metavar

if TYPE_CHECKING:
    import argparse

    from compute.studies.holonomy import Holonomy

LARGEST = 1 << 20


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``holonomy``."""
    parser.add_argument("family", metavar="FAMILY")
    parser.add_argument(
        "--loop",
        required=True,
        metavar=metavar("FILE", "loop"),
        help="file with an ellipse or a polygon (see the README)",
    )
    parser.add_argument("--alpha", type=float, default=0.0, help="α of the connection (default: 0)")
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the angle of a loop, ∫∫K dA and their difference."""
    from app.cli.output import exit_of, show
    from app.cli.requests import precise
    from compute.families import manifold as manifold_of
    from compute.studies.holonomy import holonomy as around
    from compute.studies.holonomy import loop_of

    manifold = manifold_of(chosen.family)
    loop = loop_of(read_loop(chosen.loop), manifold)
    found = around(precise(chosen.engine), manifold, loop, chosen.alpha)
    show(vars(found), chosen.json, _lines(found))
    return exit_of(found.status)


def _lines(found: Holonomy) -> list[str]:
    """Describe the holonomy of a loop as text."""
    from compute.core.status import Status

    angle = f"angle     {found.angle:.9g} rad, counter-clockwise in the chart {found.chart}"
    compared = [
        f"∫∫K dA    {found.integral_curvature:.9g} over an area of {found.area:.9g}",
        f"defect    {found.defect:.2e}",
    ]
    if not found.encloses:
        angle += ", up to whole turns"
        compared = [
            "∫∫K dA    none: the loop winds around a periodic coordinate and encloses no region"
        ]
    if math.isnan(found.angle) and found.status == Status.OK:
        angle = "angle     none: the matrix is a rotation only for α = 0"
        compared = compared[:1]
    return [
        angle,
        *compared,
        f"matrix    {found.matrix.tolist()}",
        f"status    {found.status.name}: {found.status.words} ({found.engine})",
    ]


def read_loop(path: str) -> object:
    """Read a loop file.  Raises ValueError with its name."""
    from compute.core.json_text import read_json
    from compute.core.opening import read_text

    return read_json(read_text(path, LARGEST), path)


COMMAND = Subcommand(
    "holonomy",
    "compute how far a vector turns around a loop, and the curvature inside",
    declare,
    run,
    order=90,
)
