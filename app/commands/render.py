"""``render``: a picture of a scene, without a window."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.commands.output import show
from app.export.figure import render as picture
from app.export.figure import save_png
from app.model import session
from compute import open_engine


def render(chosen: argparse.Namespace) -> int:
    """Write the scene as a PNG."""
    target = Path(chosen.output)
    if target.suffix.lower() != ".png":
        raise ValueError(f"the picture must be a .png file, got {chosen.output!r}")
    if not target.absolute().parent.is_dir():
        raise ValueError(f"there is no folder {str(target.absolute().parent)!r} to write to")
    scene = session.load(chosen.scene)
    pixels = picture(scene, open_engine(chosen.engine), chosen.size)
    save_png(pixels, target)
    width, height = chosen.size
    result = {"file": str(target), "size": [width, height], "status": "OK"}
    show(result, chosen.json, [f"{target}: {width} × {height} pixels"])
    return 0
