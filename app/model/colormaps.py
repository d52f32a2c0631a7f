"""The colour maps: perceptually uniform and suitable for colour-blind viewers, and those of packages.

Viridis, magma and plasma: van der Walt and Smith 2015.  Cividis: Nuñez, Anderton, Renslow 2018.
Batlow, vik and grayC: Crameri, Shephard, Heron 2020.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint

from compute.core import packages
from compute.core.refusal import shown

COLORMAPS: dict[str, str] = {
    "viridis": "Viridis",
    "cividis": "Cividis",
    "batlow": "Batlow",
    "magma": "Magma",
    "plasma": "Plasma",
    "grayC": "Greys",
    "vik": "Vik: diverging, centred on zero",
}
# whose middle is zero
TWO_SIDED = ("vik",)
MOST_COLOURS, MOST_TITLE = 256, 60
# maps of categories have names that begin so
_NAME = re.compile(r"(?!categorical)[A-Za-z]\w{0,63}", re.ASCII)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class ColourMap:
    """A colour map of a package: 2 to 256 colours "#rrggbb", low to high, equally spaced.

    Colours between them are interpolated linearly in sRGB.  two_sided: the middle stands for zero.
    """

    title: str
    colours: tuple[str, ...]
    two_sided: bool = False


@cache
def _offered() -> tuple[dict[str, ColourMap], tuple[str, ...]]:
    """Return the colour maps of installed packages, and one line for each that was left out."""
    owners = dict.fromkeys(COLORMAPS, "this program")
    return packages.claimed(packages.COLORMAPS, _checked, owners)


def _checked(point: EntryPoint, value: object) -> ColourMap:
    if not _NAME.fullmatch(point.name):
        raise ValueError(f"its name must be a word of at most 64 letters, got {shown(point.name)}")
    if not isinstance(value, ColourMap):
        raise ValueError(f"{point.value} must be a ColourMap, got {shown(value)}")
    title, colours = value.title, value.colours
    if not isinstance(title, str) or not 0 < len(title) <= MOST_TITLE:
        raise ValueError(f"its title must have 1 to {MOST_TITLE} letters, got {shown(title)}")
    if not isinstance(colours, tuple) or not 2 <= len(colours) <= MOST_COLOURS:
        raise ValueError(
            f"its colours must be a tuple of 2 to {MOST_COLOURS}, got {shown(colours)}"
        )
    for colour in colours:
        if not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
            raise ValueError(f"its colours must be #rrggbb, got {shown(colour)}")
    if not isinstance(value.two_sided, bool):
        raise ValueError(f"its two_sided must be True or False, got {shown(value.two_sided)}")
    return value


def titles() -> dict[str, str]:
    """Return the titles of all colour maps by name, those of packages last."""
    return COLORMAPS | {name: found.title for name, found in _offered()[0].items()}


def check(colormap: str) -> None:
    """Raise ValueError unless it is one of these."""
    if colormap not in COLORMAPS and colormap not in _offered()[0]:
        refused = (line for line in problems() if line.startswith(f"colour map {colormap} of "))
        words = f"colormap must be one of {', '.join(titles())}, got {shown(colormap)}"
        raise ValueError(next(refused, words))


def is_two_sided(colormap: str) -> bool:
    """Whether the middle of a colour map stands for zero."""
    found = None if colormap in COLORMAPS else _offered()[0].get(colormap)
    return colormap in TWO_SIDED or bool(found and found.two_sided)


def source(colormap: str) -> str | list[str]:
    """Return what `cmap.Colormap` makes a colour map from: its name there, or its colours."""
    found = None if colormap in COLORMAPS else _offered()[0].get(colormap)
    return list(found.colours) if found else colormap


def problems() -> tuple[str, ...]:
    """Return one line for each colour map of a package that could not be used."""
    return _offered()[1]


def problems_met() -> tuple[str, ...]:
    """Return `problems` if colour maps of packages were asked for in this process; () before."""
    return problems() if _offered.cache_info().currsize else ()


def forget() -> None:
    """Forget colour maps of packages, so that those installed since are found."""
    _offered.cache_clear()
