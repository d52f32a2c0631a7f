"""``render``: a figure of a scene, without a window."""

from __future__ import annotations

import argparse
from dataclasses import replace

from app.cli.output import exit_of, show
from app.export import figure
from app.export.files import KINDS, checked
from app.model.lessons import first_scene
from app.parts.topology import marks
from compute import open_engine
from compute.core.status import Status


def render(chosen: argparse.Namespace) -> int:
    """Write the scene as PNG, SVG or PDF."""
    target = checked(chosen.output, KINDS)
    paper = figure.Paper(
        chosen.size,
        chosen.dpi,
        chosen.style,
        chosen.transparent,
        chosen.caption,
        chosen.legend,
        tuple(chosen.panels),
    )
    scene = first_scene.load(chosen.scene)
    engine = open_engine(chosen.engine)
    fine = figure.fineness(paper.size, engine)
    found = figure.answers(scene, engine, paper.logical, fine)
    if chosen.critical is not None:
        points = marks(scene, found, chosen.superlevel, chosen.critical, chosen.pair)
        paper = replace(paper, critical=points)
    try:
        figure.write(target, scene, found, paper)
    except RuntimeError as problem:
        raise ValueError(f"{problem}; an .svg or .pdf needs none") from None
    status = Status(int(figure.path_of(found).paths.status[0]))
    width, height = chosen.size
    result = {"file": str(target), "size": [width, height], "status": status}
    show(result, chosen.json, [f"{target}: {width} × {height} pixels, {status.words}"])
    return 0 if status.arrived else exit_of(status)
