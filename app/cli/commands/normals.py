"""``normals``: Fisher–Rao, W₂, e- and m-paths between two normals of any dimension."""

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
        parser.add_argument(
            f"--{name}",
            required=True,
            metavar="M1,…,S11,S12,…",
            help="mean, then the covariance row by row from its diagonal: MX,MY,SXX,SXY,SYY",
        )
    parser.add_argument(
        "-o",
        "--output",
        metavar=metavar("OUT", "figure"),
        help="picture of the ellipses along the paths, of bivariate normals",
    )


def run(chosen: argparse.Namespace) -> int:
    """Print the Fisher–Rao lengths, and draw the ellipses along the paths."""
    from app.cli.output import show
    from app.export.files import checked
    from compute import Status
    from compute.normals.paths import normal_paths

    picture = checked(chosen.output, suffixes("figure")) if chosen.output else None
    a, b = _normals(chosen.start, chosen.end)
    if picture and len(a.mean) != 2:
        raise ValueError(f"a picture (-o) shows bivariate normals, got dimension {len(a.mean)}")
    paths = normal_paths(a, b)
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


def _normals(start: str, end: str) -> tuple[Normal, Normal]:
    """Read the two ends, of the same dimension.  Raises ValueError."""
    a, b = _normal("start", start), _normal("end", end)
    if len(a.mean) != len(b.mean):
        raise ValueError(
            f"start and end must have the same dimension, got {len(a.mean)} ({start}) and "
            f"{len(b.mean)} ({end})"
        )
    return a, b


def _normal(name: str, text: str) -> Normal:
    """Read a mean and the upper triangle of a covariance as a distribution.  Raises ValueError."""
    import numpy as np

    from compute import Normal
    from compute.core.refusal import shown

    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    d = round((np.sqrt(9 + 8 * len(numbers)) - 3) / 2)
    if not numbers or len(numbers) != d * (d + 3) // 2:
        raise ValueError(
            f"{name} must be 2, 5, 9, 14 … numbers for 1, 2, 3, 4 … dimensions: the mean, then the "
            f"covariance row by row from its diagonal, got {shown(text)}"
        )
    covariance, upper = np.zeros((d, d)), np.triu_indices(d)
    covariance[upper] = numbers[d:]
    covariance.T[upper] = numbers[d:]
    try:
        return Normal(np.array(numbers[:d]), covariance)
    except ValueError as problem:
        raise ValueError(f"{name}: {problem}") from None


COMMAND = Subcommand("normals", "compute four paths between two normals", declare, run, order=160)
