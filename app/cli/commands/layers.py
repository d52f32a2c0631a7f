"""``layers``: the path of a token's attention through the layers of a model, or across heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``layers``."""
    from compute.attention.row_paths import OVER

    shared_options.head(parser)
    parser.add_argument(
        "--token", type=int, required=True, help="position of the query, counted from 0"
    )
    parser.add_argument(
        "--over",
        choices=OVER,
        default="layers",
        help="follow the token through the layers of one head, or over the heads of one layer",
    )


def run(chosen: argparse.Namespace) -> int:
    """Print the path's length relative to the great circle between its ends, and its turning angles."""
    import numpy as np

    from app.cli.output import show
    from compute.attention.row_paths import row_path, token_rows
    from compute.core.refusal import shown
    from compute.families import families, parse
    from compute.heads.head_selection import file_of
    from compute.heads.query_plane import whole_numbers

    name, stated = parse(chosen.family)
    known = families()[name].parameters
    if "layer" not in known:
        raise ValueError(
            "only attention has layers: expected a family such as attention:bank, got "
            f"{shown(name)}"
        )
    given = {**known, **stated}
    file = file_of(given)
    place = given["layer"], given["head"], given["temperature"]
    left_out = whole_numbers("mask", given["mask"])
    found = row_path(token_rows(file, chosen.token, chosen.over, *place, left_out))
    label = file.head(0, 0).query_labels[chosen.token]
    result: dict[str, object] = {
        "token": chosen.token,
        "label": label,
        "over": chosen.over,
        "length": found.length,
        "chord": found.chord,
        "ratio": found.ratio,
        "steps": found.steps,
        "turning": found.turning,
        "off": found.off,
        "xy": found.xy,
        "explained": found.explained,
        "rows": found.rows,
        "status": "OK",
    }
    across = f"over the heads of layer {given['layer']}"
    through = f"through the layers of head {given['head']}"
    lines = [
        f"token   {chosen.token} ({label}), {through if chosen.over == 'layers' else across}",
        f"length  {found.length:.6g}, {found.ratio:.4g} times the chord {found.chord:.6g}",
        f"plane   holds {found.explained:.0%} of the variance of 2√p",
        f"{chosen.over[:-1]:<6} {'step':>8} {'turn':>7} {'off':>8}",
    ]
    for number, (turn, off) in enumerate(zip(found.turning, found.off, strict=True)):
        if not np.isfinite(off):
            lines.append(f"{number:<6} refused: the mask leaves this token no key")
            continue
        step = (
            f"{found.steps[number - 1]:.4f}"
            if number and np.isfinite(found.steps[number - 1])
            else ""
        )
        angle = f"{np.degrees(turn):.1f}°" if np.isfinite(turn) else ""
        lines.append(f"{number:<6} {step:>8} {angle:>7} {off:>8.4f}")
    show(result, chosen.json, lines)
    return 0


COMMAND = Subcommand(
    "layers", "follow a token's attention from layer to layer", declare, run, order=130
)
