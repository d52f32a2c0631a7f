"""``render``: write a figure of a scene, without a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model.figure_options import FIGURE_PRESETS
from app.model.file_formats import PDF, SVG, VECTORS, metavar, suffixes
from app.views.text.typed_values import number_in, pair

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``render``."""
    parser.add_argument("-o", "--output", required=True, metavar=metavar("FILE", "figure"))
    shared_options.page_size(parser)
    parser.add_argument(
        "--critical",
        type=number_in(0.0, 1.0),
        metavar="SHARE",
        help="mark the births and deaths of components and loops of the map that persist for at "
        "least this share of its range",
    )
    parser.add_argument(
        "--superlevel",
        action="store_true",
        help="use superlevel sets {f ≥ c} instead of sublevel sets {f ≤ c}",
    )
    parser.add_argument(
        "--pair", type=pair, metavar="a,b", help="label the pair that is born near this point"
    )
    parser.add_argument(
        "--transparent", action="store_true", help="leave the background transparent"
    )
    parser.add_argument(
        "--caption",
        action="store_true",
        help="print family, ds², α, lengths and certificate below the figure",
    )
    shared_options.paper(parser, FIGURE_PRESETS, "SVG, PDF and print: on white")
    shared_options.scene(parser)
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Write the scene as PNG, SVG or PDF."""
    from dataclasses import replace

    from app.cli.figure_paper import paper_of, stated_size
    from app.cli.output import Remarks, exit_of, remark, show
    from app.export import figure, fonts
    from app.export.files import checked
    from app.export.letters import any_script
    from app.model.lessons import first_scene
    from app.parts.topology import marks
    from compute import open_engine
    from compute.core.status import Status

    if chosen.critical is None and (chosen.superlevel or chosen.pair):
        asked = "--superlevel" if chosen.superlevel else "--pair"
        raise ValueError(f"{asked} applies to critical points: add --critical SHARE")
    target = checked(chosen.output, suffixes("figure"))
    paper = replace(
        paper_of(chosen, target.suffix.lower() in VECTORS),
        transparent=chosen.transparent,
        caption=chosen.caption,
        legend=chosen.legend,
        font=chosen.font,
        panels=tuple(chosen.panels),
    )
    if chosen.font:
        fonts.use(chosen.font)
    scene = first_scene.load(chosen.scene)
    engine = open_engine(chosen.engine)
    fine = figure.fineness(paper.size, engine)
    remarks = Remarks()
    found = figure.answers(scene, engine, paper.plot, fine, told=remarks)
    if chosen.critical is not None:
        points = marks(scene, found, chosen.superlevel, chosen.critical, chosen.pair)
        paper = replace(paper, critical=points)
    if not stated_size(chosen).height:
        paper = figure.with_words(paper, scene, found)
    try:
        with any_script(remark):
            figure.write(target, scene, found, paper)
    except RuntimeError as problem:
        raise ValueError(f"{problem}; {SVG} and {PDF} need no OpenGL") from None
    status = Status(int(figure.path_of(found).paths.status[0]))
    width, height = paper.size
    result = {"file": str(target), "size": [width, height], "status": status}
    words = f"{width} × {height} pixels"
    if paper.inches is not None:
        across, down = (round(25.4 * side, 2) for side in paper.inches)
        result["mm"], words = [across, down], f"{across:g} × {down:g} mm"
    show(result, chosen.json, [f"{target}: {words}, {status.words}"])
    return remarks.exit(exit_of(status))


COMMAND = Subcommand(
    "render", "write a figure of a scene, without a window", declare, run, order=170
)
