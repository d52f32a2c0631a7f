"""The box of a step states its checks; a lesson follows its file while it runs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.jobs.path import PathJob
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model.lessons import catalogue
from app.model.lessons.checks import check
from app.model.scene import Scene, of_family
from app.parts.lesson_quantities import Current
from app.parts.lesson_readings import reading
from app.parts.lessons import LessonPart
from app.views.interface.events import PinMoved
from app.views.interface.lesson import LessonState
from tests.claims import each
from tests.lesson_views import lesson_part


def line(text: str, scene: Scene, found: tuple[float, str, bool] | None = None) -> str:
    """The line of one check, marked if it holds."""
    made = reading(check(text), Subject.of(scene), scene, lambda asked: found)
    return ("✓ " if made.holds else "? " if made.holds is None else "") + made.text


@pytest.mark.parametrize(
    ("text", "found", "shown"),
    [
        ('measure "Turn on the loop" > 1', (0.9192, " rad", False), "now 0.9192 rad, wanted > 1"),
        ('measure "Straight line" 2 > 200', (32.43, " %", False), "now 32.43 %, wanted > 200 %"),
        # rounded to four digits this would be 1, and seem to be done
        ("σ of A <= 1", (1.00001, "", False), "now 1.00001, wanted ≤ 1"),
        ("curvature at A <= -1/2", (-0.5, "", False), "✓ Gaussian curvature K at A: now −0.5"),
        ('measure "Straight line" 2 < 0.5', (-0.0, " %", False), "now 0 %, wanted < 0.5 %"),
        ('measure "Turn on the loop" = 0.00', (3.475e-10, " rad", False), "now 3.475·10⁻¹⁰ rad"),
        ('gap of measure "All geodesics" < 0.01', (0.03, "", False), "second − first: now 0.03"),
        ('measure "Length" < 3.776', (4.3, "", False), "Length: now 4.3, wanted < 3.776"),
        ('count of measure "All geodesics" < 2', (3.0, "", False), "their number: now 3, wanted < 2"),
        ("norm < 1", None, "? Norm of the flow, relative to time 0: now not known, wanted < 1"),
        ("nonsense of A < 1", None, "? nonsense of A: now not known, wanted < 1"),
        ("layer spray on", None, "Layer Spray from A: now off, wanted on"),
        ("loop drawn", None, "Your own loop: now not drawn, wanted drawn"),
        ("chart is disk", None, "Chart: now Logarithmic, wanted Poincaré disk"),
        ("map is entropy", None, "✓ Map: Entropy (nats)"),
        ("family is cauchy", None, "Family: now Normal distributions, wanted Cauchy distributions"),
        ("mode is hodge", None, "wanted Hodge–de Rham heat"),
        ("picture map is heat", None, "wanted Heat from A"),
        ("pin B within 0.1 of (1.5, 0.6)", None, "✓ Distance of B from (1.5, 0.6): now 0, wanted"),
        ("picture A within 0.1 of (9, 9)", None, "wanted ≤ 0.1"),
        ("pin A on token river", None, "? Token of A: now not known, wanted river"),
    ],
)  # fmt: skip
def test_every_kind_of_check_says_what_is_there_and_what_is_wanted(text, found, shown):
    scene = catalogue.load("straight-line").steps[0].scene
    assert shown in line(text, scene, found)


def test_a_token_is_called_by_its_name():
    scene = catalogue.load("three-keys").steps[0].scene
    assert line("pin A on token green", scene) == "Token of A: now red, wanted green"
    scene = catalogue.load("heads").steps[0].scene
    assert line("pin A on token 28", scene) == "Token of A: now 32 old, wanted 28 cat"


def test_every_check_of_the_bundled_lessons_has_a_line():
    said = [
        line(asked.text, step.scene)
        for name in catalogue.titles()
        for step in catalogue.load(name).steps
        for asked in step.checks
    ]
    assert len(said) > 80 and each("wanted " in words or words.startswith("✓") for words in said)


def answer(engine, scene: Scene, viewport: Viewport):
    found: list = []
    job = PathJob.wanted(Subject.of(scene), viewport)
    job.perform(engine, found.append, lambda: False)
    return found[0]


def test_a_path_is_late_in_a_drag_and_not_known_where_it_failed(reference_engine):
    step = catalogue.load("straight-line").steps[1]
    subject, asked = Subject.of(step.scene), step.checks[0].quantity
    at_rest = answer(reference_engine, step.scene, Viewport(steps=(32, 48)))
    current = Current(subject, {PathJob: at_rest})
    assert current.value(asked) == current.find(asked)[0] and current.is_settled(asked)
    before = replace(step.scene, start=replace(step.scene.start, theta=(-1.4, 0.7)))
    moving = answer(reference_engine, before, Viewport(dragging=True))
    current = Current(subject, {PathJob: moving})
    assert current.value(asked) is None and not current.is_settled(asked)
    found, unit, late = current.find(asked)
    assert found == pytest.approx(float(moving.paths.length[0]), rel=1e-5) and late and unit == ""
    elsewhere = Subject.of(replace(step.scene, alpha=0.5))
    assert Current(elsewhere, {PathJob: moving}).find(asked) is None
    failed = replace(at_rest, paths=replace(at_rest.paths, status=at_rest.paths.status * 0 + 1))
    assert not failed.arrived
    assert Current(subject, {PathJob: failed}).find(asked) is None


# --- the part --------------------------------------------------------------------------------
@pytest.fixture
def part() -> LessonPart:
    return lesson_part()


def shown(part: LessonPart) -> LessonState:
    return part.views.states[-1]


def test_lines_follow_the_hand_and_keep_the_last_value_until_the_next(part, reference_engine):
    part.open("straight-line")
    part.go(2)
    store, step = part.context.store, part.step
    assert shown(part).readings[0].now == "not known"
    part.on_message(answer(reference_engine, step.scene, Viewport()))
    first = shown(part).readings[0]
    assert first.words == "KL(A‖B)" and not first.late and first.holds is False
    moved = replace(step.scene, end=replace(step.scene.end, theta=(0.02, 1.005)))
    part.on_event(PinMoved("B", (0.0, 0.0), done=False))
    store.update(moved, merge="pin B")
    part.on_message(answer(reference_engine, moved, Viewport(dragging=True)))
    part.on_event(PinMoved("B", (0.0, 0.0), done=True))
    assert shown(part).readings == (replace(first, late=True),), "divergences wait for rest"
    part.on_message(answer(reference_engine, moved, Viewport()))
    assert shown(part).readings[0].holds is True and shown(part).steps[2] is True


def test_another_scene_under_a_step_is_said(part):
    part.open("straight-line")
    assert shown(part).readings and not shown(part).elsewhere
    store = part.context.store
    store.update(of_family(store.scene, "cauchy"))
    assert shown(part).elsewhere and shown(part).readings == () and shown(part).can_restart
    part.go(part.at)
    assert not shown(part).elsewhere and store.scene == part.step.scene


TEXT = """# Mine

