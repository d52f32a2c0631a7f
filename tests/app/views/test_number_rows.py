"""Numbers of a family in its panel: a slider acts while it moves, a field refuses with the range."""

from __future__ import annotations

import pytest

from app.jobs.subject import Subject
from app.model import scene_file
from app.model.scene import of_family
from app.presenters import scene_panels
from app.views.interface.events import Held, SceneEdited
from app.views.interface.points import ValueEntered

pytestmark = pytest.mark.window


@pytest.fixture
def panel():
    """The rows, and what they emitted."""
    from PySide6.QtWidgets import QApplication

    from app.views.qt.panels.number_rows import NumberRows

    app = QApplication.instance() or QApplication([])
    events: list[object] = []
    rows = NumberRows(events.append)
    yield rows, events
    rows.widget.deleteLater()
    app.processEvents()


def rows_of(family: str):
    scene = of_family(scene_file.load("gaussian"), family)
    return tuple(scene_panels.state(Subject.of(scene)).numbers)


def test_a_slider_emits_every_value_and_its_drag(panel):
    made, events = panel
    (row,) = rows_of("student_t:nu=5")
    made.show((row,))
    slider = made.sliders["family.nu"]
    assert row.scale[slider.value()] == pytest.approx(5.0, rel=0.03) and not events
    slider.sliderPressed.emit()
    slider.setValue(0)
    slider.setValue(len(row.scale) - 1)
    slider.sliderReleased.emit()
    edits = [SceneEdited((("family.nu", nu),)) for nu in (0.1, 1e4)]
    assert events == [Held(True), *edits, Held(False)]


def test_rows_follow_the_family_and_its_values(panel):
    made, events = panel
    made.show(rows_of("binomial_binomial:m=40,n=3"))
    assert list(made.fields) == ["family.n", "family.m"]
    assert [field.lineEdit().text() for field in made.fields.values()] == ["3", "40"]
    kept = made.sliders["family.n"]
    made.show(rows_of("binomial_binomial:m=41,n=3"))
    assert made.sliders["family.n"] is kept and made.fields["family.m"].lineEdit().text() == "41"
    made.show(rows_of("gaussian"))
    assert not made.fields and not made.widget.isVisibleTo(made.widget.parentWidget())
    assert not events


def test_a_refused_entry_gives_way_to_the_number(panel):
    made, events = panel
    made.show(rows_of("categorical:n=7"))
    field = made.fields["family.n"]
    field.entered.emit("2")
    assert events == [ValueEntered("family.n", 0, "2")] and field.lineEdit().text() == "7"
