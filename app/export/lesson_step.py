"""The sentences at a lesson's step on a page: what the step has in the program that the page lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from app.model.lessons.lesson import Step
from app.model.panel_titles import DISTRIBUTIONS, MEASURES

# of a scene's fields that the answer to a task may change, those that a reader of a page can change;
# the vector, the view and the title follow
MOVED = frozenset({"start", "end", "vector", "alpha", "playhead", "view", "title", "third"})
# and what the others need
_NEEDS = {
    "family": "another family",
    "chart": "another chart",
    "scalar": "another map",
    "layers": "other layers",
    "loop": "a loop drawn by hand",
    "flow": "a flow",
    "photograph": "the picture",
    "normals": "the panel Normals",
    "points": "points of data that can be dragged",
}
# measures of lessons that the page has
_MEASURED = frozenset({"Fisher–Rao length", "Length", "Energy of the α-geodesic"})
_SHOWN = ("", DISTRIBUTIONS, MEASURES)


def absent(step: Step, remarks: list[str]) -> list[str]:
    """Return the remarks on the step's scene, and the panel and parts of the task that a page lacks."""
    said = list(remarks)
    if step.panel not in _SHOWN:
        said.append(f"The panel {step.panel} is not on the page.")
    needs = list(dict.fromkeys((*_changes(step), *_measures(step))))
    if needs:
        said.append(f"The task is for the program: the page does not have {', '.join(needs)}.")
    return said


def _changes(step: Step) -> Iterator[str]:
    """Name what the answer changes that a reader of the page cannot; a family brings the rest."""
    if step.answer is None:
        return
    changed = [
        field.name
        for field in fields(step.scene)
        if field.name not in MOVED
        and getattr(step.scene, field.name) != getattr(step.answer, field.name)
    ]
    for name in ["family"] if "family" in changed else changed:
        yield _NEEDS.get(name, f"“{name}”")


def _measures(step: Step) -> Iterator[str]:
    """Name the measures that the checks read and the page does not show."""
    for check in step.checks:
        measured = check.quantity
        if measured is None or measured.kind not in ("measure", "count", "gap"):
            continue
        if measured.name not in _MEASURED:
            yield f"the measure “{measured.name}”"
