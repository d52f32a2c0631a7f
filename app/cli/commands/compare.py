"""``compare``: heads, layers, texts or temperatures side by side, as pictures, a plot or a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model import comparison as comparisons
from app.model.figure_options import FIGURE_PRESETS
from app.model.file_formats import CSV, PDF, PNG, SVG

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from app.export.figure import Paper
    from app.jobs.comparison import Point
    from app.model.comparison import Comparison
    from app.model.scene import Scene
    from compute import Engine

DRAWN = (PNG, SVG, PDF)
MEASURES = (
    "length", "kl", "kl_back", "curvature", "entropy", "largest_weight", "log_condition",
    "mean_entropy", "effective_dimension", "first_key", "previous_token", "induction",
)  # fmt: skip


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``compare``."""
    parser.add_argument(
        "--over", required=True, choices=comparisons.KINDS, help="the parameter that differs"
    )
    parser.add_argument(
        "--values",
        required=True,
        nargs="+",
        metavar="VALUE",
        help="temperatures (0.5 1 2, or 0.5:2:7), layers or heads (0 3 7, or 0:11), or files",
    )
    parser.add_argument(
        "--measure",
        choices=MEASURES,
        help="draw a plot of this measure in place of 2 to 6 pictures",
    )
    parser.add_argument("--table", metavar=f"OUT{CSV}", help="every measure with its status")
    kinds = "|".join(kind.strip(".") for kind in DRAWN)
    parser.add_argument("-o", "--output", metavar=f"FILE.({kinds})", help="the figure")
    shared_options.page_size(parser)
    shared_options.page(parser, FIGURE_PRESETS, "SVG, PDF and print: on white")
    shared_options.scene(parser)
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print the measures, or write a table and a figure."""
    from app.cli.figure_paper import paper_of
    from app.cli.output import Remarks, remark, show
    from app.export import small_multiples
    from app.export.files import checked
    from app.export.letters import any_script
    from app.export.row_table import write_table
    from app.jobs.comparison import points, table
    from app.model.file_formats import VECTORS
    from app.model.lessons import first_scene
    from compute import open_engine

    target = checked(chosen.output, DRAWN) if chosen.output else None
    tabled = checked(chosen.table, (CSV,)) if chosen.table else None
    limits = comparisons.PICTURES if target and not chosen.measure else comparisons.POINTS
    asked = comparisons.read(chosen.over, chosen.values, limits)
    paper = paper_of(chosen, target is not None and target.suffix.lower() in VECTORS)
    if target and not chosen.measure:
        small_multiples.cell(len(asked.values), paper)
    scene, engine = first_scene.load(chosen.scene), open_engine(chosen.engine)
    found = list(points(engine, scene, asked))
    remarks = Remarks()
    for each in found:
        if each.problem:
            remarks(f"{each.variant.name}: {each.problem}")
    if tabled:
        write_table(tabled, table(asked, found))
    if target:
        with any_script(remark):
            _draw(target, asked, found, scene, engine, paper, chosen.measure)
    result = {
        "over": asked.over,
        "points": table(asked, found),
        "table": chosen.table,
        "file": chosen.output,
    }
    show(result, chosen.json, _lines(found, chosen.measure))
    return remarks.exit(0)


def _lines(found: Sequence[Point], measure: str | None) -> list[str]:
    """Return a line for each point: its length, or the measure that was asked for."""
    lines = []
    for each in found:
        value, status = each.numbers[measure or "length"]
        number = f"{value:.6g}" if value == value else "unknown"
        lines.append(f"{each.variant.name:<12}  {measure or 'length'} {number}  {status}")
    return lines


def _draw(
    target: Path,
    asked: Comparison,
    found: Sequence[Point],
    scene: Scene,
    engine: Engine,
    paper: Paper,
    measure: str | None,
) -> None:
    """Write the pictures, or the plot of a measure."""
    from app.cli.output import remark
    from app.export import measure_plots, raster, small_multiples
    from app.export.charts import Look

    title = f"{comparisons.KINDS[asked.over].words} side by side"
    if measure:
        width, height = (side / paper.dpi for side in paper.size)
        look = Look(paper.inches or (width, height), paper.times * 12.0, paper.theme,
                    paper.inches is not None)  # fmt: skip
        sheet = measure_plots.drawn(asked, found, measure, look)
    else:
        size = small_multiples.cell(len(found), paper)
        variants = [each.variant for each in found]
        made = small_multiples.pictures(variants, engine, size, remark)
        sheet = small_multiples.drawn(made, paper)
    raster.write(sheet, target, title.capitalize(), paper.dpi, scene)


COMMAND = Subcommand(
    "compare",
    "compare heads, layers, texts or temperatures of a scene side by side",
    declare,
    run,
    order=143,
)