> A test.

## One

Words.

```scene
family: gaussian
```

```do
Up.

check: σ of A > 2
```

## Two

More.
"""


def test_a_file_that_changes_is_read_again_and_a_bad_one_leaves_the_last_good(part, tmp_path):
    file = tmp_path / "mine.md"
    watched: list[str] = []
    part.connect(lambda: None, lambda act: act(), lambda scene: None, {}, watched.append)

    def write(text: str) -> None:
        file.write_text(text, encoding="utf-8")
        part.reload()

    file.write_text(TEXT, encoding="utf-8")
    part.open(str(file))
    assert watched[-1] == str(file) and "Words." in shown(part).page
    store = part.context.store
    moved = replace(store.scene, start=replace(store.scene.start, theta=(0.3, 1.0)))
    store.update(moved)
    write(TEXT.replace("Words.", "Better words."))
    assert "Better words." in shown(part).page and store.scene == moved, "a step of the user's own"
    write(TEXT.replace("Words.", "A $\\nonsense$."))
    assert shown(part).problem.startswith("mine.md:7: \\nonsense is not known")
    assert "Better words." in shown(part).page and os.sep not in shown(part).problem
    write(TEXT.replace("## Two", "## One more\n\nNew.\n\n## Two"))
    assert shown(part).problem == "" and len(shown(part).steps) == 3
    part.go(2)
    write(TEXT)
    assert (part.at, part.step.title) == (1, "Two"), "the step is known by its title"
    store.undo()
    assert part.at == 0 and not shown(part).elsewhere, "the past belongs to the new text"
    write(TEXT.replace("family: gaussian", "family: cauchy"))
    assert store.scene.family == "cauchy"
    part.end()
    assert watched[-1] == ""


def test_a_changed_file_is_read_by_the_worker_and_not_for_another_lesson(
    part, tmp_path, monkeypatch, reference_engine
):
    file, jobs = tmp_path / "mine.md", []
    file.write_text(TEXT, encoding="utf-8")
    part.open(str(file))
    monkeypatch.setattr(part.context, "submit", jobs.append)
    file.write_text(TEXT.replace("Words.", "Better words."), encoding="utf-8")
    part.reload()
    assert "Words." in shown(part).page and len(jobs) == 1
    jobs[0].perform(reference_engine, part.on_message, lambda: False)
    assert "Better words." in shown(part).page
    part.reload()
    part.show_list()
    jobs[1].perform(reference_engine, part.on_message, lambda: False)
    assert part.lesson is None and shown(part).title == ""


def test_what_cannot_be_set_is_told_with_its_line(part, tmp_path: Path):
    file = tmp_path / "mine.md"
    file.write_text(TEXT.replace("More.", "A $\\nonsense$."), encoding="utf-8")
    part.open(str(file))
    assert part.lesson is None and "mine.md:21: " in part.views.told[0]
