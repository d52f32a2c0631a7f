"""A picture in the window: the lattice from one patch, the choices, the panel, bad files."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from app.desktop.opened_files import is_photograph
from app.jobs.worker import JobFailed
from app.model import scene_file
from app.model.photograph import Photograph
from app.model.store import Store
from app.parts.image import PhotographPart, PictureTask, has_rows
from app.parts.part import PartContext
from app.views.interface.events import PanelShown
from app.views.interface.photograph import PictureEdited
from app.views.interface.theme import DARK, LIGHT
from compute import GeodesicViT
from compute.images import image_files
from compute.images.patch_lattice import trail
from tests.windows import destroy, live, wheel


@pytest.fixture
def file(tmp_path):
    """A photograph of 80 × 48 pixels whose right half is bright."""
    pixels = np.zeros((48, 80, 3), np.uint8)
    pixels[:, 40:] = (250, 128, 4)
    pixels[::2, ::3] += 3
    path = tmp_path / "photograph.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def desk():
    """A desk that records submitted jobs, shown states and raised panels."""
    made = SimpleNamespace(asked=[], shown=[], raised=[], chosen=None)
    window = SimpleNamespace(
        set_panel=lambda title, state: made.shown.append(state),
        raise_panel=made.raised.append,
        ask_open=lambda title, pattern: made.chosen,
    )
    made.store = Store(scene_file.load("gaussian"))
    made.part = PhotographPart(
        PartContext(made.store, SimpleNamespace(), window, made.asked.append)
    )
    made.store.listen(made.part.on_scene)
    return made


def answered(desk) -> object:
    """The state that is shown once the last task is done."""
    desk.asked[-1].perform(None, desk.part.on_message, lambda: False)
    return desk.shown[-1]


def test_ways_from_one_patch_are_those_of_all(file):
    vit = GeodesicViT(8, alpha=0.3)
    every, one = vit.process_image(file), vit.lattice_of_image(file)
    distances, before = one.reach(7)
    np.testing.assert_allclose(distances, every.distances[7])
    assert trail(before, 7, 52) == every.way(7, 52)
    np.testing.assert_allclose(vit.attention(distances), every.weights[7])
    assert one.image.shape == (48, 80, 3)
    assert one.circles().shape == (60, 25, 2)
    with pytest.raises(ValueError, match="start must be from 0 to 59"):
        one.reach(60)


def test_a_lattice_covers_whole_patches_of_an_upright_picture(file):
    lattice = GeodesicViT(9).lattice_of_image(file)
    assert (lattice.shape, lattice.image.shape) == ((5, 8), (45, 72, 3))
    turned = file.with_suffix(".jpg")
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    Image.open(file).save(turned, exif=exif)
    assert image_files.read(turned).shape == (80, 48, 3)


def test_only_what_matters_for_what_is_chosen_is_asked(desk, file):
    part = desk.part
    part.on_event(PanelShown("Picture", True))
    assert has_rows(desk.asked[-1].chosen)
    shown = answered(desk)
    assert [row.field for row in shown.settings][:4] == ["source", "of", "shown", "layer"]
    assert shown.size == (16, 16)
    part.on_event(PictureEdited((("shown", "heat"),)))
    shown = answered(desk)
    assert "heat" in [row.field for row in shown.settings]
    assert shown.shown.sum() == pytest.approx(1.0)
    part.on_event(PictureEdited((("of", "shades"),)))
    assert not has_rows(desk.asked[-1].chosen)
    desk.chosen = str(file)
    part.commands()["open_picture"]()
    assert desk.raised == ["Picture"]
    asked = desk.asked[-1]
    assert (asked.chosen.source, asked.modified) == (str(file), file.stat().st_mtime_ns)
    count = len(desk.asked)
    part.on_event(PictureEdited((("circles", "off"),)))
    assert len(desk.asked) == count, "circles are drawn or not, nothing is computed"
    assert answered(desk).circles is None


def test_the_way_leads_from_place_to_place(desk, file):
    desk.part.on_event(PanelShown("Picture", True))
    changes = (("source", str(file)), ("patch", 8), ("start", (0.0, 0.0)), ("end", (1.0, 1.0)))
    desk.part.on_event(PictureEdited((*changes, ("shown", "distance"))))
    shown = answered(desk)
    np.testing.assert_allclose(shown.way[[0, -1]], [[0.5, 0.5], [9.5, 5.5]])
    assert shown.shown[0, 0] == 0
    assert shown.image.dtype == np.uint8


def test_bad_files_are_said_and_the_form_stays(desk, tmp_path):
    file = tmp_path / "no.png"
    file.write_bytes(b"nothing")
    assert is_photograph(file)
    assert not is_photograph(tmp_path / "absent.png")
    desk.part.on_event(PanelShown("Picture", True))
    desk.part.on_event(PictureEdited((("source", str(file)),)))
    with pytest.raises(ValueError, match="is not a PNG or JPEG picture"):
        desk.asked[-1].perform(None, None, lambda: False)
    desk.part.on_message(JobFailed(desk.asked[-1], "ValueError: it is no picture"))
    assert desk.shown[-1].note == "it is no picture"
    assert desk.shown[-1].image is None
    assert desk.shown[-1].settings[0].value == str(file)


def test_tasks_are_equal_when_their_answers_would_be():
    chosen = Photograph("a.png", patch=8)
    assert PictureTask(chosen) == PictureTask(Photograph("a.png", patch=8))
    assert PictureTask(chosen, 1) != PictureTask(chosen, 2)


def opened(desk):
    """Return the panel as shown, and the edits that it emits."""
    from PySide6.QtWidgets import QApplication

    from app.views.qt.panels.photograph_panel import PhotographPanel

    QApplication.instance() or QApplication(["test"])
    desk.part.on_event(PanelShown("Picture", True))
    heard: list[PictureEdited] = []
    panel = PhotographPanel(heard.append, DARK)
    panel.widget.resize(700, 320)
    panel.widget.show()
    panel.show(answered(desk))
    live()
    return panel, heard


@pytest.mark.window
def test_clicks_put_a_and_b_by_turns(desk):
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtTest import QTest

    panel, heard = opened(desk)
    assert heard == [], "a state that was set is not emitted again"
    box = panel.plot.getViewBox()
    for at in ((1.5, 2.5), (14.5, 8.5)):
        place = panel.plot.mapFromScene(box.mapViewToScene(QPointF(*at)))
        QTest.mouseClick(panel.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    (start,), (end,) = (event.changes for event in heard)
    assert (start[0], end[0]) == ("start", "end")
    assert start[1] == pytest.approx((1.5 / 16, 2.5 / 16), abs=0.01)
    assert end[1] == pytest.approx((14.5 / 16, 8.5 / 16), abs=0.01)
    panel.pins["end"].setPos(3.0, 4.0)
    assert heard[-1].changes == (("end", (3.0 / 16, 4.0 / 16)),)
    panel.set_theme(LIGHT)
    destroy(panel.widget)


@pytest.mark.window
def test_the_wheel_zooms_into_a_photograph_and_out_to_the_whole_of_it(desk):
    from PySide6.QtCore import QPointF

    from app.views.qt.panels.photograph_panel import NEAREST

    panel, heard = opened(desk)
    box = panel.plot.getViewBox()
    whole = box.viewRect()
    assert whole.height() == pytest.approx(16, rel=0.05), "it fits"
    # of the lowest row, which would leave the view if it were not kept inside
    place = panel.plot.mapFromScene(box.mapViewToScene(QPointF(3.0, 15.9)))
    for _ in range(4):
        wheel(panel.plot.viewport(), place.x(), place.y(), 120)
    near = box.viewRect()
    assert near.height() < 0.8 * whole.height() and near.contains(QPointF(3.0, 15.5))
    assert near.width() > near.height(), "it fills the width"
    assert near.bottom() <= 16 + 1e-9
    panel.show(answered(desk))
    assert box.viewRect() == near, "new settings leave it there"
    for turn, expected in ((120, NEAREST), (-120, whole.height())):
        for _ in range(60):
            wheel(panel.plot.viewport(), place.x(), place.y(), turn)
        assert box.viewRect().height() == pytest.approx(expected, rel=0.02)
    assert box.viewRect().center().x() == pytest.approx(8, abs=0.01)
    assert heard == []
    destroy(panel.widget)


def test_keys_zoom_and_move_the_photograph_and_its_pins(desk):
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    panel, heard = opened(desk)
    box, keys = panel.plot.getViewBox(), Qt.Key
    whole, pin = box.viewRect(), panel.pins["start"].pos()
    assert panel.plot.focusPolicy() & Qt.FocusPolicy.TabFocus

    def press(key, held=Qt.KeyboardModifier.NoModifier) -> bool:
        event = QKeyEvent(QEvent.Type.KeyPress, key, held)
        QApplication.sendEvent(panel.plot, event)
        return event.isAccepted()

    for _ in range(6):
        assert press(keys.Key_Plus, Qt.KeyboardModifier.ShiftModifier)
    near = box.viewRect()
    assert near.height() < 0.5 * whole.height() and near.contains(QPointF(pin.x(), pin.y()))
    press(keys.Key_Right, Qt.KeyboardModifier.ControlModifier)
    press(keys.Key_Down, Qt.KeyboardModifier.ControlModifier)
    moved = box.viewRect().center() - near.center()
    assert moved.x() == pytest.approx(0.1 * near.width()) and moved.y() > 0
    for _ in range(40):
        press(keys.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert box.viewRect().left() == pytest.approx(0, abs=1e-9), "it stays on the picture"
    for _ in range(12):
        press(keys.Key_Minus)
    assert box.viewRect().height() == pytest.approx(whole.height(), rel=0.02)
    assert heard == []
    press(keys.Key_Right)
    assert heard == [PictureEdited((("start", ((pin.x() + 1) / 16, pin.y() / 16)),))]
    press(keys.Key_Return)
    for _ in range(20):
        press(keys.Key_Down)
    ((name, place),) = heard[-1].changes
    assert name == "end" and place[1] == pytest.approx(15.5 / 16), "the last patch"
    assert not press(keys.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert not press(keys.Key_F6), "it goes on through the window"
    destroy(panel.widget)
