"""``export``: the numbers of a scene as data, or as the script that computes them."""

from __future__ import annotations

import argparse

from app.commands.output import Remarks, exit_of, show
from app.export import data
from app.export.figure import answers, path_of
from app.export.files import checked
from app.model import session
from compute import open_engine
from compute.types import Status


def export(chosen: argparse.Namespace) -> int:
    """Write what a scene computes as NPZ, JSON, CSV or Python."""
    target = checked(chosen.output, data.SUFFIXES)
    scene = session.load(chosen.scene)
    remarks = Remarks()
    found = answers(scene, open_engine(chosen.engine), chosen.size, told=remarks)
    data.write(target, scene, found)
    status = Status(int(path_of(found).paths.status[0]))
    show({"file": str(target), "status": status}, chosen.json, [f"{target}: {status.words}"])
    return remarks.exit(0 if status.arrived else exit_of(status))
