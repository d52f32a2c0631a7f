"""The panel of topology: computed while it is seen, and linked with the map both ways."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest

from app.cli.main import main
from app.jobs import flow as flowing
from app.jobs.scalar_map import MapAnswer, MapJob
from app.jobs.subject import Subject
from app.model import scene_file
from app.model.flow import FlowSettings
from app.model.store import Store
from app.parts.part import PartContext
from app.parts.topology import TITLE, TopologyPart, TopologyTask, marks
from app.views.canvas.display_list import Label
from app.views.canvas.layers.critical import CriticalLayer
from app.views.canvas.plot import Plot
from app.views.interface.events import PanelShown
from app.views.interface.theme import DARK
from app.views.interface.topology import Critical, PairChosen, TopologyAsked
from app.views.interface.views import Canvas, Window
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.requests.fields import FieldRequest
from tests import layers
from tests.windows import end, named, settle, until

SHAPE = (40, 60)


class Seen:
    """A part with its panel, for a scene with an attention head; it runs its tasks at once."""

    def __init__(self) -> None:
        self.store = Store(scene_file.load("bank"))
        self.canvas, self.window = MagicMock(spec=Canvas), MagicMock(spec=Window)
        self.tasks: list[TopologyTask] = []
        self.part = TopologyPart(
            PartContext(self.store, self.canvas, self.window, self.tasks.append)
        )
        self.store.listen(self.part.on_scene)

    def answer(self) -> None:
        self.tasks[-1].perform(ReferenceEngine(), self.part.on_message, lambda: False)

    def map(self, complete=True) -> MapAnswer:
        scene = self.store.scene
        manifold = manifold_of(scene.family)
        chart = manifold.charts[0]
        request = FieldRequest(manifold, chart, scene.scalar, scene.view, SHAPE)
        job = MapJob(scene.family, scene.chart, scene.scalar, scene.token, scene.view, SHAPE[::-1])
        return MapAnswer(job, ReferenceEngine().field(request), complete, 0.0)

    @property
    def state(self):
        title, state = self.window.set_panel.call_args.args
        assert title == TITLE
        return state

    @property
    def marks(self) -> Critical:
        return self.canvas.set_critical.call_args.args[0]


@pytest.fixture
def seen() -> Seen:
    made = Seen()
    made.part.on_event(PanelShown(TITLE, True))
    made.part.on_message(made.map())
    made.answer()
    return made


def test_nothing_is_computed_for_a_panel_that_is_hidden():
    made = Seen()
    made.part.on_message(made.map())
    assert made.tasks == []
    made.part.on_event(PanelShown(TITLE, True))
    assert len(made.tasks) == 1
    made.part.on_message(made.map(complete=False))
    made.part.on_event(PanelShown("Flow", True))
    assert len(made.tasks) == 1
    made.answer()
    made.part.on_event(PanelShown(TITLE, False))
    assert made.marks is None


def test_pairs_are_marked_where_they_are_born_and_die(seen):
    state, marks = seen.state, seen.marks
    count = len(state.birth)
    assert count >= 4
    assert np.isinf(state.death[0])
    assert len(marks.xy) == 2 * count - int(np.isinf(state.death).sum())
    # an entropy is least or greatest at extrema: of parts the births, of rings the deaths
    assert marks.saddle[:count].tolist() == (state.dimension == 1).tolist()
    values = manifold_of(seen.store.scene.family).scalar("entropy", marks.xy[:count], 0)
    np.testing.assert_allclose(values, state.birth, rtol=1e-9)
    assert state.words.startswith(f"{(state.dimension == 0).sum()} connected components (H₀) and ")
    assert "same in every chart" in state.words


def test_a_pair_is_chosen_and_let_go(seen):
    seen.part.on_event(PairChosen(2))
    assert seen.state.chosen == seen.marks.chosen == 2
    named = [name for name in seen.marks.names if name]
    assert named[0].startswith("born at ") and named[1].startswith("dies at ")
    assert seen.state.story.startswith("Connected component (H₀) born at the minimum ")
    assert "dies at the saddle" in seen.state.story
    seen.part.on_event(PairChosen(2))
    assert seen.state.chosen == -1
    assert seen.state.story == ""


def test_levels_and_the_least_persistence(seen):
    before = len(seen.state.birth)
    seen.part.on_event(TopologyAsked(False, 0.3))
    assert len(seen.tasks) == 1, "what is known is cut off without computing"
    assert 0 < len(seen.state.birth) < before
    seen.part.on_event(TopologyAsked(True, 0.03))
    seen.answer()
    assert seen.state.superlevel
    assert (seen.state.birth > seen.state.death).all()


def test_another_map_has_another_diagram(seen):
    seen.store.update(replace(seen.store.scene, scalar="log_det"))
    assert len(seen.state.birth) == 0
    assert seen.marks is None
    seen.part.on_message(seen.map())
    seen.answer()
    assert "own coordinates" in seen.state.words
    layers = replace(seen.store.scene.layers, map=False)
    seen.store.update(replace(seen.store.scene, layers=layers))
    assert "the layer Scalar map" in seen.state.words


def test_a_late_answer_is_not_of_the_map_that_is_shown(seen):
    late = seen.tasks[-1]
    seen.store.update(replace(seen.store.scene, scalar="curvature"))
    late.perform(ReferenceEngine(), seen.part.on_message, lambda: False)
    assert len(seen.state.birth) == 0


def test_a_constant_map_has_no_pairs_but_itself(seen):
    job = seen.tasks[-1]
    values = 1.0 + 1e-7 * np.random.default_rng(0).normal(size=SHAPE)
    found = []
    replace(job, field=replace(job.field, values=values)).perform(
        ReferenceEngine(), found.append, lambda: False
    )
    assert len(found[0].diagram.birth) == 1


def test_a_chosen_pair_is_found_again_when_the_view_moves(seen):
    seen.part.on_event(PairChosen(2))
    at = seen.marks.xy[2]
    view = seen.store.scene.view
    seen.store.update(replace(seen.store.scene, view=view.grown(-0.1)))
    seen.part.on_message(seen.map())
    seen.answer()
    assert seen.state.chosen >= 0
    assert np.abs(seen.marks.xy[seen.state.chosen] - at).max() < 1.0
    seen.part.on_event(TopologyAsked(True, 0.03))
    seen.answer()
    assert seen.state.chosen == -1


def test_figures_are_told_what_is_marked(seen):
    assert Seen().part.options() == {}
    seen.part.on_event(TopologyAsked(True, 0.1))
    seen.answer()
    seen.part.on_event(PairChosen(1))
    told = seen.part.options()
    assert (told["critical"], told["superlevel"]) == ("0.1", True)
    place = tuple(map(float, str(told["pair"]).split(",")))
    found = marks(seen.store.scene, [seen.map()], True, 0.1, place)
    np.testing.assert_allclose(found.xy, seen.marks.xy)
    assert (found.chosen, found.names) == (seen.marks.chosen, seen.marks.names)
    with pytest.raises(ValueError, match="is born at"):
        marks(seen.store.scene, [seen.map()], True, 0.1, (1e3, 0.0))
    with pytest.raises(ValueError, match="shows none"):
        marks(seen.store.scene, [], True, 0.1, None)


def test_a_figure_names_the_chosen_pair(tmp_path):
    """Of three outcomes entropy is greatest in the middle."""
    target = tmp_path / "figure.svg"
    arguments = ["render", "triangle", "-o", str(target), "--size", "300x200", "--superlevel"]
    arguments += ["--engine", "reference", "--critical", "0.1"]
    assert main(arguments) == 0
    assert "born at" not in target.read_text("utf-8")
    assert main([*arguments, "--pair=0.333,0.333"]) == 0
    assert "born at 1.099" in target.read_text("utf-8")
    assert main([*arguments, "--pair=0.2,0.2"]) == 2


def test_a_mass_that_flows_is_the_map_that_is_shown(seen):
    scene = seen.store.scene
    flow = FlowSettings(mode="scalar", initial="bump", side=24)
    scene = replace(scene, flow=flow, layers=replace(scene.layers, flow=True))
    seen.store.update(scene)
    seen.part.on_message(seen.map())
    assert len(seen.tasks) == 1, "the scalar is not what is seen"
    flowing.wanted(Subject.of(scene)).perform(
        ReferenceEngine(), seen.part.on_message, lambda: False
    )
    seen.part.on_event(TopologyAsked(True, 0.03))
    seen.answer()
    assert seen.state.label == "Mass density ρ"
    assert seen.state.dimension.tolist() == [0]
    np.testing.assert_allclose(seen.marks.xy[0], scene.start.theta, atol=1.0)


def test_marks_are_found_by_their_pixels():
    canvas = Plot((400, 300), DARK)
    layer = layers.layer(canvas, CriticalLayer)
    assert layer.pair_at((200.0, 150.0), canvas.frame) is None
    extent = canvas.frame.extent
    middle = [(extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2]
    xy = np.array([middle, [extent.x1, extent.y1]])
    canvas.set_critical(
        Critical(
            xy, np.array([False, True]), np.array([3, 3]), np.array([0, 0]), 3, ("born", "dies")
        )
    )
    x, y = canvas.frame.to_pixels(xy[0])
    assert layer.pair_at((x + 5.0, y), canvas.frame) == 3
    assert layer.pair_at((x + 40.0, y), canvas.frame) is None
    made = layer.primitives(canvas.frame)
    assert {p.text for p in made if isinstance(p, Label)} <= {"born", "dies"}


@pytest.mark.window
def test_diagram_and_map_are_linked_in_the_window(monkeypatch):
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QToolButton

    from app.main import Program

    program = Program(scene_file.load("bank"), "reference")
    asked, submit = [], program.runner.submit
    monkeypatch.setattr(program.runner, "submit", lambda job: asked.append(job) or submit(job))
    program.window.frame.show()
    settle(program)
    assert not any(isinstance(job, TopologyTask) for job in asked), "nobody looks at it"
    program.window.raise_panel(TITLE)
    slot = program.window.panels[TITLE]
    until(program, lambda: slot.panel is not None and len(slot.panel.points.points()) > 3)
    panel, marks = slot.panel, layers.layer(program.canvas, CriticalLayer)
    panel.points.sigClicked.emit(panel.points, [panel.points.points()[2]], None)
    assert panel.state.chosen == marks.points.chosen == 2
    assert "born at" in panel.story.text()
    at = next(k for k, pair in enumerate(marks.points.pair) if pair not in (0, 2))
    x, y = (round(float(v)) for v in program.canvas.frame.to_pixels(marks.points.xy[at]))
    view = program.store.scene.view
    QTest.mousePress(program.canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    QTest.mouseRelease(program.canvas.native, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    assert panel.state.chosen == marks.points.pair[at]
    assert program.store.scene.view == view
    named(panel.widget, QToolButton, "Next class").click()
    assert panel.state.chosen not in (-1, marks.points.pair[at])
    end(program)
