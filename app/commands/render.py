"""``render``: a figure of a scene, without a window."""

from __future__ import annotations

import argparse
from dataclasses import replace

from app.commands.output import Remarks, exit_of, show
from app.controller.topology import marks
from app.export import figure
from app.export.files import KINDS, checked
from app.model import session
from compute import open_engine
from compute.types import Status


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
    scene = session.load(chosen.scene)
    engine = open_engine(chosen.engine)
    fine = figure.fineness(paper.size, engine)
    remarks = Remarks()
    found = figure.answers(scene, engine, paper.logical, fine, told=remarks)
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
    return remarks.exit(0 if status.arrived else exit_of(status))
