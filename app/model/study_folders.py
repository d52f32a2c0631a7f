"""The layers that are studies: a file each, and those of installed packages."""

from __future__ import annotations

import re
from pathlib import Path

from compute.core import packages

# a folder added before scenes are imported has its layers everywhere
FOLDERS = [Path(__file__).parents[1] / "jobs" / "studies"]
# modules there that are not studies
_NONE = ("__init__", "construction", "of_package", "of_points", "study", "traced_curves")
# of a layer of a package
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


def study_names() -> list[str]:
    """Return the names of the layers that are studies, in alphabetical order."""
    found = (path.stem for folder in FOLDERS for path in folder.glob("*.py"))
    return sorted(name for name in found if name not in _NONE)


def package_names() -> list[str]:
    """Return the names of the layers that installed packages offer, which are not imported here."""
    points, _ = packages.stated(packages.LAYERS)
    return sorted({point.name for point in points if NAME.fullmatch(point.name)})
