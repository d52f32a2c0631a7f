"""The titles of the panels that installed packages offer, which are not imported here."""

from __future__ import annotations

import re
from functools import cache

from app.model import panel_titles
from compute.core import packages

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")


def title_of(name: str) -> str:
    """Return the title of a panel by its entry point: "fisher-circle" is "Fisher circle"."""
    return name.replace("-", " ").capitalize()


def own_titles() -> frozenset[str]:
    """Return the titles of the program's panels."""
    return frozenset(value for value in vars(panel_titles).values() if isinstance(value, str))


@cache
def names() -> tuple[str, ...]:
    """Return the names of panels with a title of their own, in alphabetical order."""
    points, _ = packages.stated(packages.PANELS)
    found = {point.name for point in points if NAME.fullmatch(point.name)}
    return tuple(sorted(name for name in found if title_of(name) not in own_titles()))
