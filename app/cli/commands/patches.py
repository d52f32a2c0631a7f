"""``patches``: geodesic attention over the patches of a picture or of a vision head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.subcommand import Subcommand
from app.model.file_formats import metavar, suffixes
from app.views.text.typed_values import number_in

if TYPE_CHECKING:
    import argparse

    from compute.images.patch_lattice import Patches


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``patches``."""
    parser.add_argument(
        "image",
        metavar="IMAGE",
        help="a PNG or JPEG file, or a vision head: astronaut, chelsea, FILE.npz",
    )
    parser.add_argument("--layer", type=int, default=0, help="of a vision head (default: 0)")
    parser.add_argument("--head", type=int, default=0, help="of a vision head (default: 0)")
    parser.add_argument("--start", metavar="ROW,COLUMN", help="patch where the path begins")
    parser.add_argument("--end", metavar="ROW,COLUMN", help="patch where the path ends")
    parser.add_argument(
        "--picture",
        metavar=metavar("OUT", "figure"),
        help="picture of √det g, the ellipses and the path over the photograph",
    )
    parser.add_argument(
        "--heat",
        type=number_in(1e-6, 1e6),
        metavar="T",
        help="show heat-kernel attention from the start patch after time T in place of √det g",
    )
    parser.add_argument(
        "--patch", type=int, default=16, help="pixels per side of a patch (default: 16)"
    )
    parser.add_argument(
        "--alpha", type=float, default=0.25, help="weight of positions (default: 0.25)"
    )
    parser.add_argument(
        "--beta", type=float, default=1.0, help="weight of distributions (default: 1)"
    )
    parser.add_argument(
        "--temperature", type=float, default=1.0, help="temperature τ of the weights (default: 1)"
    )
    parser.add_argument(
        "-o", "--output", metavar=metavar("OUT", "arrays"), help="file for distances and weights"
    )


def run(chosen: argparse.Namespace) -> int:
    """Compute distances and weights of all patches, their metric, and a path between two of them."""
    import numpy as np

    from app.cli.output import save, show
    from app.export.files import checked
    from compute import GeodesicViT
    from compute.images import vision_head

    picture = checked(chosen.picture, suffixes("figure")) if chosen.picture else None
    lattice = GeodesicViT(chosen.patch, chosen.alpha, chosen.beta, chosen.temperature)
    if vision_head.is_head(chosen.image):
        found = lattice.process_head(chosen.image, chosen.layer, chosen.head)
    else:
        found = lattice.process_image(chosen.image)
    rows, columns = found.shape
    start = _number("start", chosen.start or "0,0", found)
    end = _number("end", chosen.end or f"{rows - 1},{columns - 1}", found)
    entropy = -(found.weights * np.log(np.maximum(found.weights, 1e-300))).sum(axis=1)
    way = found.way(start, end)
    result: dict[str, object] = {
        "rows": rows,
        "columns": columns,
        "diameter": float(found.distances.max()),
        "median_entropy": float(np.median(entropy)),
        "area": float(found.density.sum()),
        "distance": float(found.distances[start, end]),
        "way": [list(divmod(i, columns)) for i in way],
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
        from app.export import raster
        from app.export.lattice import drawn

        shown = found.heat(start, chosen.heat) if chosen.heat else found.density
        raster.write(
            drawn(found, shown, start, end), picture, "Paths over the patches of a picture"
        )
        result["picture"] = chosen.picture
    lines = [
        f"patches   {rows} × {columns}",
        f"diameter  {result['diameter']:.6g}",
        f"area      {result['area']:.6g}, the sum of √det g",
        f"path      {result['distance']:.6g} over {len(way)} patches",
        f"entropy   {result['median_entropy']:.4g} nats (median over patches)",
    ]
    show(result, chosen.json, lines)
    return 0


def _number(name: str, text: str, found: Patches) -> int:
    """Return the index of the patch at "row,column".  Raises ValueError if there is none."""
    from compute.core.refusal import shown

    row, _, column = text.partition(",")
    rows, columns = found.shape
    if not (row.isdecimal() and column.isdecimal()) or not (
        int(row) < rows and int(column) < columns
    ):
        raise ValueError(f"{name} must be ROW,COLUMN below {rows},{columns}, got {shown(text)}")
    return int(row) * columns + int(column)


COMMAND = Subcommand(
    "patches", "compute geodesic attention over a picture", declare, run, order=150
)
