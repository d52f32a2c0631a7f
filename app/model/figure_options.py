"""The options of exported figures and films, for the command line and the window's forms."""

from __future__ import annotations

STYLES = ("dark", "print")
# what may stand beside the chart
PANELS = ("distributions", "measures")
# pixels (width, height)
FIGURE_SIZE, FILM_SIZE = (1200, 800), (1280, 720)
# pixels that make an inch: at first, and the least and the most
DPI, DPI_LIMITS = 96, (24, 1200)
# frames a second
RATE = 30
# a frame is drawn so many times finer in each direction, and then reduced
SUPERSAMPLING = (1, 2, 3, 4)
