"""``families`` and ``scenes``."""

from __future__ import annotations

import argparse

from app.cli.output import show
from app.model import session_file
from app.model.lessons import catalogue
from compute.families import families as registry


def families(chosen: argparse.Namespace) -> int:
    """All families with coordinates, domain, curvature, charts and closed forms."""
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
        }
        for f in registry().values()
    ]
    lines = [f"{e['name']:26} {e['title']}   K: {e['curvature']}" for e in entries]
    show({"families": entries}, chosen.json, lines)
    return 0


def scenes(chosen: argparse.Namespace) -> int:
    """The bundled scenes, the default one first, and the lessons."""
    entries = [
        {"name": n, "title": session_file.load(n).title, "kind": "scene"}
        for n in session_file.names()
    ]
    entries += [
        {"name": name, "title": title, "kind": "lesson"}
        for name, title in catalogue.titles().items()
    ]
    show(
        {"scenes": entries},
        chosen.json,
        [f"{e['name']:18} {e['kind']:7} {e['title']}" for e in entries],
    )
    return 0
