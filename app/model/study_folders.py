"""The folders of studies, in which each file is a layer."""

from __future__ import annotations

from pathlib import Path

# a folder added before scenes are imported has its layers everywhere
FOLDERS = [Path(__file__).parents[1] / "jobs" / "studies"]
# modules there that are not studies
_NONE = ("__init__", "construction", "of_points", "study", "traced_curves")


def study_names() -> list[str]:
    """Return the names of the layers that are studies, in alphabetical order."""
    found = (path.stem for folder in FOLDERS for path in folder.glob("*.py"))
    return sorted(name for name in found if name not in _NONE)
