"""``steer``: paths between the hidden states of two tokens, and what each does to the next word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model.file_formats import CSV, metavar

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from compute.steering.bench import Steering
    from compute.steering.route import Route

# likeliest words listed of each point
WORDS = 5
TITLES = {
    "e": "e-path: straight in the hidden state (Euclidean steering)",
    "m": "m-path: straight in the mean of the keys (dual steering)",
    "geodesic": "Fisher–Rao geodesic of the plane through A, B and a third token",
}


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``steer``."""
    parser.add_argument(
        "file",
        metavar=metavar("FILE", "heads"),
        help="a file that capture --output wrote, or the bundled cat",
    )
    parser.add_argument(
        "--from", dest="a", type=int, required=True, metavar="I", help="position of token A"
    )
    parser.add_argument(
        "--to", dest="b", type=int, required=True, metavar="J", help="position of token B"
    )
    parser.add_argument(
        "--third", type=int, metavar="K",
        help="position of the token that spans the plane of the geodesic with A and B",
    )  # fmt: skip
    parser.add_argument("--points", type=int, default=9, help="points of each path (default 9)")
    parser.add_argument(
        "--keys", type=int, default=4096, help="keys with which paths are solved (default 4096)"
    )
    parser.add_argument(
        "--budget", type=float, default=0.1, help="nats of the KL ball round A (default 0.1)"
    )
    parser.add_argument("--table", metavar=f"OUT{CSV}", help="all points of the three paths")
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the paths, or write them to a table; the exit status is 1 if one is not solved."""
    from app.cli.output import exit_of, show
    from app.cli.requests import precise
    from app.export.files import checked
    from app.export.row_table import write_table
    from app.presenters.steering import rows
    from compute import steer

    path = checked(chosen.table, (CSV,)) if chosen.table else None
    found = steer(
        chosen.file, chosen.a, chosen.b, precise(chosen.engine),
        third=chosen.third, points=chosen.points, keys=chosen.keys, budget=chosen.budget,
    )  # fmt: skip
    points = rows(found)
    if path:
        write_table(path, points)
    show(_result(found, points, chosen.table), chosen.json, _lines(found))
    return exit_of(found.status)


def _status(path: Route, i: int) -> str:
    from compute.core.status import Status

    return Status(int(path.status[i])).name


def _word(found: Steering, number: int) -> str:
    return found.choice.layer.word(int(number))


def _result(
    found: Steering, points: list[dict[str, object]], table: str | None
) -> dict[str, object]:
    choice = found.choice
    return {
        "from": choice.a,
        "to": choice.b,
        "tokens": choice.layer.labels,
        "model": choice.layer.model,
        "keys": len(choice.K),
        "words": len(choice.chosen) + choice.left,
        "rest": choice.rest,
        "verified": choice.layer.verified,
        "likely": found.likely,
        "points": points,
        "length": found.length,
        "lower": found.lower,
        "upper": found.upper,
        "plane": found.plane.triple,
        "cosine": found.cosine,
        "off_plane": found.off,
        "radii": found.radii,
        "table": table,
        "status": found.status,
    }


def _lines(found: Steering) -> list[str]:
    """Describe the pair, each path with its next words, and the radii."""
    from app.cli.output import label
    from app.presenters.steering import leak_remark

    choice, layer = found.choice, found.choice.layer
    a, b = (layer.labels[i] for i in (choice.a, choice.b))
    lines = [f"{label(layer.name)}: from “{a}” ({choice.a}) to “{b}” ({choice.b})", _lumped(found)]
    lines.append(
        f"likely    {found.likely[0]} words hold 90 % at A, {found.likely[1]} at B; "
        "the leak is the mass of all others"
    )
    if remark := leak_remark(choice):
        lines.append(f"          {remark}")
    for path in found.routes:
        lines += [TITLES[path.kind], *_strip(found, path)]
    return [*lines, *_measures(found)]


def _lumped(found: Steering) -> str:
    choice = found.choice
    if not choice.left:
        return f"keys      all {len(choice.layer)} words"
    return (
        f"keys      {len(choice.chosen)} words and one for {choice.left} others, whose mass is "
        f"{choice.rest[0]:.3g} at A, {choice.rest[1]:.3g} at B"
    )


def _strip(found: Steering, path: Route) -> Iterator[str]:
    for i, t in enumerate(path.t):
        words = "  ".join(
            f"{_word(found, j)} {p:.3f}" for j, p in zip(path.top[i], path.p[i], strict=True)
        )
        status = "" if _status(path, i) == "OK" else f"  {_status(path, i)}"
        yield f"  t {t:5.3f}  leak {path.leak[i]:.4f}  {words}{status}"


def _measures(found: Steering) -> list[str]:
    r, m = found.radii, found.routes[1]
    return [
        f"distance  {found.lower:.4g} to {found.most:.4g} in all of hidden space; "
        f"{found.length:.4g} in the plane of tokens {found.plane.triple} ({found.length_status.name})",
        f"m-path    the mean of all words is off the straight line by at most {m.bend.max():.1e} of "
        f"its length; leaves the plane by {found.off:.2g} |AB|",
        f"cosine    {found.cosine:.3f} between B − A and the change of the mean",
        f"KL ball   {r.budget:g} nats at {r.ball:.3g} |AB| towards B; by the quadratic at "
        f"{r.quadratic:.3g} |AB|",
        f"quadratic wrong by 10 % from {r.failed:.3g} |AB| on; by the next term from {r.cubic:.3g}; "
        f"surely not within {r.safe:.3g}",
    ]


COMMAND = Subcommand(
    "steer",
    "compare paths from one hidden state to another by the next words on the way",
    declare,
    run,
    order=144,
)
