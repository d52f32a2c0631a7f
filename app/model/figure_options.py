"""The options of exported figures and films, for the command line and the window's forms."""

from __future__ import annotations

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
