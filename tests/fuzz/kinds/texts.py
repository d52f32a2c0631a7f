"""Lessons and loops."""

from __future__ import annotations

import json
from pathlib import Path

from app.cli.commands.holonomy import read_loop
from app.model.lessons import catalogue
from app.views.text.markdown import page
from compute.families import manifold as manifold_of
from compute.studies.holonomy import loop_of
from tests.fuzz.kind import Kind

LESSON = """# A lesson

> What it is about.

## A step

Words with $g_{11} = \\frac{1}{\\sigma^2}$, *this*, **that**, `code` and [a link](https://example.org).

- {{1 = measure "Fisher–Rao length"}} of it
- and more

$$ds^2 = \\frac{d\\mu^2 + 2\\,d\\sigma^2}{\\sigma^2}$$

```scene
family: gaussian
A: (0, 1)
B: (1, 1)
map: entropy
layers: +spray -straight
alpha: 1/2
panel: Measures
```

```do
Drag **B** up.
check: pin B within 0.3 of (1.5, 2)
check: layer spray on
answer: B: (1.5, 2); layers: +spray
```

## Another

Only words.

```scene
flow mode: rough
view: (-2, 2, 0.1, 3)
vector: (0, π/2)
```
"""
WORDS = (
    b"family: ", b"scene: ../../../etc/passwd", b"scene: bank", b"loop: (0,1) (1,1) (0,2)",
    b"key: 99999", b"check: ",
    b"answer: ", b"{{1 = ", b"}}", b"\\frac{", b"\\sqrt{", b"$$", b"with alpha: 1",
    b"layers: only map", b"A: token 3",
    b"normal A: (0,0,1,0,1)", b"picture map: heat", b"camera: (1,2,3,4,5)", b"colours: mud",
    b"^{^{^{", b"| a |",
    b"measure \"", b"curvature at (0, 1)", b"custom:{}",
)  # fmt: skip


def told(folder: Path) -> list[bytes]:
    """A lesson that has something of everything."""
    return [LESSON.encode()]


def open_lesson(path: Path) -> None:
    """Read a lesson and set its pages, as its panel does."""
    for step in catalogue.load(path).steps:
        page(step.text)
        page(step.task)


def loops(folder: Path) -> list[bytes]:
    """Loops of both kinds."""
    return [
        json.dumps({"ellipse": {"center": [0, 1.5], "radii": [0.5, 0.5]}}).encode(),
        json.dumps({"polygon": [[0, 1], [1, 1], [0, 2]], "chart": "half_plane"}).encode(),
    ]


def open_loop(path: Path) -> None:
    """Read a loop as the command does."""
    loop_of(read_loop(str(path)), manifold_of("gaussian"))


KINDS = (
    Kind("lesson", ".md", told, open_lesson, WORDS, weight=3),
    Kind("loop", ".json", loops, open_loop, (b'"chart"', b"polygon", b"parameters")),
)
