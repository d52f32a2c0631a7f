"""``export``: the numbers of a scene as data, the script that computes them, or an interactive page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model import figure_options
from app.model.file_formats import HTML, metavar, suffixes

if TYPE_CHECKING:
    import argparse

    from app.cli.output import Remarks
    from compute.core.status import Status
    from compute.requests.engine import Engine

WRITTEN = ("data", "script", "page")


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``export``."""
    parser.add_argument("-o", "--output", required=True, metavar=metavar("FILE", *WRITTEN))
    shared_options.size_of(
        parser, figure_options.FIGURE_SIZE, "figure size for which maps are computed"
    )
    shared_options.scene(parser)
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Write the numbers of a scene as NPZ, JSON, CSV or Python, or the scene or lesson as a page."""
    from app.cli.output import Remarks, exit_of, show
    from app.export.files import checked
    from compute import open_engine

    target = checked(chosen.output, suffixes(*WRITTEN))
    remarks = Remarks()
    write = _page if target.suffix.lower() == HTML else _numbers
    status = write(target, chosen, open_engine(chosen.engine), remarks)
    show({"file": str(target), "status": status}, chosen.json, [f"{target}: {status.words}"])
    return remarks.exit(exit_of(status))


def _numbers(target: Path, chosen: argparse.Namespace, engine: Engine, told: Remarks) -> Status:
    """Write data or a script; return the geodesic's status."""
    from app.export import data
    from app.export.figure import answers, path_of
    from app.model.lessons import first_scene
    from compute.core.status import Status

    scene = first_scene.load(chosen.scene)
    found = answers(scene, engine, chosen.size, told=told)
    data.write(target, scene, found)
    return Status(int(path_of(found).paths.status[0]))


def _page(target: Path, chosen: argparse.Namespace, engine: Engine, told: Remarks) -> Status:
    """Write an interactive page, of a lesson with all its steps; return the first geodesic's status."""
    from app.export import web_page
    from app.export.figure import path_of
    from app.model.lessons import catalogue, first_scene
    from compute.core.status import Status
    from compute.families import manifold

    if catalogue.is_lesson(chosen.scene):
        lesson = catalogue.load(chosen.scene)
        title, parts = lesson.title, web_page.of_lesson(lesson, engine, told)
    else:
        scene = first_scene.load(chosen.scene)
        title = scene.title or manifold(scene.family).title
        parts = web_page.of_scene(scene, engine, told)
    for remark in web_page.write(target, title, parts):
        told(remark)
    return Status(int(path_of(parts[0].found).paths.status[0]))


COMMAND = Subcommand(
    "export",
    "write the numbers of a scene, a script that computes them, or a page that one can drag",
    declare,
    run,
    order=190,
)
