"""Time: playing and scrubbing a timeline or the moving point, and editing keyframes.

The scene at a time is the pure function `scene_at`, so scrubbing shows exactly what a film shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from app.model.keyframe_tracks import Timeline, position
from app.model.scene import UNTURNED, Scene, kind_of
from app.model.store import DEEPEST
from app.model.timeline import keyframes
from app.model.timeline.scene_time import scene_at
from app.parts.part import Part, PartContext
from app.views.interface.events import Event
from app.views.interface.timeline import KeyframeMoved, TimeChosen, TimelineEdited, TimelineState

FRAME_MS = 33
# maximum seconds per frame, so that nothing is skipped after a computer's sleep; a computer under load
# takes less
LONGEST_STEP = 10.0
# seconds for which a frame waits for the answers of the last one
PATIENCE = 0.5
# fields of the scene that matter if it has no timeline
WITHOUT_TIMELINE = frozenset(("timeline", "title", "playhead", "family"))
# seconds of the moving point from A to B
TRAVEL = 4.0


class TimelinePart(Part):
    """Holds the time, which is not part of the scene, and advances it on the window's clock."""

    events = (TimeChosen, KeyframeMoved, TimelineEdited)

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._time = 0.0
        self._clock = 0.0  # seconds of play time: a bounce passes each time twice
        self.now: Callable[[], float] = time.monotonic
        self._shown_at = 0.0  # time of the last frame
        self._stop: Callable[[], None] | None = None
        self._moved: Scene | None = None  # the scene last produced by the playhead
        # the scene when its time was chosen, and that time, by timeline: undo or a family restores one
        self._references: dict[Timeline | None, tuple[Scene, float]] = {}
        self._shown: TimelineState | None = None
        self._show()

    def commands(self) -> dict[str, Callable[[], None]]:
        return {
            "play": self.toggle,
            "to_start": self.rewind,
            "to_end": self.wind,
            "key_set": self.set_key,
            "key_remove": self.remove_key,
        }

    def on_event(self, event: Event) -> None:
        match event:
            case TimeChosen():
                self.seek(event.at)
            case KeyframeMoved():
                self._move_key(event)
            case TimelineEdited():
                self._edit(event)
            case _:
                pass

    def on_scene(self, old: Scene, new: Scene) -> None:
        store = self.context.store
        if new is not self._moved and _is_elsewhere(old, new):
            if self.is_playing and _is_undone(old, new):
                self._play(replace(new, playhead=old.playhead))
                return
            self._pause()
        if not (store.can_undo or store.can_redo):
            self._references.clear()  # an opened scene is correct as it is
        self._references.pop(None, None)  # without a timeline nothing is a change
        if new.timeline != old.timeline and new is not self._moved:
            self._time = self._references.get(new.timeline, (new, 0.0))[1]
        self._show()

    def close(self) -> None:
        self._pause()

    # --- running --------------------------------------------------------------------------------
    @property
    def is_playing(self) -> bool:
        """Whether the timeline is playing."""
        return self._stop is not None

    def toggle(self) -> None:
        """Play or pause the scene's timeline or, without one, the moving point."""
        if self.is_playing:
            self._pause()
            return
        timeline = self.context.store.scene.timeline
        at_end = timeline is not None and self._time >= timeline.duration
        self._clock = 0.0 if at_end else self._time
        self._shown_at = self.now()
        self.context.hold(timeline is not None)
        self._stop = self.context.every(FRAME_MS, self._advance)
        self._show()

    def _pause(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None
            self.context.store.settle()
            self.context.hold(False)
            self._show()

    def _advance(self) -> None:
        """Show the frame of this moment, unless the last one is still being computed."""
        now = self.now()
        passed = min(now - self._shown_at, LONGEST_STEP)
        timeline = self.context.store.scene.timeline
        if self.context.is_behind() and passed < PATIENCE and not self._is_over(passed):
            return
        self._shown_at = now
        if timeline is None:
            self._glide(passed)
            return
        self._clock += passed
        arrived = self._go(self._clock, self._play)
        if not arrived or (timeline.repeat == "once" and self._clock >= timeline.duration):
            self._pause()

    def _is_over(self, passed: float) -> bool:
        """Whether a timeline that is played once ends with this frame."""
        timeline = self.context.store.scene.timeline
        ends = timeline is not None and timeline.repeat == "once"
        return timeline is not None and ends and self._clock + passed >= timeline.duration

    def _glide(self, passed: float) -> None:
        scene = self.context.store.scene
        t = scene.playhead + passed / TRAVEL
        self._play(replace(scene, playhead=t if t <= 1.0 else t % 1.0))

    def _go(self, clock: float, put: Callable[[Scene], None]) -> bool:
        """Show the scene at a time by ``put``; False, with a message, if it is invalid."""
        now = self.context.store.scene
        timeline = now.timeline
        assert timeline is not None
        try:
            scene = scene_at(now, clock)
        except ValueError as problem:
            self.context.window.log(f"⚠ the timeline cannot continue: {problem}")
            return False
        self._time = position(timeline, clock)
        self._refer(scene)
        put(scene)
        self._show()
        return True

    def seek(self, at: float) -> None:
        """Go to another time."""
        if self.context.store.scene.timeline is not None:
            self._clock = at
            self._go(at, partial(self._put, merge="timeline"))

    def rewind(self) -> None:
        """Go to the start of the timeline, or move the point to A."""
        if self.context.store.scene.timeline is not None:
            self.seek(0.0)
        else:
            self._put(replace(self.context.store.scene, playhead=0.0))

    def wind(self) -> None:
        """Go to the end of the timeline, or move the point to B."""
        timeline = self.context.store.scene.timeline
        if timeline is not None:
            self.seek(timeline.duration)
        else:
            self._put(replace(self.context.store.scene, playhead=1.0))

    def _put(self, scene: Scene, merge: str | None = None) -> None:
        """Update the scene from the timeline, without stopping playback."""
        self._moved = scene
        self.context.store.update(scene, merge=merge)

    def _play(self, scene: Scene) -> None:
        """Show the scene of another moment, which is no step of undo."""
        self._moved = scene
        self.context.store.play(scene)

    # --- keyframes ------------------------------------------------------------------------------
    def set_key(self) -> None:
        """Record the scene as the keyframe at this time."""
        scene = self.context.store.scene
        first = scene.timeline is None
        try:
            timeline = keyframes.keyed(self._turned(scene), self._reference(scene), self._time)
        except ValueError as problem:
            self.context.window.log(f"⚠ no keyframe was set: {problem}")
            return
        self._change(timeline, self._time)
        if first:
            # it ends at the next keyframe
            self._time = timeline.duration
            self._refer(self.context.store.scene)
            self._show()

    def remove_key(self) -> None:
        """Remove the keyframe at this time; without keyframes the timeline is removed."""
        timeline = self.context.store.scene.timeline
        if timeline is not None and self._time in keyframes.times(timeline):
            self._change(keyframes.removed(timeline, self._time), self._time)

    def _move_key(self, event: KeyframeMoved) -> None:
        timeline = self.context.store.scene.timeline
        if timeline is not None:
            self._change(*keyframes.moved(timeline, event.at, event.to), merge="keyframe")
            if event.done:
                self.context.store.settle()

    def _edit(self, event: TimelineEdited) -> None:
        timeline = self.context.store.scene.timeline
        if timeline is None:
            return
        match event.field:
            case "easing":
                timeline = keyframes.eased(timeline, self._time, str(event.value))
                self._change(timeline, self._time)
            case "repeat":
                self._change(replace(timeline, repeat=str(event.value)), self._time)
            case "duration":
                self._stretch(timeline, float(event.value))

    def _stretch(self, timeline: Timeline, duration: float) -> None:
        try:
            longer = keyframes.stretched(timeline, duration)
        except ValueError as problem:
            self.context.window.log(f"⚠ the timeline was not changed: {problem}")
            return
        share = duration / timeline.duration
        self._change(longer, min(self._time * share, duration), merge="duration")

    def _change(self, timeline: Timeline | None, time: float, merge: str | None = None) -> None:
        """Replace the timeline and set the time; the scene stays unchanged."""
        scene = replace(self.context.store.scene, timeline=timeline)
        self._time = time
        self._refer(scene)
        self._put(scene, merge=merge)
        self._show()

    # --- what is shown --------------------------------------------------------------------------
    def _refer(self, scene: Scene) -> None:
        """Set ``scene`` as the reference for detecting changes."""
        self._references.pop(scene.timeline, None)
        self._references[scene.timeline] = self._turned(scene), self._time
        if len(self._references) > DEEPEST:
            del self._references[next(iter(self._references))]

    def _reference(self, scene: Scene) -> Scene:
        if scene.timeline not in self._references:
            self._refer(scene)
        return self._references[scene.timeline][0]

    def _show(self) -> None:
        scene = self.context.store.scene
        # with a timeline every change may belong to a keyframe
        self.fields = WITHOUT_TIMELINE if scene.timeline is None else None
        state = self._state(scene)
        if state != self._shown:
            self._shown = state
            self.context.window.set_timeline(state)

    def _state(self, scene: Scene) -> TimelineState:
        timeline = scene.timeline
        if timeline is None:
            return TimelineState(self.is_playing)
        self._time = min(self._time, timeline.duration)
        return TimelineState(
            self.is_playing,
            self._time,
            timeline.duration,
            keyframes.times(timeline),
            keyframes.easing_at(timeline, self._time),
            timeline.repeat,
            self._differs(scene),
        )

    def _differs(self, scene: Scene) -> bool:
        try:
            return bool(keyframes.changed(self._reference(scene), self._turned(scene)))
        except ValueError:
            return True

    def _turned(self, scene: Scene) -> Scene:
        """Return the scene with an explicit camera, so that turning it counts as a change."""
        chart = self.context.subject.at(scene).chart
        return replace(scene, camera=scene.camera or (chart.azimuth, *UNTURNED))


def _is_elsewhere(old: Scene, new: Scene) -> bool:
    """Whether another scene, family or timeline was chosen, or the user moved the point."""
    moved = (old.title, old.playhead, old.timeline) != (new.title, new.playhead, new.timeline)
    return moved or kind_of(old.family) != kind_of(new.family)


def _is_undone(old: Scene, new: Scene) -> bool:
    """Whether an earlier edit of the same scene came back, with the place of the point at that time."""
    there = replace(new, playhead=old.playhead)
    return new.timeline is None and there != old and not _is_elsewhere(old, there)
