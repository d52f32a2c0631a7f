"""``topology``: persistent homology of a scalar map, with the places of births and deaths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model.file_formats import metavar
from app.views.text.typed_values import number_in

if TYPE_CHECKING:
    import argparse

KINDS = ("component", "loop")
LISTED = 12


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``topology``."""
    parser.add_argument("family", metavar="FAMILY")
    parser.add_argument(
        "--scalar", default="", metavar="NAME", help="scalar to map (default: the family's first)"
    )
    parser.add_argument(
        "--token", type=int, default=0, help="key whose probability is mapped (default: 0)"
    )
    parser.add_argument(
        "--chart", default="", help="chart of the map (default: the family's first)"
    )
    parser.add_argument(
        "--grid", type=int, default=256, metavar="N", help="samples per side (default: 256)"
    )
    parser.add_argument(
        "--superlevel",
        action="store_true",
        help="use superlevel sets {f ≥ c} instead of sublevel sets {f ≤ c}",
    )
    parser.add_argument(
        "--persistence", type=number_in(0.0, 1.0), default=0.02, metavar="SHARE",
        help="least persistence, as a share of the map's range (default: 0.02)",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar=metavar("FILE", "arrays"), help="file for the map and its pairs"
    )
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the pairs whose persistence exceeds a share of the map's range, over the chart's default
    view.
    """
    import numpy as np

    from app.cli.output import save, show
    from app.model.scene import chart_of, view_of
    from compute import open_engine
    from compute.core.refusal import shown
    from compute.families import manifold as manifold_of
    from compute.requests.fields import FieldRequest
    from compute.studies.topology import persistence, places

    manifold = manifold_of(chosen.family)
    chart = chart_of(manifold, chosen.chart)
    if chart.dimension != 2:
        raise ValueError(f"chart must be two-dimensional, got {shown(chosen.chart)}")
    extent, scalar = view_of(manifold, chart), chosen.scalar or manifold.scalars[0]
    shape = (chosen.grid, chosen.grid)
    request = FieldRequest(manifold, chart, scalar, extent, shape, chosen.token)
    field = open_engine(chosen.engine).field(request)
    known = field.values[np.isfinite(field.values)]
    threshold = chosen.persistence * (float(np.ptp(known)) if known.size else 0.0)
    found = persistence(field.values, chosen.superlevel, threshold)
    births, deaths = (
        places(chart, extent, shape, cells) for cells in (found.birth_cell, found.death_cell)
    )
    rows = list(zip(found.dimension, found.birth, found.death, births, deaths, strict=True))
    keys = ("dimension", "birth", "death", "birth_theta", "death_theta")
    pairs = [dict(zip(keys, row, strict=True)) for row in rows]
    result = {
        "family": chosen.family, "chart": chart.name, "scalar": scalar, "grid": list(shape),
        "extent": [extent.x0, extent.x1, extent.y0, extent.y1],
        "superlevel": chosen.superlevel, "threshold": threshold, "low": found.low,
        "high": found.high, "pairs": pairs, "engine": field.engine,
    }  # fmt: skip
    if chosen.output:
        arrays = {name: value for name, value in vars(found).items() if name != "superlevel"}
        save(chosen.output, values=field.values, birth_theta=births, death_theta=deaths, **arrays)
        result["file"] = chosen.output
    lines = [
        f"{scalar} from {found.low:.6g} to {found.high:.6g}, {len(pairs)} pair{'s' * (len(pairs) != 1)}"
    ] + [
        f"{KINDS[d]}  {b:.6g} to {e:.6g}   {at.round(4)} to {to.round(4)}"
        if np.isfinite(e)
        else f"{KINDS[d]}  {b:.6g} forever   {at.round(4)}"
        for d, b, e, at, to in rows[:LISTED]
    ]
    show(result, chosen.json, lines)
    return 0


COMMAND = Subcommand(
    "topology", "compute the persistent homology of a scalar map", declare, run, order=110
)
