"""One line for each thing that an installed package offers and that cannot be used."""

from __future__ import annotations

from app.jobs import package_panels, studies
from app.model import colormaps
from app.model.lessons import listing
from compute.families import problems


def lines() -> tuple[str, ...]:
    """Return the lines of all kinds."""
    kinds = (listing, colormaps, studies, package_panels)
    return (*problems(), *(line for kind in kinds for line in kind.problems()))
