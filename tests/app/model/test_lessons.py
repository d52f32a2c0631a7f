"""Lessons: quoted numbers are right, tasks can be done, and mistakes are reported with their place."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.cli.main import main
from app.model import scene_file
from app.model.lessons import catalogue, first_scene, progress
from app.model.lessons.checks import check, holds, quantity
from app.model.lessons.lesson import NotALesson, parse
from app.model.lessons.progress import Progress
from app.model.lessons.wording import value
from app.parts.lesson_quantities import computed
from app.parts.lessons import LessonPart
from app.parts.proofreading import Proofreader
from app.views.interface.lesson import LessonChosen
from app.views.text.formulas import display, inline
from app.views.text.markdown import NotTypeset, page
from compute.families import manifold as manifold_of
from tests.claims import each
from tests.lesson_views import lesson_part

SMALL = """# Small

> About little.

## One

Text with ${{1/2 = σ of A}}$ and {{-0.500 = curvature at A}}.

```scene
family: gaussian
A: (0, 0.5)
B: (1, 1)
```

```do
Put **B** on top of A.

check: pin B within 0.1 of (0, 0.6)
answer: B: (0, 0.6)
```

## Two

Only words.
"""


def small(text: str = SMALL):
    return parse(text, "small.md", Path())


# --- the bundled ones ------------------------------------------------------------------------
@pytest.mark.parametrize("name", catalogue.titles())
def test_every_number_is_computed_and_every_task_can_be_done(name, gpu_engine):
    lesson = catalogue.load(name)
    assert lesson.title == catalogue.titles()[name]
    assert lesson.summary and 4 <= len(lesson.steps) <= 8
    assert each(step.answer is not None for step in lesson.steps if step.checks)
    assert sum(bool(step.checks) for step in lesson.steps) >= 4
    assert Proofreader(gpu_engine).problems(lesson) == []


def test_every_folder_of_a_lesson_is_listed():
    folder = Path(__file__).parents[3] / "assets" / "lessons"
    assert set(catalogue.titles()) == {path.name for path in folder.iterdir() if path.is_dir()}
    assert not set(catalogue.titles()) & set(scene_file.names())


def head(place: str):
    lesson = catalogue.load(place.split("/")[0])
    return manifold_of(
        next(s.scene.family for s in lesson.steps if place.split("/")[1] in s.scene.family)
    )


@pytest.mark.parametrize(
    ("place", "curvature"),
    [("three-keys/three", 0.25), ("three-keys/skew", 0.25), ("four-keys/four", 0.0),
     ("sink/sink", None), ("sink/light", None)],
)  # fmt: skip
def test_the_heads_are_what_the_lessons_say(place, curvature):
    """¼ of any three keys, 0 of a rectangle with independent biases, ¼ + M/12 in a sink of weight M."""
    manifold = head(place)
    if curvature is None:
        weight = 100.0 if place.endswith("sink") else 2.0
        assert manifold.curvature(np.zeros((1, 2)))[0] == pytest.approx(
            0.25 + weight / 12, rel=1e-12, abs=0.0
        )
    else:
        theta = np.array([[0.0, 0.0], [1.5, -1.0], [-2.0, 0.7]])
        assert manifold.curvature(theta) == pytest.approx([curvature] * 3, abs=1e-12)


def test_the_flat_head_is_measured_by_gudermann():
    """d = Euclid in gd(aθ₁), gd(bθ₂), gd(u) = 2 arctan tanh(u/2), for keys (±a, ±b)."""
    marks = head("four-keys/four").landmarks.theta
    # the origin of the plane is the mean of three of its queries
    queries = marks - marks.mean(axis=0)
    drawn = 2 * np.arctan(np.tanh(np.array([0.8, 0.5]) * queries / 2))
    sides = [np.linalg.norm(drawn[1] - drawn[0]), np.linalg.norm(drawn[2] - drawn[1])]
    assert sides == pytest.approx([2.21, 1.86], abs=5e-3)


# --- what a text says ------------------------------------------------------------------------
def test_a_step_changes_the_scene_of_the_one_before():
    first, second = small().steps
    assert first.text.startswith("Text with $1/2$ and −0.500.")
    assert first.scene.start.theta == (0.0, 0.5) == second.scene.start.theta
    assert first.answer.end.theta == (0.0, 0.6)
    assert second.checks == () and second.task == ""


def test_a_lesson_that_is_right_has_no_problems(reference_engine):
    assert Proofreader(reference_engine).problems(small()) == []


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("1/2 = σ", "1/3 = σ", 7, "1/3: the computed value is 0.5"),
        ("answer: B: (0, 0.6)", "answer: B: (0, 0.9)", 5, "the step's answer does not satisfy it"),
        ("B: (1, 1)", "B: (0, 0.61)", 5, "the checks already hold"),
        ("Only words", "$\\nonsense$", 24, "\\nonsense is not known"),
        ("pin B within 0.1 of (0, 0.6)", 'measure "Nothing" < 1', 5, "cannot be decided"),
        ("σ of A", "mu of A", 7, "coordinates of gaussian are μ, σ"),
    ],
)  # fmt: skip
def test_proofreading_finds(before, after, line, words, reference_engine):
    found = Proofreader(reference_engine).problems(small(SMALL.replace(before, after)))
    assert any(where == line and words in said for where, said in found), found


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("# Small", "Small", 1, "begins with its title"),
        ("family: gaussian", "family: nonsense", 10, "nonsense"),
        ("family: gaussian", "scene: missing.json", 10, "nor a file beside the lesson"),
        ("family: gaussian", "scene: ../other.json", 10, "in its own folder"),
        ("family: gaussian", "", 5, "must name a scene or a family"),
        ("A: (0, 0.5)", "A: (0, -1)", 11, "A: a pin must lie in"),
        ("A: (0, 0.5)", "A: 0.5", 11, "expected 2 numbers"),
        ("A: (0, 0.5)", "D: (0, 0.5)", 11, "a step can change"),
        ("B: (1, 1)", "layers: +nothing", 12, "'+nothing'"),
        ("pin B within", "pin D within", 18, "a check must be like"),
        ("within 0.1", "within -1", 18, "positive distance"),
        ("check: pin", "chek: pin", 5, "needs a check"),
        ("{{1/2 = σ of A}}", "{{1/2 = __import__('os')}}", 7, "a quantity must be"),
        ("{{1/2 = σ of A}}", "{{half = σ of A}}", 7, "expected a number"),
        ("{{1/2 = σ of A}}", "{{1/2}}", 7, "a checked number is"),
        ("```do", "```python", 15, "a block must be"),
        ("Only words.", "```scene", 24, "does not end"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(before, after, line, words):
    with pytest.raises(NotALesson) as told:
        small(SMALL.replace(before, after))
    assert str(told.value).startswith(f"small.md:{line}: ") and words in str(told.value)
    assert "\n" not in str(told.value)


def test_sizes_are_bounded():
    with pytest.raises(NotALesson, match="at most"):
        small(SMALL + "x" * (300 << 10))
    with pytest.raises(NotALesson, match="1 to 40 steps"):
        small(SMALL + "## More\n" * 60)
    with pytest.raises(NotTypeset, match="levels"):
        page("$" + "{" * 60 + "x" + "}" * 60 + "$")


@pytest.mark.parametrize(
    ("text", "number", "tolerance"),
    [("0.25", 0.25, 0.0051), ("-1/2", -0.5, 5e-6), ("π/2", np.pi / 2, 1.6e-5), ("2π", 2 * np.pi, 1e-4),
     ("−√3/2", -np.sqrt(0.75), 1e-5), ("12", 12.0, 0.51), ("1.5e-3", 1.5e-3, 5.2e-5)],
)  # fmt: skip
def test_numbers_and_how_far_they_may_be_missed(text, number, tolerance):
    found, off = value(text)
    assert found == pytest.approx(number, rel=1e-12, abs=0.0)
    assert 0 < off <= tolerance


# --- checks ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "changes", "found"),
    [
        ("layer spray on", {}, False),
        ("layer map on", {}, True),
        ("chart is disk", {"chart": "disk"}, True),
        ("alpha = 1", {"alpha": 0.99}, True),
        ("alpha = 1", {"alpha": 0.9}, False),
        ("σ of B >= 1", {}, True),
        ("loop drawn", {"loop": ((0.0, 1.0), (1.0, 1.0), (1.0, 2.0))}, True),
        ("loop drawn", {}, False),
        ('measure "Fisher-Rao length" > 1.5', {}, True),
        ('measure "Straight line" 2 > 90', {}, False),
        ("curvature at (0, 2) = -0.5", {}, True),
        ("norm < 1", {}, None),
    ],
)
def test_checks(text, changes, found, reference_engine):
    before = small().steps[0].scene
    after = replace(before, **changes)
    known = Proofreader(reference_engine)
    assert holds(check(text), after, before, lambda asked: known.value(asked, after)) is found


def test_a_pin_on_a_token():
    scene = catalogue.load("three-keys").steps[0].scene
    assert holds(check("pin A on token red"), scene, scene, lambda asked: None) is True
    assert holds(check("pin A on token green"), scene, scene, lambda asked: None) is False
    third = replace(scene, third=scene.start)
    assert holds(check("pin C on token red"), third, third, lambda asked: None) is True
    place = tuple(scene.start.theta)
    near = check(f"pin C within 0.01 of ({place[0]}, {place[1]})")
    assert holds(near, third, third, lambda asked: None) is True
    away = replace(scene, third=replace(scene.start, theta=(place[0] + 0.1, place[1])))
    assert holds(near, away, away, lambda asked: None) is False
    with pytest.raises(ValueError, match="a check must be like"):
        check("picture C within 0.1 of (0.5, 0.5)")


@pytest.mark.parametrize("text", ["", "A", "measure Length", "exec(1) of A of B", "x" * 400])
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(ValueError, match="a quantity must be"):
        quantity(text)


# --- typesetting -----------------------------------------------------------------------------
def test_what_is_written_is_never_markup():
    assert page("<b onclick='x'>&") == "<p>&lt;b onclick='x'&gt;&amp;</p>"
    assert "&lt;i&gt;" in inline("<i>") or "&lt;" in inline("<i>")
    with pytest.raises(NotTypeset, match="a link to other than https"):
        page("[a](javascript:x)")
    assert page("[a](https://b.c)") == '<p><a href="https://b.c">a</a></p>'
    assert page("[a](https://b.c/quote?d=1&e)") == (
        '<p><a href="https://b.c/quote?d=1&amp;e">a</a></p>'
    )
    assert "href" not in page('[a](https://b.c" onclick="x)')


@pytest.mark.parametrize("mark", ["[", "[*", "**", "*a", "_ ", "`", "1. "])
def test_marks_that_lead_nowhere_take_no_time(mark):
    """Every [ was followed to the end of the text: one lesson held the window for seconds."""
    began = time.process_time()
    assert len(page(mark * 60_000)) > 60_000
    assert time.process_time() - began < 2.0


def test_numbers_have_minus_signs_and_addresses_keep_their_hyphens():
    found = page("From -1.5 to (-2, x=3-1), `-3` and [here](https://a.b/c-1?d=-4).")
    assert "From −1.5 to (−2, x=3-1), <code>-3</code>" in found
    assert 'href="https://a.b/c-1?d=-4"' in found


def test_formulas():
    assert "Γ<sup><i>k</i></sup><sub><i>i</i><i>j</i></sub>" in inline(r"\Gamma^k_{ij}")
    assert "½" in inline(r"\frac12") and "−½" in inline(r"-\tfrac{1}{2}")
    assert "(<i>a</i>\u2009+\u2009<i>b</i>)/\u2060<i>c</i>" in inline(r"\frac{a+b}{c}")
    assert 'class="below"' in display(r"x = \frac{a}{b}")
    # no line ends in a root, nor between an operator or a function and what it applies to
    assert "2\u2009\u2060·\u2009\u20605" in inline(r"\sqrt{2 \cdot 5}")
    assert "Σ\u2009\u2060<i>d</i>" in inline(r"\sum d")
    assert "log\u2009\u20602" in inline(r"\log 2")
    assert "log\u00a02" in page(r"$\log 2$")
    # rich text has one level of scripts
    assert "<sup>−|\u2060<i>ξ</i>|\u2060²<i>t</i></sup>" in page(r"$e^{-|\xi|^2t}$")
    assert "<i>T</i>ⱼ" in page(r"$$\frac{e^{T_j\cdot\theta}}{2}$$")
    with pytest.raises(NotTypeset, match="cannot have ω"):
        page(r"$x^{y_\omega}$")
    # nor does a line end in an e-path, while addresses keep their hyphens
    assert "e\u2011path" in page("the e-path") and "a-b" in page("[x](https://a-b.org/c-d)")
    assert page("a **b** *c* `d` dual_paths e_path") == (
        "<p>a <b>b</b> <i>c</i> <code>d</code> dual_paths e_path</p>"
    )
    assert page("- one\n- two\n  more") == "<ul><li>one</li><li>two more</li></ul>"


# --- the part --------------------------------------------------------------------------------
@pytest.fixture
def part() -> LessonPart:
    return lesson_part()


def test_a_step_is_one_step_of_undo(part):
    before = part.context.store.scene
    part.on_event(LessonChosen("hyperbolic"))
    assert part.context.store.scene == part.step.scene
    part.turn(1)
    assert part.at == 1 and part.context.store.scene.chart == "half_plane"
    part.context.store.undo()
    part.context.store.undo()
    assert part.context.store.scene == before


def test_undo_goes_back_with_the_step_and_redo_on(part):
    store = part.context.store
    part.open("hyperbolic")
    part.turn(1)
    first, second = part.lesson.steps[:2]
    store.update(replace(store.scene, alpha=0.5))
    store.undo()
    assert part.at == 1, "a change within a step is undone within it"
    store.undo()
    assert (part.at, part.views.states[-1].step) == (0, 0) and store.scene == first.scene
    store.redo()
    assert part.at == 1 and store.scene == second.scene
    store.undo()
    store.undo()
    assert part.lesson is None and part.views.states[-1].title == ""
    store.redo()
    assert part.lesson is not None and part.at == 0
    part.end()
    assert part.lesson is None and part.views.states[-1].title == ""
    store.undo()
    assert part.lesson is None, "a lesson that was ended stays so"


def test_tasks_that_a_lesson_has_lost_since_are_not_counted(part):
    """A step without a task, and one that no longer exists."""
    lesson = catalogue.load("hyperbolic")
    tasks = {i for i, step in enumerate(lesson.steps) if step.checks}
    lost = min(set(range(len(lesson.steps) + 1)) - tasks)
    part.progress["hyperbolic"] = Progress(1, frozenset({0, lost, len(lesson.steps)}), 9)
    part.open("hyperbolic")
    assert 0 in tasks and part.progress["hyperbolic"] == Progress(1, frozenset({0}), len(tasks))


def test_what_is_done_stays_done_and_nothing_moves_by_itself(part):
    part.open("hyperbolic")
    store, kept = part.context.store, []
    part.connect(lambda: kept.append(dict(part.progress)), lambda act: act(), print, part.progress)
    assert part.views.states[-1].steps[0] is False
    done = replace(store.scene, scalar="curvature")
    store.update(done)
    assert part.views.states[-1].steps[0] is True and store.scene == done and part.at == 0
    store.undo()
    assert part.views.states[-1].steps[0] is True
    assert kept[-1]["hyperbolic"].done == {0}


def test_measures_are_those_of_the_scene_that_is_shown(part, reference_engine):
    part.open("straight-line")
    part.go(1)
    *_, stale = computed(reference_engine, part.step.answer)
    for answer in stale.values():
        part.on_message(answer)
    assert part.views.states[-1].steps[1] is False
    part.show_answer()
    assert part.views.states[-1].steps[1] is True


def test_one_comes_back_to_where_one_was(part):
    part.open("hyperbolic")
    part.turn(1)
    part.turn(1)
    part.show_list()
    assert part.views.states[-1].title == ""
    part.open("hyperbolic")
    assert part.at == 2
    part.turn(99)
    assert part.at == 2
    part.open("no-such.md")
    assert "no-such.md" in part.views.told[-1] and part.at == 2


def test_progress_is_kept_as_text():
    kept = {"loop": Progress(2, frozenset({0, 1}), 5)}
    assert progress.read(progress.text_of(kept)) == kept
    for broken in ("", "[]", "{", '{"a": 1}', '{"a": [1, 2, [900]]}', '{"a": ["x", 1, []]}', "1"):
        assert progress.read(broken) == {}


# --- the command line ------------------------------------------------------------------------
def test_lesson_list_and_scenes(capsys):
    assert main(["lesson", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["lessons"]
    assert [entry["name"] for entry in listed] == list(catalogue.titles())
    assert main(["scenes", "--json"]) == 0
    scenes = json.loads(capsys.readouterr().out)["scenes"]
    assert {e["name"] for e in scenes if e["kind"] == "lesson"} == set(catalogue.titles())


def test_lesson_check(tmp_path, capsys):
    file = tmp_path / "mine.md"
    file.write_text(SMALL, encoding="utf-8")
    asked = ["lesson", "check", str(file), "--engine", "reference", "--json"]
    assert main(asked) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["steps"], said["tasks"], said["numbers"], said["problems"]) == (2, 1, 2, [])
    file.write_text(SMALL.replace("-0.500", "-0.600"), encoding="utf-8")
    assert main(asked) == 1
    assert json.loads(capsys.readouterr().out)["problems"][0]["line"] == 7
    file.write_text(SMALL.replace("family", "famly"), encoding="utf-8")
    assert main(asked) == 2
    assert "mine.md:" in capsys.readouterr().err
    assert main(["lesson", "check", str(tmp_path / "none.md")]) == 2


def test_a_lesson_is_taken_for_its_first_scene():
    assert first_scene.load("sink") == catalogue.load("sink").steps[0].scene
