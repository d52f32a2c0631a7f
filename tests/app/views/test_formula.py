"""The panel of a user's own family: it states a definition and marks mistakes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from app.jobs import derive_family
from app.model.scene import Scene
from app.views.interface.views import VALID, Verdict
from compute.custom import definition, derivation
from tests.windows import live

pytestmark = pytest.mark.window

METRIC = {"coordinates": ["m", "s"], "domain": ["s > 0"], "metric": ["1/s^2", "0", "2/s^2"]}
DENSITY = {
    "coordinates": ["m", "s"],
    "domain": {"s": [0, None]},
    "log_density": "-(x-m)^2/(c*s^2)",
    "parameters": {"c": 2},
    "range": ["m - 9*s", "m + 9*s"],
    "normalise": True,
}


@pytest.fixture
def panel() -> Iterator:
    """A shown panel that records its events as ``panel.told``."""
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(["test"])
    from app.views.qt.panels.formula_panel import FormulaPanel

    told: list[str] = []
    made = FormulaPanel(told.append)
    made.told = told
    made.widget.resize(268, 400)
    made.widget.show()
    live()
    yield made
    made.widget.close()
    made.widget.deleteLater()
    application.sendPostedEvents(None, 52)  # QEvent.DeferredDelete


def typed(panel, field: str, text: str) -> dict:
    """Type into a field as a user would; return the events."""
    panel.fields[field].setText(text)
    panel.fields[field].textEdited.emit(text)
    return json.loads(panel.told[-1])


def choose(box, value: str) -> None:
    index = box.findData(value)
    box.setCurrentIndex(index)
    box.activated.emit(index)


@pytest.mark.parametrize("stated", [METRIC, DENSITY, definition.example()])
def test_what_is_shown_is_what_would_be_told(panel, stated):
    panel.show(json.dumps(stated))
    assert panel.told == []
    again = definition.stated(panel.definition())
    known = definition.stated(stated)
    assert (again.kind, again.formulas, again.range) == (known.kind, known.formulas, known.range)
    assert again.parameters == known.parameters
    assert [p for _, p in again.bounds()] == [p for _, p in known.bounds()] or len(known.domain) < 3


def test_each_keystroke_is_told_once(panel):
    panel.show(json.dumps(METRIC))
    assert typed(panel, "g22", "2/s^2 + 1")["metric"] == ["1/s^2", "0", "2/s^2 + 1"]
    assert typed(panel, "domain", "s > 0, m < 3")["domain"] == ["s > 0", "m < 3"]
    assert typed(panel, "parameters", "c = 2, d = ?")["parameters"] == {"c": 2, "d": "?"}
    assert len(panel.told) == 3


def test_showing_what_was_typed_leaves_the_fields_alone(panel):
    panel.show(json.dumps(METRIC))
    told = typed(panel, "g22", "2/s^2 + 1")
    panel.fields["g22"].setCursorPosition(3)
    panel.show(json.dumps(told))
    assert panel.fields["g22"].cursorPosition() == 3
    # something wrong is being typed, and another panel changes the scene
    typed(panel, "g22", "2/s^2 + 1 +")
    panel.show(json.dumps(told))
    assert panel.fields["g22"].text() == "2/s^2 + 1 +"
    panel.show(json.dumps(METRIC))
    assert panel.fields["g22"].text() == "2/s^2"


def test_a_kind_has_its_own_rows(panel):
    panel.show(json.dumps(METRIC))
    assert panel.fields["g11"].isVisible() and not panel.fields["potential"].isVisible()
    choose(panel.kind, "potential")
    assert json.loads(panel.told[-1])["potential"] == "m^2/2 + s^2/2"
    assert panel.fields["potential"].isVisible() and not panel.fields["g11"].isVisible()
    choose(panel.kind, "log_density")
    assert panel.space.isVisible() and panel.fields["range"].isVisible()
    assert not panel.fields["outcomes"].isVisible()
    choose(panel.space, "outcomes")
    assert typed(panel, "outcomes", "0, 1, 2")["space"] == [0, 1, 2]
    assert not panel.fields["range"].isVisible()
    choose(panel.kind, "metric")
    assert json.loads(panel.told[-1])["metric"] == METRIC["metric"]


@pytest.mark.parametrize(
    ("field", "text", "column", "words"),
    [
        ("g22", "2/s^2 + foo(m)", 8, "foo is not known"),
        ("g11", "(1 + s", 0, "no matching"),
        ("g12", "", 0, "the formula ends"),
        ("domain", "s > 0,  m < )", 12, "expected a number"),
        ("coordinates", "m, exp", 3, "cannot be a name"),
        ("coordinates", "m", 0, "two names"),
        ("parameters", "c = 2, d = ?", 7, "needs a number"),
    ],
)
def test_a_mistake_is_pointed_at(panel, field, text, column, words):
    panel.show(json.dumps(METRIC))
    typed(panel, field, text)
    job, verdict = derive_family.read(panel.told[-1], Scene())
    panel.set_verdict(verdict)
    assert job is None and words in panel.words.text()
    assert panel.fields[field].objectName() == "mistaken"
    line, caret = panel.excerpt.text().split("\n")
    assert panel.excerpt.isVisible() and caret.index("▲") == column
    assert line == text
    panel.set_verdict(Verdict(True, VALID))
    assert panel.fields[field].objectName() == "" and not panel.excerpt.isVisible()


def test_a_message_moves_nothing_below_the_form(panel):
    panel.show(json.dumps(METRIC))
    heights = [panel.widget.sizeHint().height()]
    for text in ("2/s^2 + abs(m)", "2/s^2 + q"):
        typed(panel, "g22", text)
        panel.set_verdict(derive_family.read(panel.told[-1], Scene())[1])
        assert panel.excerpt.isVisible()
        heights.append(panel.widget.sizeHint().height())
    assert len(set(heights)) == 1


def test_a_long_formula_is_shown_around_its_mistake(panel):
    panel.show(json.dumps(METRIC))
    text = "s + " * 20 + "sgima" + " + s" * 20
    typed(panel, "g22", text)
    panel.set_verdict(derive_family.read(panel.told[-1], Scene())[1])
    line, caret = panel.excerpt.text().split("\n")
    assert line[caret.index("▲") :].startswith("sgima")


@pytest.mark.parametrize(
    ("metric", "words", "warns"),
    [
        (["1/s^2", "0", "2/s^2"], VALID, False),
        (["1/s^2", "0", "2 - s"], "not positive definite in 5", True),
        (["1/s^2", "0", "1 + log(m)^2"], "undefined or outside the domain in 5", False),
    ],
)
def test_a_family_is_judged_over_its_view(metric, words, warns):
    job, verdict = derive_family.read(json.dumps({**METRIC, "metric": metric}), Scene())
    assert verdict.right is None and job is not None
    assert derive_family.answer(job).verdict == Verdict(True, VALID)
    verdict = derive_family.remark(job)
    assert verdict.right and words in verdict.words
    assert verdict.remarkable == warns


def test_a_family_that_cannot_be_made_says_why():
    stated = {"coordinates": ["m", "s"], "domain": [], "log_density": "-(x - m)^2/(2*s^2)"}
    job, _ = derive_family.read(json.dumps(stated), Scene())
    assert job is not None
    verdict = derive_family.answer(job).verdict
    assert verdict.right is False and verdict.place == "log_density"
    assert "integrates to" in verdict.words


def test_what_is_slow_to_look_at_is_shown_with_a_remark(monkeypatch):
    own = {"coordinates": ["m", "s"], "domain": ["s > 0"], "normalise": True}
    job, _ = derive_family.read(json.dumps({**own, "log_density": "-(x-m)^2/s^2"}), Scene())
    assert job is not None and derive_family.remark(job).words.startswith("✓")
    monkeypatch.setattr(derive_family, "LOOKING", -1.0)
    verdict = derive_family.remark(job)
    assert verdict.right and verdict.remarkable and "slow to evaluate" in verdict.words


def test_what_deriving_takes_is_had_at_hand():
    derive_family.ReadyTask().perform(None, None, None)
    number = derivation.process_number()
    assert number is not None
    os.kill(number, 0)
    derivation.close()
    assert derivation.process_number() is None
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_everything_that_is_operated_has_a_name(panel):
    for field in panel.fields.values():
        assert field.accessibleName() and field.toolTip()


@pytest.mark.parametrize(
    ("ends", "cut"), [(["-6", "6"], True), (["a - 8*exp(b)", "a + 8*exp(b)"], False)]
)
def test_a_range_that_cuts_densities_is_remarked(ends, cut):
    """A wide normal distribution has not faded at 6, and what is left of it has another geometry."""
    stated = {
        "coordinates": ["a", "b"],
        "domain": ["-9 < b < 6"],
        "log_density": "-(x-a)^2/(2*exp(2*b)) - b",
        "range": ends,
        "normalise": True,
        "view": [-3, 3, -2.4, 1.6],
    }
    job, _ = derive_family.read(json.dumps(stated), Scene())
    verdict = derive_family.remark(job)
    assert verdict.right and verdict.remarkable == cut
    assert ("the range truncates densities" in verdict.words) == cut
