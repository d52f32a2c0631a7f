"""Keyframes: set, moved, eased, removed and played, in the model, behind the window and by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import count, pairwise
from unittest.mock import MagicMock

import pytest

from app.jobs import derive_family
from app.model import scene_file
from app.model.keyframe_tracks import Key, Timeline, Track
from app.model.scene import (
    KEYS_ASIDE,
    KEYS_BACK,
    Pin,
    Scene,
    completed,
    in_chart,
    of_family,
    remarks,
)
from app.model.store import Store
from app.model.timeline.keyframes import keyed, moved, removed, stretched, times
from app.model.timeline.scene_time import scene_at
from app.parts.part import PartContext
from app.parts.timeline import FRAME_MS, TimelinePart
from app.views.interface.events import CommandInvoked
from app.views.interface.timeline import KeyframeMoved, TimeChosen, TimelineEdited, TimelineState
from app.views.interface.views import Canvas, Window
from compute.custom import definition
from compute.manifold.extent import Extent
from tests.windows import live


@pytest.fixture(scope="module")
def scene():
    return scene_file.load("gaussian")


def two_poses(scene, **later):
    """The scene as it is at 0 s, and with ``later`` at 6 s."""
    first = replace(scene, timeline=keyed(scene, scene, 0.0))
    second = replace(first, **later)
    return replace(second, timeline=keyed(second, first, 6.0))


# --- the model -------------------------------------------------------------------------------
def test_a_keyframe_holds_what_changed_since_the_time_was_chosen(scene):
    made = two_poses(scene, alpha=1.0, layers=replace(scene.layers, map=False))
    assert {track.field for track in made.timeline.tracks} == {"playhead", "alpha", "layers.map"}
    assert scene_at(made, 0.0) == replace(scene, timeline=made.timeline)
    assert scene_at(made, 3.0).alpha == 0.5
    assert (scene_at(made, 6.0).alpha, scene_at(made, 6.0).layers.map) == (1.0, False)


def test_a_field_that_moves_late_stays_before_and_after(scene):
    made = two_poses(scene, alpha=1.0)
    middle = scene_at(made, 3.0)
    nearer = replace(middle, end=Pin((0.5, 1.0)))
    last = replace(nearer, timeline=keyed(nearer, middle, 3.0))
    assert times(last.timeline) == (0.0, 3.0, 6.0)
    ends = [scene_at(last, t).end.theta for t in (0.0, 3.0, 6.0)]
    assert ends == [scene.end.theta, (0.5, 1.0), scene.end.theta]


def test_what_no_keyframe_changes_is_the_scenes_own_at_all_times(scene):
    made = replace(two_poses(scene, alpha=1.0), colormap="magma")
    assert {scene_at(made, t).colormap for t in (0.0, 3.0, 6.0)} == {"magma"}


def test_the_view_the_flow_and_a_parameter_of_the_family_have_keys():
    scene = scene_file.load("bank")
    wide = Extent(-20.0, 20.0, -10.0, 10.0)
    made = two_poses(
        scene,
        view=wide,
        family=scene.family + "&temperature=2.0",
        flow=replace(scene.flow, time=0.4),
    )
    middle = scene_at(made, 3.0)
    assert middle.view.x1 == pytest.approx((scene.view.x1 + 20.0) / 2)
    assert middle.flow.time == 0.2
    assert "temperature=1.5" in middle.family
    assert scene_at(made, 6.0).view == wide


def test_a_loop_and_what_panels_show_have_keys(scene, tmp_path):
    first = replace(scene, loop=((0.0, 1.0), (1.0, 1.0), (1.0, 2.0)))
    first = replace(first, timeline=keyed(first, first, 0.0))
    second = replace(
        first,
        loop=((0.0, 2.0), (2.0, 2.0), (2.0, 3.0)),
        photograph=replace(first.photograph, heat=2.5, shown="heat"),
        normals=replace(first.normals, a=(0.0, 0.0, 1.0, 0.0, 1.0)),
    )
    both = replace(second, timeline=keyed(second, first, 6.0))
    scene_file.save(both, tmp_path / "a.json")
    again = scene_file.load(tmp_path / "a.json")
    assert again.timeline == both.timeline
    half = scene_at(again, 3.0)
    assert half.loop == ((0.0, 1.5), (1.5, 1.5), (1.5, 2.5))
    assert (half.photograph.heat, half.photograph.shown) == (1.5, "density")
    assert half.normals.a == (-1.0, 0.0, 0.8, 0.1, 0.625)


def test_another_chart_shows_its_own_rectangle(scene):
    other = in_chart(scene, "parameters")
    made = two_poses(scene, chart=other.chart, view=other.view)
    assert {track.field for track in made.timeline.tracks} == {"playhead", "chart"}
    assert scene_at(made, 0.0).chart == scene.chart
    assert scene_at(made, 0.0).view == scene.view


def test_a_turned_surface_turns_on_its_way():
    scene = replace(scene_file.load("octant"), camera=(0.0, 20.0, 1.0, 0.0, 0.0))
    made = two_poses(scene, camera=(90.0, 20.0, 2.0, 0.0, 0.0))
    assert scene_at(made, 3.0).camera == (45.0, 20.0, 1.5, 0.0, 0.0)


def test_points_of_one_family_are_none_of_another(scene):
    first = replace(scene, timeline=keyed(scene, scene, 0.0))
    with pytest.raises(ValueError, match=r"keyframes belong to one family, 'gaussian'"):
        keyed(of_family(first, "beta"), first, 6.0)


def test_keyframes_are_saved_and_read(scene, tmp_path):
    made = two_poses(scene, alpha=1.0, end=Pin((0.5, 1.0)))
    scene_file.save(made, tmp_path / "a.json")
    assert scene_file.load(tmp_path / "a.json") == made
    assert scene_file.from_text(scene_file.to_text(made, tmp_path), "a", tmp_path) == made
    assert json.loads((tmp_path / "a.json").read_text())["timeline"]["duration"] == 6.0


def poses(*at: float) -> Timeline:
    return Timeline(6.0, (Track("alpha", tuple(Key(t, t / 6) for t in at)),))


@pytest.mark.parametrize(
    ("to", "place"), [(4.0, 4.0), (-1.0, 0.02), (9.0, 5.98), (5.99, 5.98), (2.0, 2.0)]
)
def test_a_keyframe_is_moved_between_its_neighbours(to, place):
    timeline, now = moved(poses(0.0, 2.0, 6.0), 2.0, to)
    assert now == pytest.approx(place)
    assert times(timeline) == (0.0, now, 6.0)


def test_the_last_keyframe_that_is_removed_ends_the_timeline():
    assert times(removed(poses(0.0, 2.0), 0.0)) == (2.0,)
    assert removed(poses(2.0), 2.0) is None


def test_a_longer_timeline_keeps_every_share():
    assert stretched(poses(0.0, 2.0, 6.0), 12.0) == replace(
        poses(),
        duration=12.0,
        tracks=(Track("alpha", (Key(0.0, 0.0), Key(4.0, 2 / 6), Key(12.0, 1.0))),),
    )
    with pytest.raises(ValueError, match=r"at most 3600 s, got 0\.0"):
        stretched(poses(0.0, 2.0), 0.0)


# --- behind the window -----------------------------------------------------------------------
@pytest.fixture
def desk(scene):
    store, window = Store(scene), MagicMock(spec=Window)
    part = TimelinePart(PartContext(store, MagicMock(spec=Canvas), window, lambda task: None))
    part.now = count(0.0, FRAME_MS / 1000).__next__
    store.listen(part.on_scene)
    return store, part, window


def shown(window) -> TimelineState:
    return window.set_timeline.call_args.args[0]


def test_two_keyframes_make_a_film(desk, scene):
    store, part, window = desk
    part.set_key()
    assert shown(window) == TimelineState(False, 6.0, 6.0, (0.0,)), "the time went to the end"
    store.update(replace(store.scene, alpha=1.0))
    assert shown(window).changed
    part.set_key()
    assert (shown(window).keys, shown(window).changed) == ((0.0, 6.0), False)
    assert shown(window).easing == "smooth"
    part.on_event(TimeChosen(3.0))
    assert (store.scene.alpha, shown(window).time) == (0.5, 3.0)
    part.on_event(TimeChosen(0.0))
    assert store.scene.alpha == 0.0
    part.on_event(TimelineEdited("easing", "hold"))
    assert scene_at(store.scene, 5.9).alpha == 0.0
    part.on_event(TimelineEdited("duration", 12.0))
    part.on_event(TimelineEdited("repeat", "bounce"))
    assert store.scene.timeline.period == 24.0


def test_every_change_of_keyframes_is_undone(desk, scene):
    store, part, _ = desk
    part.set_key()
    store.update(replace(store.scene, alpha=1.0))
    part.set_key()
    keyed_scene = store.scene
    part.on_event(KeyframeMoved(6.0, 5.0, False))
    part.on_event(KeyframeMoved(5.0, 4.0, True))
    assert times(store.scene.timeline) == (0.0, 4.0)
    store.undo()
    assert store.scene == keyed_scene, "a drag is one step"
    store.undo()
    assert times(store.scene.timeline) == (0.0,)
    # what had changed before the keyframe that was undone is still a change
    part.set_key()
    assert {track.field for track in store.scene.timeline.tracks} == {"playhead", "alpha"}
    for _ in range(3):
        store.undo()
    assert store.scene == scene


def test_without_its_last_keyframe_a_scene_has_no_timeline(desk, scene):
    store, part, window = desk
    part.set_key()
    part.on_event(TimeChosen(0.0))
    part.remove_key()
    assert store.scene == scene
    assert shown(window) == TimelineState()
    part.remove_key()
    assert store.scene == scene


def play(window) -> Callable[[], None]:
    return window.every.call_args.args[1]


def test_the_window_plays_the_timeline_of_its_scene(desk):
    store, part, window = desk
    track = Track("alpha", (Key(0.0, 0.0, "linear"), Key(1.0, 1.0)))
    store.replace(replace(store.scene, timeline=Timeline(1.0, (track,))))
    part.toggle()
    for _ in range(10):
        play(window)()
    assert store.scene.alpha == pytest.approx(10 * FRAME_MS / 1000)
    assert shown(window).playing
    while part.is_playing:
        play(window)()
    assert (store.scene.alpha, shown(window).time) == (1.0, 1.0)
    assert not store.can_undo, "playing is no step of undo"
    part.toggle()
    play(window)()
    assert shown(window).time == pytest.approx(FRAME_MS / 1000), "from the beginning again"


def test_a_timeline_that_leaves_the_domain_is_told_and_stops(desk):
    store, part, window = desk
    track = Track("start.theta", (Key(0.0, (0.0, 1.0), "linear"), Key(1.0, (0.0, -1.0))))
    store.replace(replace(store.scene, timeline=Timeline(1.0, (track,))))
    part.toggle()
    while part.is_playing:
        play(window)()
    window.log.assert_called_once()
    assert "pin A must lie in" in window.log.call_args.args[0]


def test_another_family_is_refused_with_the_way_out(desk):
    store, part, window = desk
    part.set_key()
    keyed = store.scene
    store.update(of_family(keyed, "beta"))
    assert store.scene.timeline is None, "keyframes belong to one family"
    store.undo()
    assert store.scene == keyed
    store.update(replace(of_family(keyed, "beta"), timeline=keyed.timeline))
    before = store.scene
    part.set_key()
    assert store.scene == before
    assert "one family, 'gaussian'" in window.log.call_args.args[0]


def test_keyframes_come_back_with_their_family(desk):
    store, part, window = desk
    store.update(replace(store.scene, view=Extent(-9.0, 9.0, -9.0, 9.0), start=Pin((0.5, 2.0))))
    part.set_key()
    part.seek(6.0)
    keyed = store.scene
    store.update(of_family(keyed, "beta"))
    there = store.scene
    assert there.timeline is None and there.view == completed(Scene("beta")).view
    assert remarks(keyed, there) == KEYS_ASIDE and shown(window).keys == ()
    part.set_key()
    store.update(of_family(store.scene, "gamma"))
    store.update(of_family(store.scene, "gaussian"))
    back = store.scene
    posed = (back.timeline, back.view, back.start, back.chart)
    assert posed == (keyed.timeline, keyed.view, keyed.start, keyed.chart)
    assert remarks(there, back) == KEYS_BACK and shown(window).time == 6.0
    assert [scene.family for scene in back.aside] == ["beta"]
    for _ in range(4):
        store.undo()
    assert store.scene == keyed


def typed(power: int) -> str:
    """A typed family of the upper half plane."""
    metric = [f"1/y^{power}", "0", f"1/y^{power}"]
    own = {"coordinates": ["x", "y"], "domain": ["y > 0"], "metric": metric}
    return f"custom:{definition.text_of(own)}"


def test_keyframes_of_a_formula_come_back_with_the_formula(desk):
    store, part, _ = desk
    store.update(derive_family.moved(store.scene, typed(2)))
    store.update(replace(store.scene, view=Extent(-2.0, 2.0, 0.5, 5.0)))
    part.set_key()
    keyed = store.scene
    # away to a family, and back by way of another formula, as when typing
    for family in ("beta", typed(4), typed(2)):
        make = of_family if family == "beta" else derive_family.moved
        store.update(make(store.scene, family))
        own = family == typed(2)
        assert (store.scene.timeline == keyed.timeline) == own, family
    assert (store.scene.view, store.scene.aside) == (keyed.view, ())


def test_playing_goes_on_until_another_scene_or_family_begins(desk):
    store, part, window = desk
    for change in (
        lambda scene: replace(scene, title="Another step"),
        lambda scene: of_family(scene, "beta"),
        lambda scene: replace(scene, playhead=0.9),
    ):
        part.toggle()
        play(window)()
        store.update(replace(store.scene, map_opacity=0.5 * store.scene.map_opacity))
        assert part.is_playing, "a change of what is looked at does not stop it"
        store.update(change(store.scene))
        assert not part.is_playing and not shown(window).playing


def test_playing_keeps_the_time_of_the_clock(desk):
    store, part, window = desk
    track = Track("alpha", (Key(0.0, 0.0, "linear"), Key(6.0, 1.0)))
    store.replace(replace(store.scene, timeline=Timeline(20.0, (track,))))
    # a late frame advances further; after an hour of sleep the timeline continues where it was
    part.now = iter((10.0, 10.1, 13.9, 3610.9)).__next__
    part.toggle()
    for at in (0.1, 3.9, 13.9):
        play(window)()
        assert shown(window).time == pytest.approx(at)


def test_without_a_timeline_the_point_travels_from_a_to_b_in_four_seconds_and_again(desk):
    store, part, window = desk
    store.replace(replace(store.scene, timeline=None, playhead=0.0))
    part.now = iter((10.0, 11.0, 13.0, 14.2)).__next__
    part.toggle()
    for at in (0.25, 0.75, 0.05):
        play(window)()
        assert store.scene.playhead == pytest.approx(at)
        assert part.is_playing


def test_a_slow_worker_takes_frames_and_no_time(desk):
    """Each frame takes it 0.2 s, with a tick each 33 ms; at last one that is never answered."""
    store, part, window = desk
    track = Track("alpha", (Key(0.0, 0.0, "linear"), Key(6.0, 1.0)))
    store.replace(replace(store.scene, timeline=Timeline(6.0, (track,))))
    clock, submitted, held = 0.0, [], []
    part.now = lambda: clock
    store.listen(lambda old, new: submitted.append(clock))
    part.context.is_behind = lambda: bool(submitted) and clock < submitted[-1] + 0.2
    part.context.hold = held.append
    part.toggle()
    tick = play(window)
    while part.is_playing and clock < 10.0:
        clock += 0.033
        tick()
    assert 6.0 <= clock < 6.3 and store.scene.alpha == 1.0
    assert 20 < len(submitted) <= 31, "a frame waits for the answers of the last one"
    assert held == [True, False]
    part.toggle()
    part.context.is_behind, before = lambda: True, len(submitted)
    for _ in range(60):
        clock += 0.033
        tick()
    assert len(submitted) - before == 3, "but not without end"


def test_the_beginning_and_the_end(desk):
    store, part, window = desk
    part.commands()["to_end"]()
    assert store.scene.playhead == 1.0
    part.commands()["to_start"]()
    assert store.scene.playhead == 0.0
    part.set_key()
    part.commands()["to_start"]()
    assert shown(window).time == 0.0
    part.commands()["to_end"]()
    assert shown(window).time == 6.0


# --- by hand ---------------------------------------------------------------------------------
@pytest.fixture
def timeline():
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication(["test"])
    from app.views.interface.theme import DARK
    from app.views.qt.panels.timeline import TimelinePanel as Bar

    told: list = []

    def hear(event) -> None:
        """Remember it; a keyframe goes where it is dragged, as the controller shows at once."""
        told.append(event)
        if isinstance(event, KeyframeMoved):
            bar.show_state(TimelineState(False, event.to, 6.0, (0.0, event.to), "smooth"))

    bar = Bar(hear, DARK)
    bar.widget.resize(900, 90)
    bar.show_state(TimelineState(False, 0.0, 6.0, (0.0, 3.0), "smooth"))
    bar.widget.show()
    live()
    yield bar, told
    bar.widget.close()
    bar.widget.deleteLater()
    application.sendPostedEvents(None, 52)  # QEvent.DeferredDelete


@pytest.mark.window
def test_the_strip_is_there_only_with_keyframes(timeline):
    bar, told = timeline
    assert bar.keys.isVisible()
    height = bar.widget.sizeHint().height()
    bar.show_state(TimelineState())
    assert not bar.keys.isVisible() and bar.hint.isVisible()
    assert bar.widget.sizeHint().height() == height, "the canvas keeps its size"
    assert bar.slider.isVisible()
    assert told == []


@pytest.mark.window
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_sign_of_pause_is_two_whole_bars(timeline, scale):
    bar, _ = timeline
    button = bar.button
    button.setFixedSize(round(38 * scale), round(26 * scale))
    bars = {}
    for playing in (False, True):
        bar.show_state(TimelineState(playing))
        bars[playing] = _inked(button)
    assert button.is_playing and bars[True] == 2 and bars[False] == 1


def _inked(button) -> int:
    """The number of runs of the text's colour along the middle of a button."""
    picture = button.grab().toImage()
    ink, row = button.palette().buttonText().color().lightness(), picture.height() // 2
    light = [picture.pixelColor(x, row).lightness() for x in range(4, picture.width() - 4)]
    near = [abs(value - ink) < 60 for value in light]
    return sum(now and not before for before, now in pairwise([False, *near]))


