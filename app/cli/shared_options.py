"""Options shared by several commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.model import figure_options
from app.views.text.typed_values import number_in, pair, positions, size

if TYPE_CHECKING:
    import argparse


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


def head(parser: argparse.ArgumentParser) -> None:
    """Add the family of an attention head."""
    parser.add_argument(
        "family", metavar="FAMILY", help="attention:FILE.npz?layer=2&head=7, or a bundled head"
    )


def scene(parser: argparse.ArgumentParser) -> None:
    """Add the scene argument."""
    parser.add_argument(
        "scene", metavar="SCENE", help="a scene file, a bundled scene, or attention:FILE?…"
    )


def size_of(
    parser: argparse.ArgumentParser, pixels: tuple[int, int], words: str | None = None
) -> None:
    """Add ``--size``, with default ``pixels`` (width, height)."""
    parser.add_argument("--size", type=size, default=pixels, metavar="WxH", help=words)


def paper(parser: argparse.ArgumentParser) -> None:
    """Add the page options of figures and films."""
    dpi = figure_options.DPI
    parser.add_argument(
        "--dpi",
        type=number_in(*figure_options.DPI_LIMITS),
        default=float(dpi),
        help=f"pixels per inch (default: {dpi})",
    )
    styles = figure_options.STYLES
    parser.add_argument(
        "--style", choices=styles, default=styles[0], help="dark background, or white"
    )
    parser.add_argument("--legend", action="store_true", help="add a legend below")
    parser.add_argument(
        "--panels",
        nargs="+",
        choices=figure_options.PANELS,
        default=(),
        help="panels to show beside the chart",
    )
