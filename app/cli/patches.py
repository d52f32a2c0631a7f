"""``patches``: geodesic attention over the patches of a picture or of a vision head."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from app.cli.output import save, show
from app.export.files import KINDS, checked
from compute import GeodesicViT
from compute.core.refusal import shown
from compute.images import vision_head
from compute.images.patch_lattice import Patches


def patches(chosen: argparse.Namespace) -> int:
    """Distances and weights of all patches, their metric, and a way between two of them."""
    picture = checked(chosen.picture, KINDS) if chosen.picture else None
    lattice = GeodesicViT(chosen.patch, chosen.alpha, chosen.beta, chosen.temperature)
    if vision_head.is_head(chosen.image):
        found = lattice.process_head(chosen.image, chosen.layer, chosen.head)
    else:
        found = lattice.process_image(chosen.image)
    rows, columns = found.shape
    start = _number("start", chosen.start or "0,0", found)
    end = _number("end", chosen.end or f"{rows - 1},{columns - 1}", found)
    entropy = -(found.weights * np.log(np.maximum(found.weights, 1e-300))).sum(axis=1)
    result: dict[str, Any] = {
        "rows": rows,
        "columns": columns,
        "diameter": float(found.distances.max()),
        "median_entropy": float(np.median(entropy)),
        "area": float(found.density.sum()),
        "distance": float(found.distances[start, end]),
        "way": [list(divmod(i, columns)) for i in found.way(start, end)],
        "status": "OK",
    }
    if chosen.output:
        save(
            chosen.output,
            theta=found.theta,
            distances=found.distances,
            weights=found.weights,
            output=found.output,
            shape=np.array(found.shape),
            metric=found.metric,
        )
        result["file"] = chosen.output
    if picture:
        # imported here: drawing is for this alone
        from app.export import raster
        from app.export.lattice import drawn

        shown = found.heat(start, chosen.heat) if chosen.heat else found.density
        raster.write(drawn(found, shown, start, end), picture, "Ways over the patches of a picture")
        result["picture"] = chosen.picture
    lines = [
        f"patches   {rows} × {columns}",
        f"diameter  {result['diameter']:.6g}",
        f"area      {result['area']:.6g}, the sum of √det g",
        f"way       {result['distance']:.6g} over {len(result['way'])} patches",
        f"entropy   {result['median_entropy']:.4g} nats (median over patches)",
    ]
    show(result, chosen.json, lines)
    return 0


def _number(name: str, text: str, found: Patches) -> int:
    """The patch that "row,column" names; ValueError if there is none."""
    row, _, column = text.partition(",")
    rows, columns = found.shape
    if not (row.isdecimal() and column.isdecimal()) or not (
        int(row) < rows and int(column) < columns
    ):
        raise ValueError(f"{name} must be ROW,COLUMN below {rows},{columns}, got {shown(text)}")
    return int(row) * columns + int(column)