@pytest.mark.window
def test_a_diamond_is_dragged_and_the_time_is_clicked(timeline):
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    bar, told = timeline
    strip, left = bar.strip, Qt.MouseButton.LeftButton
    at = [QPoint(round(strip.x_of(t)), 20) for t in (3.0, 4.0, 1.0)]
    QTest.mousePress(strip, left, pos=at[0] + QPoint(2, 0))
    assert told.pop() == TimeChosen(3.0), "near a keyframe is on it"
    QTest.mouseMove(strip, at[1])
    event = told.pop()
    assert (event.at, event.done) == (3.0, False)
    assert event.to == pytest.approx(4.0, abs=0.02)
    QTest.mouseRelease(strip, left, pos=at[1])
    assert told.pop() == KeyframeMoved(event.to, event.to, True)
    QTest.mouseClick(strip, left, pos=at[2])
    assert told.pop().at == pytest.approx(1.0, abs=0.02)


@pytest.mark.window
@pytest.mark.parametrize(
    ("key", "event"),
    [
        ("Right", TimeChosen(0.1)),
        ("Left", TimeChosen(0.0)),
        ("PageDown", TimeChosen(3.0)),
    ],
)
def test_the_strip_is_worked_by_keys(timeline, key, event):
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    bar, told = timeline
    QTest.keyClick(bar.strip, getattr(Qt.Key, f"Key_{key}"))
    assert told == [event]


@pytest.mark.window
def test_pickers_and_buttons_tell_once(timeline):
    bar, told = timeline
    bar.easing.setCurrentIndex(4)
    bar.easing.activated.emit(4)
    bar.duration.setValue(8.0)
    bar.mark.click()
    bar.remove.click()
    assert told == [
        TimelineEdited("easing", "hold"),
        TimelineEdited("duration", 8.0),
        CommandInvoked("key_set"),
        CommandInvoked("key_remove"),
    ]
    assert not [w for w in (bar.easing, bar.repeat, bar.strip, bar.mark) if not w.accessibleName()]
