"""``families``: the families of distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add nothing: ``families`` has no options of its own."""


def run(chosen: argparse.Namespace) -> int:
    """List all families with coordinates, domain, curvature, charts and closed forms."""
    from app.cli.output import show
    from compute.families import families, package_of, problems

    entries = [
        {
            "name": f.name,
            "title": f.title,
            "coordinates": f.coordinates,
            "domain": f.domain,
            "curvature": f.curvature,
            "charts": f.charts,
            "closed_forms": f.closed_forms,
            "parameters": dict(f.parameters),
            "ranges": {n.name: [n.low, n.high] for n in f.numbers},
            "hadamard": f.hadamard,
            "package": package_of(f.name),
        }
        for f in families().values()
    ]
    lines = [
        f"{e['name']:26} {e['title']}   K: {e['curvature']}"
        + (f"   (package {e['package']})" if e["package"] else "")
        for e in entries
    ]
    show({"families": entries, "failed": problems()}, chosen.json, lines)
    return 0


COMMAND = Subcommand("families", "list the families of distributions", declare, run, order=20)
