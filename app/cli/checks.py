"""``shader`` and ``doctor``."""

from __future__ import annotations

import argparse

from app.cli.output import show
from app.jobs.diagnosis import findings
from compute import open_engine
from compute.engine.reference import ReferenceEngine
from compute.families import family
from compute.requests.engine import NoAdapter


def shader(chosen: argparse.Namespace) -> int:
    """Print the WGSL of a kernel with a family in its slot."""
    from compute.gpu.catalogue import wgsl

    print(wgsl(family(chosen.family), chosen.kernel), end="")
    return 0


def doctor(chosen: argparse.Namespace) -> int:
    """Report what the program runs on, and compare every kernel with the reference."""
    try:
        engine, remark = open_engine(chosen.engine), ""
    except NoAdapter as problem:
        engine, remark = ReferenceEngine(), str(problem)
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
    return 0 if all(check["ok"] for check in checks) and not remark else 1


def _gl() -> str | None:
    """The OpenGL that pictures are drawn with, in words, or None."""
    from app.export.figure import offscreen_canvas

    try:
        canvas = offscreen_canvas((64, 64))
    except RuntimeError:
        return None
    return str(canvas.renderer)
