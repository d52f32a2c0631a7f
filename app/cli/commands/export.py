"""``export``: the numbers of a scene as data, or as the script that computes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model import figure_options
from app.model.file_formats import metavar, suffixes

if TYPE_CHECKING:
    import argparse

WRITTEN = ("data", "script")


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``export``."""
    parser.add_argument("-o", "--output", required=True, metavar=metavar("FILE", *WRITTEN))
    shared_options.size_of(
        parser, figure_options.FIGURE_SIZE, "figure size for which maps are computed"
    )
    shared_options.scene(parser)
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Write the numbers of a scene as NPZ, JSON, CSV or Python."""
    from app.cli.output import Remarks, exit_of, show
    from app.export import data
    from app.export.figure import answers, path_of
    from app.export.files import checked
    from app.model.lessons import first_scene
    from compute import open_engine
    from compute.core.status import Status

    target = checked(chosen.output, suffixes(*WRITTEN))
    scene = first_scene.load(chosen.scene)
    remarks = Remarks()
    found = answers(scene, open_engine(chosen.engine), chosen.size, told=remarks)
    data.write(target, scene, found)
    status = Status(int(path_of(found).paths.status[0]))
    show({"file": str(target), "status": status}, chosen.json, [f"{target}: {status.words}"])
    return remarks.exit(exit_of(status))


COMMAND = Subcommand(
    "export",
    "write the numbers of a scene, or a script that computes them",
    declare,
    run,
    order=190,
)
