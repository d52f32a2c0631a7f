"""Options shared by several commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.model import figure_options
from app.views.text.typed_values import (
    inches,
    number_in,
    pair,
    paper_size,
    points_in,
    positions,
    size,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from app.model.figure_options import Preset


def as_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``: print one JSON object on stdout and nothing else."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object on stdout, nothing else"
    )


def engine(parser: argparse.ArgumentParser) -> None:
    """Add ``--engine``: gpu, reference (NumPy), or auto."""
    from compute.engine.opening import ENGINES

    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="auto",
        help="where to compute: gpu, reference (NumPy in float64), or auto (the GPU if there is "
        "one)",
    )


def between(parser: argparse.ArgumentParser) -> None:
    """Add ``--start`` and ``--end``, two points."""
    parser.add_argument("--start", type=pair, metavar="a,b")
    parser.add_argument("--end", type=pair, metavar="c,d")


def tokens(parser: argparse.ArgumentParser, form: str) -> None:
    """Add ``--tokens``: queries of a head in place of points."""
    parser.add_argument(
        "--tokens",
        type=positions,
        metavar=form,
        help="for a head: use the queries of these tokens (counted from 0), on a plane through "
        "them",
    )


def curve(parser: argparse.ArgumentParser, alpha: float | None = None) -> None:
    """Add ``--alpha``, with default ``alpha``, and ``--steps``."""
    parser.add_argument(
        "--alpha",
        type=float,
        default=alpha,
        help="α of the connection, from -1 to 1 (0: Levi-Civita)",
    )
    parser.add_argument("--steps", type=int, default=128, help="steps of the curve (default: 128)")


def values_of_a_scene(parser: argparse.ArgumentParser) -> None:
    """Add ``--scene``, which supplies missing values."""
    parser.add_argument(
        "--scene", metavar="FILE", help="scene that supplies the values not given here"
    )


def points_of_a_family(parser: argparse.ArgumentParser) -> None:
    """Add FAMILY and ``--points``, a table of its points."""
    parser.add_argument("family", metavar="FAMILY")
    parser.add_argument(
        "--points",
        required=True,
        metavar="FILE.csv",
        help="points: the family's coordinates as named columns, and labels in a column label",
    )


def distance(parser: argparse.ArgumentParser) -> None:
    """Add ``--distance``: Fisher–Rao, or a symmetric divergence."""
    from compute.statistics.distance_matrix import FISHER_RAO, KINDS

    parser.add_argument(
        "--distance",
        choices=KINDS,
        default=FISHER_RAO,
        help="fisher_rao, jeffreys (KL in both directions), hellinger, bhattacharyya (the angle "
        "2 arccos ∫√(pq)) or wasserstein (default: fisher_rao)",
    )


def head(parser: argparse.ArgumentParser) -> None:
    """Add the family of an attention head."""
    parser.add_argument(
        "family", metavar="FAMILY", help="attention:FILE.npz?layer=2&head=7, or a bundled head"
    )


def scene(parser: argparse.ArgumentParser) -> None:
    """Add the argument SCENE: a scene file, a bundled scene, or a head."""
    parser.add_argument(
        "scene", metavar="SCENE", help="a scene file, a bundled scene, or attention:FILE?…"
    )


def size_of(
    parser: argparse.ArgumentParser, pixels: tuple[int, int], words: str | None = None
) -> None:
    """Add ``--size``, with default ``pixels`` (width, height)."""
    parser.add_argument("--size", type=size, default=pixels, metavar="WxH", help=words)


def paper(parser: argparse.ArgumentParser, presets: Mapping[str, Preset], style: str) -> None:
    """Add the options of the page of a figure or film, with a legend and panels.

    ``style``: the words that describe the default of ``--style``.
    """
    page(parser, presets, style)
    parser.add_argument("--legend", action="store_true", help="name the lines below the chart")
    parser.add_argument(
        "--panels",
        nargs="+",
        choices=figure_options.PANELS,
        default=(),
        help="panels to show beside the chart",
    )


def page_size(parser: argparse.ArgumentParser) -> None:
    """Add ``--size``, ``--width`` and ``--height`` of a figure."""
    parser.add_argument(
        "--size",
        type=paper_size,
        metavar="WxH",
        help="pixels (1200x800), or a width (85mm), or both sides (85x60mm, 6x4in)",
    )
    parser.add_argument("--width", type=inches, metavar="85mm", help="width, for print")
    parser.add_argument("--height", type=inches, metavar="60mm", help="height, for print")


def page(parser: argparse.ArgumentParser, presets: Mapping[str, Preset], style: str) -> None:
    """Add the options of the page of a figure or film: letters, lines, resolution, style."""
    parser.add_argument(
        "--preset",
        choices=presets,
        help="size, type and lines for one use: "
        + ", ".join(f"{name} ({each.size})" for name, each in presets.items()),
    )
    parser.add_argument(
        "--font-size",
        type=points_in(*figure_options.TYPE_LIMITS),
        metavar="8pt",
        help="size of all letters, in place of their sizes on the screen",
    )
    parser.add_argument(
        "--font", default="", metavar="FAMILY", help="a TrueType family of this system, by its name"
    )
    parser.add_argument(
        "--line-width",
        type=points_in(*figure_options.LINE_LIMITS),
        metavar="1pt",
        help="width of the widest line; the thinnest lines have half of it",
    )
    parser.add_argument(
        "--dpi",
        type=number_in(*figure_options.DPI_LIMITS),
        help=f"pixels per inch (default: {figure_options.DPI}; print: {figure_options.PRINT_DPI})",
    )
    styles = figure_options.STYLES
    parser.add_argument("--style", choices=styles, help=f"dark or white background ({style})")


def in_points(
    chosen: argparse.Namespace, presets: Mapping[str, Preset], in_print: bool
) -> tuple[float, float]:
    """Return the type size and the width of the widest line in points; 0 means as on the screen.

    Options come before the preset.  Without a preset, a type size alone sets the line width in
    proportion, and a line width alone uses the usual type size.
    """
    preset = presets.get(chosen.preset)
    type_size, line_width = chosen.font_size, chosen.line_width
    if preset is not None:
        return type_size or preset.type_size, line_width or preset.line_width
    usual = figure_options.TYPE_SIZE / figure_options.LINE_WIDTH
    if type_size or line_width:
        return type_size or figure_options.TYPE_SIZE, line_width or type_size / usual
    return (figure_options.TYPE_SIZE, figure_options.LINE_WIDTH) if in_print else (0.0, 0.0)
