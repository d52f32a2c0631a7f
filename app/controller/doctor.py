"""What the program runs on, and every kernel held against the reference, as a job of the worker."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from compute.engine import Engine


@dataclass(frozen=True)
class DoctorJob:
    """Examine the engine; ``gl``: the OpenGL that draws, in words."""

    gl: str


@dataclass(frozen=True)
class DoctorAnswer:
    """The findings as a page of rich text."""

    page: str


def perform(engine: Engine, job: DoctorJob) -> DoctorAnswer:
    """Run every kernel and compare."""
    # imported here: only who asks for it needs it
    from app.commands.checks import findings

    found = findings(engine, job.gl)
    rows = [
        ("Engine", found["engine"]),
        ("Adapter", found["adapter"] or "none"),
        ("OpenGL", job.gl),
    ]
    rows += [("Python", found["python"]), *found["versions"].items()]
    checks = [
        f"{'✓' if c['ok'] else '✗'} {c['name']}: error {c['error']:.1e}, at most {c['tolerance']:.0e}"
        for c in found["checks"]
    ]
    verdict = checks or ["Computing in NumPy float64: there are no kernels to check."]
    table = "".join(
        f"<tr><td width='170'>{escape(name)}</td><td>{escape(str(value))}</td></tr>"
        for name, value in rows
    )
    lines = "<br>".join(escape(line) for line in verdict)
    return DoctorAnswer(f"<table cellpadding='2'>{table}</table><p>{lines}</p>")
