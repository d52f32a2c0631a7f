"""``layers``: the path of a token's attention through layers, across heads, or from file to file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse

    from compute.attention.row_paths import RowPath
    from compute.attention.token_rows import TokenRows

# distances in a line
SHOWN = 12


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``layers``."""
    from compute.attention.token_rows import OVER, RESIDUAL, SAME

    shared_options.head(parser)
    parser.add_argument(
        "--token", type=int, required=True, help="position of the query, counted from 0"
    )
    parser.add_argument(
        "--over",
        choices=OVER,
        default=OVER[0],
        help="the mean of each layer’s heads, their rollout, the one head in several files, the heads "
        "of the one layer, or the one head number in each layer, where it is of unrelated heads",
    )
    parser.add_argument(
        "--residual",
        type=float,
        default=RESIDUAL,
        help=f"share of the residual in each layer of a rollout ({RESIDUAL:g})",
    )
    parser.add_argument(
        "--files", nargs="+", default=(), metavar="FILE", help="files to compare the head with"
    )
    parser.add_argument(
        "--same", choices=SAME, default=SAME[0], help="what the token has in common in these files"
    )
    parser.add_argument("-o", "--output", metavar="OUT.npz", help="write rows and distances there")


def run(chosen: argparse.Namespace) -> int:
    """Print how far apart the rows are, and the length and the turns of the path through them."""
    import numpy as np

    from app.cli.output import save, show
    from compute.attention.row_paths import row_path
    from compute.attention.token_rows import token_rows
    from compute.core.refusal import shown
    from compute.families import families, parse
    from compute.heads.head_selection import files_beside, settings
    from compute.heads.query_plane import whole_numbers

    name, stated = parse(chosen.family)
    if "layer" not in families()[name].parameters:
        raise ValueError(
            f"only attention has layers: expected a family such as attention:bank, got {shown(name)}"
        )
    given = settings(stated)
    file, *others = files_beside(given, chosen.files)
    place = given["layer"], given["head"], float(given["temperature"])
    left_out = whole_numbers("mask", given["mask"])
    over, residual, same = chosen.over, chosen.residual, chosen.same
    found = token_rows(
        file, chosen.token, over, *place, left_out, residual=residual, others=others, same=same
    )
    path = row_path(found.rows)
    result: dict[str, object] = {
        "token": chosen.token,
        "label": file.labels[chosen.token],
        "over": over,
        "kind": found.kind,
        "places": found.places,
        "keys": found.keys,
        "said": found.said,
        "verified": found.vouched,
        "length": path.length,
        "chord": path.chord,
        "ratio": path.ratio,
        "steps": path.steps,
        "turning": path.turning,
        "off": path.off,
        "xy": path.xy,
        "explained": path.explained,
        "rows": path.rows,
        "distances": path.distances,
        "status": "OK",
    }
    if chosen.output:
        words = {name: np.array(getattr(found, name)) for name in ("places", "keys")}
        save(chosen.output, rows=path.rows, distances=path.distances, **words)
    head = f"token   {chosen.token} ({file.labels[chosen.token]})"
    show(result, chosen.json, [head, *_lines(found, path)])
    return 0


def _lines(found: TokenRows, path: RowPath) -> list[str]:
    """List what the rows are, the path through them, and the distances between all."""
    import numpy as np

    width = max(len("layer") + 1, *map(len, found.places))
    lines = [
        *found.said,
        found.vouched,
        f"length  {path.length:.6g}, {path.ratio:.4g} times the chord {path.chord:.6g}",
        f"plane   holds {path.explained:.0%} of the variance of 2√p",
        f"{found.kind:<{width}} {'step':>8} {'turn':>7} {'off':>8}   distances",
    ]
    for number, (place, turn, off) in enumerate(
        zip(found.places, path.turning, path.off, strict=True)
    ):
        if not np.isfinite(off):
            lines.append(f"{place:<{width}} refused: the mask leaves this token no key")
            continue
        step = path.steps[number - 1] if number else np.nan
        walked = f"{step:.4f}" if np.isfinite(step) else ""
        angle = f"{np.degrees(turn):.1f}°" if np.isfinite(turn) else ""
        apart = " ".join(f"{gap:5.3f}" for gap in path.distances[number][: min(number, SHOWN)])
        line = f"{place:<{width}} {walked:>8} {angle:>7} {off:>8.4f}   {apart}"
        lines.append(f"{line} …" if number > SHOWN else line.rstrip())
    return lines


COMMAND = Subcommand(
    "layers", "follow a token's attention from layer to layer", declare, run, order=130
)
