"""Lessons on what panels show: a picture's patches, two bivariate normals."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model import scene_file
from app.model.lessons.checks import check, holds, quantity
from app.model.lessons.lesson import Lesson, NotALesson, parse
from app.model.store import Store
from app.parts.lessons import LessonPart
from app.parts.part import PartContext
from app.parts.proofreading import Proofreader
from app.views.interface.events import PanelShown
from tests.claims import each

TEXT = """# Panels

## A picture

The way is {{9.32 = picture distance}} long, over {{9 = picture patches}} patches; between the normals
it is {{1.391369 = normals "Fisher–Rao geodesic"}}.

```scene
family: gaussian
panel: Picture
picture source: astronaut
picture layer: 1
picture head: 1
picture A: (0.47, 0.22)
picture B: (0.84, 0.28)
picture circles: off
normal A: (0, 1, 1, 0.5, 2)
normal B: (1, 2, 2, 1, 1)
```

```do
Drag B to the cheek, and show the heat.

check: picture B within 0.1 of (0.47, 0.28)
check: picture map is heat
check: picture distance < 2
answer: picture B: (0.47, 0.28); picture map: heat
```

## Words

No panel.

```scene
panel: none
```
"""


def read(text: str = TEXT, folder: Path = Path()) -> Lesson:
    return parse(text, "panels.md", folder)


def test_a_step_changes_and_measures_what_panels_show(reference_engine):
    lesson = read()
    first, second = lesson.steps
    chosen = first.scene.photograph
    assert (first.panel, second.panel) == ("Picture", "")
    assert (chosen.layer, chosen.head, chosen.start, chosen.circles) == (1, 1, (0.47, 0.22), False)
    assert first.scene.normals.b == (1.0, 2.0, 2.0, 1.0, 1.0)
    assert Proofreader(reference_engine).problems(lesson) == []


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("panel: Picture", "panel: Kitchen", 10, "a panel must be one of Distributions"),
        ("picture A: (0.47, 0.22)", "picture A: (1.47, 0.22)", 14, "start must lie in 0 … 1"),
        ("picture circles: off", "picture circles: maybe", 16, "expected on or off, got 'maybe'"),
        ("picture source: astronaut", "picture source: ../x.png", 11, "in its own folder"),
        ("picture circles: off", "picture map: sky", 16, "a picture's shown must be one of density"),
        ("normal A: (0, 1, 1, 0.5, 2)", "normal A: (0, 1, 1, 5, 2)", 17, "A: covariance must be"),
        ("normal A: (0, 1, 1, 0.5, 2)", "normal A: (0, 1)", 17, "expected 5 numbers"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(before, after, line, words):
    with pytest.raises(NotALesson) as told:
        read(TEXT.replace(before, after))
    assert str(told.value).startswith(f"panels.md:{line}: ") and words in str(told.value)


def test_a_picture_that_cannot_be_read_and_a_way_that_there_is_not_are_told(
    tmp_path, reference_engine
):
    (tmp_path / "x.png").write_bytes(b"no picture")
    reader = Proofreader(reference_engine)
    lesson = read(TEXT.replace("picture source: astronaut", "picture source: x.png"), tmp_path)
    told = reader.problems(lesson)
    assert [line for line, _ in told] == [3, 5, 5]
    assert each("x.png is not a PNG or JPEG picture" in words for _, words in told)
    with pytest.raises(
        ValueError, match="paths between normals are Fisher–Rao geodesic, Wasserstein"
    ):
        reader.value(quantity('normals "Shortcut"'), read().steps[0].scene)


def test_a_check_asks_what_is_shown_now():
    step = read().steps[0]
    here, there = check("picture A within 0.05 of (0.5, 0.2)"), check("picture of is shades")
    assert holds(here, step.scene, step.scene, lambda asked: None) is True
    assert holds(there, step.scene, step.scene, lambda asked: None) is False
    assert holds(check("picture head = 1"), step.scene, step.scene, lambda asked: 1.0) is True


def test_a_step_brings_its_panel_to_the_front():
    told: list[tuple[str, str]] = []

    class Views:
        def set_panel(self, title: str, state: object) -> None: ...

        def raise_panel(self, title: str) -> None:
            told.append(("raise", title))

        def lower_panel(self, title: str) -> None:
            told.append(("lower", title))

    part = LessonPart(
        PartContext(Store(scene_file.load("gaussian")), Views(), Views(), lambda task: None)
    )
    part.begin(read())
    assert told == [("raise", "Picture"), ("raise", "Lesson")]
    part.on_event(PanelShown("Picture", True))
    part.turn(1)
    assert told[2:] == [("lower", "Picture")]
    part.on_event(PanelShown("Picture", False))
    part.on_event(PanelShown("Picture", True))
    told.clear()
    part.turn(-1)
    part.turn(1)
    assert told == [("raise", "Picture")], "earlier results stay"
