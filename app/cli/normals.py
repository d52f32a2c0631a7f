"""``normals``: Fisher–Rao, W2, e- and m-paths between two bivariate normals."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from app.cli.output import show
from app.export.files import KINDS, checked
from compute import Normal, Status, normal_paths
from compute.core.refusal import shown


def normals(chosen: argparse.Namespace) -> int:
    """Their Fisher–Rao lengths, and a picture of the ellipses on the way."""
    picture = checked(chosen.output, KINDS) if chosen.output else None
    paths = normal_paths(_normal("start", chosen.start), _normal("end", chosen.end))
    worst = Status(max(path.status for path in paths.values()))
    result: dict[str, Any] = {
        "lengths": {name: path.length for name, path in paths.items()},
        "residual": paths["fisher-rao"].residual,
        "status": worst,
    }
    if picture and worst == Status.OK:
        # imported here: drawing is for this alone
        from app.export import raster
        from app.export.ellipses import drawn

        raster.write(drawn(paths), picture, "Paths between two bivariate normals")
        result["picture"] = chosen.output
    lines = ["Fisher–Rao lengths of paths between them:"]
    lines += [f"{name:<11} {path.length:.6g}" for name, path in paths.items()]
    show(result, chosen.json, [*lines, f"status      {worst.name}: {worst.words}"])
    return 0 if worst == Status.OK else 1


def _normal(name: str, text: str) -> Normal:
    """ "mx,my,sxx,sxy,syy" as a distribution."""
    try:
        mx, my, sxx, sxy, syy = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(
            f"{name} must be five numbers MX,MY,SXX,SXY,SYY, got {shown(text)}"
        ) from None
    return Normal(np.array([mx, my]), np.array([[sxx, sxy], [sxy, syy]]))
