"""The options of exported figures and films, for the command line and the window's forms."""

from __future__ import annotations

from typing import NamedTuple

from app.model.file_formats import GIF, MP4, PDF

STYLES = ("dark", "print")
# panels that may be placed beside the chart
PANELS = ("distributions", "measures")
# pixels (width, height)
FIGURE_SIZE, FILM_SIZE = (1200, 800), (1280, 720)
# pixels per inch: default, minimum and maximum
DPI, DPI_LIMITS = 96, (24, 1200)
# frames a second
RATE = 30
# supersampling factor of a frame in each direction
SUPERSAMPLING = (1, 2, 3, 4)
# of a page in millimetres or inches: pixels that make an inch, points of type and of the widest line,
# and width to height
PRINT_DPI, TYPE_SIZE, LINE_WIDTH, PROPORTION = 300, 8.0, 1.0, 4 / 3
# points of type and of lines, the least and the most
TYPE_LIMITS, LINE_LIMITS = (4.0, 72.0), (0.1, 12.0)


class Preset(NamedTuple):
    """Values of options for one use: a size, pixels to an inch, points of type and of lines."""

    words: str
    size: str
    dpi: int
    type_size: float
    line_width: float
    more: tuple[tuple[str, str | int | bool], ...] = ()  # what a form offers with it


PRINT = (("format", PDF), ("legend", True), ("caption", False))
HALL = (("format", MP4), ("fps", RATE), ("legend", True))
# the frames of a GIF last hundredths of a second: 25 a second are exact
SLIDES = (("format", GIF), ("fps", 25), ("legend", False))
# in a hall letters are a thirtieth of the picture's height
FIGURE_PRESETS = {
    "column": Preset("Column, 85 mm", "85mm", PRINT_DPI, TYPE_SIZE, LINE_WIDTH, PRINT),
    "page": Preset("Page, 170 mm", "170mm", PRINT_DPI, TYPE_SIZE, LINE_WIDTH, PRINT),
    "slide": Preset("Slide 16:9", "1920x1080", 144, 18.0, 2.0),
    "4k": Preset("4K", "3840x2160", 288, 18.0, 2.0),
}
FILM_PRESETS = {
    "1080p": Preset("Hall, 1080p", "1920x1080", 144, 18.0, 2.0, HALL),
    "720p": Preset("Hall, 720p", "1280x720", 96, 18.0, 2.0, HALL),
    "4k": Preset("Hall, 4K", "3840x2160", 288, 18.0, 2.0, HALL),
    "4:3": Preset("Hall, 4:3", "1440x1080", 144, 18.0, 2.0, HALL),
    "gif": Preset("GIF for slides", "640x360", 48, 18.0, 2.0, SLIDES),
}
