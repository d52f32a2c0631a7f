"""``normals``: Fisher–Rao, W2, e- and m-paths between two bivariate normals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.subcommand import Subcommand
from app.model.file_formats import metavar, suffixes

if TYPE_CHECKING:
    import argparse

    from compute import Normal


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``normals``."""
    for name in ("start", "end"):
        parser.add_argument(f"--{name}", required=True, metavar="MX,MY,SXX,SXY,SYY")
    parser.add_argument(
        "-o",
        "--output",
        metavar=metavar("OUT", "figure"),
        help="picture of the ellipses along the paths",
    )


def run(chosen: argparse.Namespace) -> int:
    """Print the Fisher–Rao lengths, and draw the ellipses along the paths."""
    from app.cli.output import show
    from app.export.files import checked
    from compute import Status
    from compute.normals.paths import normal_paths

    picture = checked(chosen.output, suffixes("figure")) if chosen.output else None
    paths = normal_paths(_normal("start", chosen.start), _normal("end", chosen.end))
    worst = Status(max(path.status for path in paths.values()))
    result: dict[str, object] = {
        "lengths": {name: path.length for name, path in paths.items()},
        "residual": paths["fisher-rao"].residual,
        "status": worst,
    }
    if picture and worst == Status.OK:
        from app.export import raster
        from app.export.ellipses import drawn

        raster.write(drawn(paths), picture, "Paths between two bivariate normals")
        result["picture"] = chosen.output
    lines = ["Fisher–Rao lengths of paths between them:"]
    lines += [f"{name:<11} {path.length:.6g}" for name, path in paths.items()]
    show(result, chosen.json, [*lines, f"status      {worst.name}: {worst.words}"])
    return 0 if worst == Status.OK else 1


def _normal(name: str, text: str) -> Normal:
    """Read "mx,my,sxx,sxy,syy" as a distribution.  Raises ValueError."""
    import numpy as np

    from compute import Normal
    from compute.core.refusal import shown

    try:
        mx, my, sxx, sxy, syy = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(
            f"{name} must be five numbers MX,MY,SXX,SXY,SYY, got {shown(text)}"
        ) from None
    return Normal(np.array([mx, my]), np.array([[sxx, sxy], [sxy, syy]]))


COMMAND = Subcommand(
    "normals", "compute four paths between two bivariate normals", declare, run, order=160
)
