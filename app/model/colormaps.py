"""The colour maps: perceptually uniform and suitable for colour-blind viewers.

Viridis, magma and plasma: van der Walt and Smith 2015.  Cividis: Nuñez, Anderton, Renslow 2018.
Batlow, vik and grayC: Crameri, Shephard, Heron 2020.
"""

from __future__ import annotations

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


def check(colormap: str) -> None:
    """Raise ValueError unless it is one of these."""
    if colormap not in COLORMAPS:
        raise ValueError(f"colormap must be one of {', '.join(COLORMAPS)}, got {shown(colormap)}")
