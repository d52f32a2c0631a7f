"""``doctor``: adapter, drivers and versions, and every kernel against the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``doctor``."""
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Describe the machine, and compare every kernel with the reference."""
    import sys

    # at once: loading and checking take seconds
    print("checking every kernel …", file=sys.stderr, flush=True)
    from app.cli.output import show
    from app.jobs.diagnosis import findings
    from compute import open_engine
    from compute.engine.reference import ReferenceEngine
    from compute.requests.engine import NoAdapter, Unloadable

    complete = True
    try:
        engine, remark = open_engine("gpu" if chosen.engine == "auto" else chosen.engine), ""
    except NoAdapter as problem:
        engine, remark = ReferenceEngine(), str(problem)
        complete = chosen.engine == "auto" and not isinstance(problem, Unloadable)
    result = findings(engine, _gl(), remark)
    checks = result["checks"]
    marks = {True: "✓", False: "✗"}
    lines = [f"engine    {engine.name}: {engine.adapter}", f"OpenGL    {result['gl']}"]
    lines += [f"{name:20} {number}" for name, number in result["versions"].items()]
    lines += [
        f"{marks[c['ok']]} {c['name']:38} error {c['error']:.1e}, at most {c['tolerance']:.0e}"
        for c in checks
    ]
    show(result, chosen.json, [*lines, *([remark] if remark else [])])
    return 0 if all(check["ok"] for check in checks) and complete else 1


def _gl() -> str | None:
    """Return the OpenGL implementation for pictures; None if there is none."""
    from app.export.figure import offscreen_canvas

    try:
        canvas = offscreen_canvas((64, 64))
    except RuntimeError:
        return None
    return str(canvas.renderer)


COMMAND = Subcommand(
    "doctor",
    "show adapter, drivers and versions; check every kernel against the reference",
    declare,
    run,
    order=210,
)
