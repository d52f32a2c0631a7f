"""``render``: write a figure of a scene, without a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model import figure_options
from app.model.figure_options import FIGURE_PRESETS
from app.model.file_formats import PDF, SVG, VECTORS, metavar, suffixes
from app.views.text.typed_values import PaperSize, inches, number_in, pair, paper_size

if TYPE_CHECKING:
    import argparse

    from app.export import figure


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``render``."""
    parser.add_argument("-o", "--output", required=True, metavar=metavar("FILE", "figure"))
    parser.add_argument(
        "--size",
        type=paper_size,
        metavar="WxH",
        help="pixels (1200x800), or a width (85mm), or both sides (85x60mm, 6x4in)",
    )
    parser.add_argument("--width", type=inches, metavar="85mm", help="width, for print")
    parser.add_argument("--height", type=inches, metavar="60mm", help="height, for print")
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
        _paper(chosen, target.suffix.lower() in VECTORS),
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
    if not _stated(chosen).height:
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


def _stated(chosen: argparse.Namespace) -> PaperSize:
    """Return the requested size; a height of 0 means that the chart determines it.

    Raises ValueError for options that contradict each other.
    """
    if chosen.width or chosen.height:
        if not chosen.width:
            raise ValueError("--height needs a --width")
        if chosen.size or chosen.preset:
            raise ValueError("--width stands in place of --size and --preset: give only one")
        return PaperSize(chosen.width, chosen.height or 0.0)
    if chosen.size is not None:
        size: PaperSize = chosen.size
        return size
    if chosen.preset:
        return paper_size(FIGURE_PRESETS[chosen.preset].size)
    return PaperSize(*figure_options.FIGURE_SIZE, in_pixels=True)


def _paper(chosen: argparse.Namespace, is_vector: bool) -> figure.Paper:
    """Return the page; without a stated height, it has the height of a chart of this width."""
    from app.export import figure

    size, dpi = _stated(chosen), chosen.dpi
    type_size, line_width = shared_options.in_points(chosen, FIGURE_PRESETS, not size.in_pixels)
    style = chosen.style or figure_options.STYLES[is_vector or not size.in_pixels]
    if chosen.preset and not dpi:
        dpi = FIGURE_PRESETS[chosen.preset].dpi
    if size.in_pixels:
        pixels = round(size.width), round(size.height)
        dpi = dpi or figure_options.DPI
        return figure.Paper(pixels, dpi, style, type_size=type_size, line_width=line_width)
    height = size.height or size.width / figure_options.PROPORTION
    dpi = dpi or figure_options.PRINT_DPI
    return figure.for_print(size.width, height, dpi, type_size, line_width, style)


COMMAND = Subcommand(
    "render", "write a figure of a scene, without a window", declare, run, order=170
)
