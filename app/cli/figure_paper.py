"""The page of a figure as the command line states it: size, letters, lines, resolution and style."""

from __future__ import annotations

import argparse

from app.cli import shared_options
from app.export import figure
from app.model import figure_options
from app.model.figure_options import FIGURE_PRESETS
from app.views.text.typed_values import PaperSize, paper_size


def stated_size(chosen: argparse.Namespace) -> PaperSize:
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


def paper_of(chosen: argparse.Namespace, is_vector: bool) -> figure.Paper:
    """Return the page; without a stated height, it has the height of a chart of this width."""
    size, dpi = stated_size(chosen), chosen.dpi
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
