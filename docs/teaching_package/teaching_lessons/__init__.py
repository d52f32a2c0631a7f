"""A lesson and a colour map, as a package offers them."""

from pathlib import Path

from app.model.colormaps import ColourMap

WIDE_BELLS = Path(__file__).parent / "wide-bells.md"
SLATE = ColourMap("Slate", ("#10202e", "#5c7a89", "#f2f4f0"))
