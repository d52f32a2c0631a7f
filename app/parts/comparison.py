"""Comparing in the window: heads, layers, texts or temperatures, as linked pictures or a plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from app.jobs.answers import Answer
from app.jobs.comparison import MeasuresAnswer, MeasuresTask
from app.jobs.job import Cancelled, Emit, Job
from app.jobs.path import PathAnswer
from app.jobs.session import Session
from app.jobs.side_by_side import answers
from app.jobs.subject import Subject
from app.jobs.variants import FAMILY, Variant, at_one_scale, carried, triple_of, variants
from app.jobs.viewport import Viewport
from app.jobs.worker import JobFailed
from app.model import comparison as comparisons
from app.model import panel_titles, pins
from app.model.comparison import Comparison, split
from app.model.flow import FlowSettings
from app.model.layers import Layers
from app.model.scene import Scene
from app.parts.head_files import asked_for
from app.parts.part import Part, PartContext
from app.presenters import comparison as shown
from app.presenters import picking
from app.presenters.comparison import at_one_colour
from app.presenters.small_pictures import drawn
from app.views.interface.comparison import Pane
from app.views.interface.comparison_events import (
    PICTURES,
    ComparisonChosen,
    ComparisonFilesAsked,
    PaneOpened,
    PanePinMoved,
    PanesLaidOut,
)
from app.views.interface.events import Event, PanelShown, PinMoved
from compute.families import parse
from compute.requests.engine import Engine

TITLE = panel_titles.COMPARE
WAITING = "Waiting for what is compared …"
NO_HEAD = "Only heads are compared: choose a head of a model as the family."
LINKED = "Drag a pin in any picture: it moves in all."
FIRST = ComparisonChosen(comparisons.TEMPERATURE, "0.5, 1, 2")


@dataclass(frozen=True)
class PicturesTask(Job):
    """Pictures of all variants of a scene, drawn beside the window's thread."""

    words: ClassVar[str] = "the pictures side by side"

    scene: Scene
    comparison: Comparison
    room: PanesLaidOut
    dragging: bool = False

    @property
    def quality(self) -> str:
        """The quality of its geodesics, by which the worker paces a drag."""
        return "live" if self.dragging else "final"

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit `PicturesDrawn` twice: with the geodesics, and with everything."""
        self.perform_in(Session(), engine, emit, cancelled)

    def perform_in(
        self, session: Session, engine: Engine, emit: Emit, cancelled: Cancelled
    ) -> None:
        """Emit pictures with what earlier ones of the session have in common with them."""
        found = variants(self.scene, self.comparison)
        known = [each for each in found if each.scene is not None]
        scenes = at_one_scale([each.scene for each in known if each.scene is not None])
        viewport = Viewport(self.room.size, self.dragging)
        for heard in answers(session, engine, scenes, viewport, cancelled):
            coloured = at_one_colour(scenes, heard) if scenes else []
            subjects = list(map(Subject.of, coloured))
            panes = iter(
                Pane(
                    each.name, *_said(some),
                    drawn(subject, some, self.room.size, self.room.theme),
                )
                for each, subject, some in zip(known, subjects, heard, strict=True)
            )  # fmt: skip
            all_panes = tuple(
                next(panes) if each.scene else Pane(each.name, each.problem, False, None)
                for each in found
            )
            emit(PicturesDrawn(self, found, tuple(subjects), all_panes, triple_of(self.scene)))


def _said(found: Sequence[Answer]) -> tuple[str, bool]:
    """Return the caption of a picture, and whether it is no warning."""
    path = next((each for each in found if isinstance(each, PathAnswer)), None)
    return shown.caption(path), shown.is_fine(path)


@dataclass(frozen=True, eq=False)
class PicturesDrawn:
    """Panes of all variants; subjects of those that have a scene; the tokens that carry pins."""

    job: PicturesTask
    variants: tuple[Variant, ...]
    subjects: tuple[Subject, ...]
    panes: tuple[Pane, ...]
    triple: tuple[int, int, int]


class ComparisonPart(Part):
    """Draws the pictures or the plot while the panel is visible; the choice stays for the session."""

    title = TITLE
    events: tuple[type, ...] = (
        PanelShown, ComparisonChosen, ComparisonFilesAsked, PanesLaidOut, PanePinMoved,
        PaneOpened,
    )  # fmt: skip
    messages = (PicturesDrawn, MeasuresAnswer, JobFailed)

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._seen = self._dragging = False
        self._chosen = FIRST
        self._room: PanesLaidOut | None = None
        self._asked: PicturesTask | MeasuresTask | None = None
        self._drawn: PicturesDrawn | None = None
        self._plotted: MeasuresAnswer | None = None
        self._note = ""

    def commands(self) -> dict[str, Callable[[], None]]:
        return {"show_comparison": lambda: self.context.window.raise_panel(TITLE)}

    @property
    def comparison(self) -> Comparison | None:
        """The comparison; None if the scene has no head or the values are no comparison."""
        try:
            return self._read()
        except ValueError:
            return None

    @property
    def scene(self) -> Scene:
        """The scene whose variants are shown."""
        return _compared(self.context.store.scene)

    @property
    def measure(self) -> str:
        """The measure that is plotted, "" for pictures."""
        return "" if self._chosen.shows == PICTURES else self._chosen.shows

    def _read(self) -> Comparison:
        if parse(self.context.store.scene.family)[0] != FAMILY:
            raise ValueError(NO_HEAD)
        chosen = self._chosen
        limits = comparisons.POINTS if self.measure else comparisons.PICTURES
        return comparisons.read(chosen.over, split(chosen.over, chosen.text), limits)

    # --- what is asked ------------------------------------------------------------------------
    def on_event(self, event: Event) -> None:
        match event:
            case PanelShown(title=title) if title == TITLE:
                self._seen = event.visible
                self.fields = None if event.visible else frozenset()
                own = ComparisonPart.events
                self.events = (*own, PinMoved) if event.visible else own
            case PinMoved():
                self._dragging = not event.done
            case ComparisonChosen():
                self._choose(event)
            case ComparisonFilesAsked():
                self._add(event.folder)
            case PanesLaidOut():
                self._room = event
            case PanePinMoved():
                self._move(event)
            case PaneOpened():
                self._open(event.pane)
            case _:
                return
        self._ask()

    def _choose(self, event: ComparisonChosen) -> None:
        """Take what is chosen, with the usual values if none are stated."""
        usual = shown.usual_values(event.over, self.context.store.scene.family)
        self._chosen = replace(event, text=event.text or usual)

    def _add(self, folder: bool) -> None:
        """Add a file to the texts, or all of a folder."""
        files = asked_for(self.context.window, "Compare with other texts", folder)
        known = split(self._chosen.over, self._chosen.text)
        self._chosen = replace(self._chosen, text="; ".join(dict.fromkeys((*known, *files))))

    def _move(self, event: PanePinMoved) -> None:
        """Bring a pin of the scene to where it was dragged in a pane."""
        self._dragging = not event.done
        scene, found = self.context.store.scene, self._drawn
        subject = self._subject(event.pane)
        if subject is None or found is None:
            return
        field = pins.FIELDS[event.pin]
        pin = picking.pin_at(subject, getattr(subject.scene, field), event.xy)
        if pin is not None:
            pin = carried(pin, subject.scene, scene, found.triple)
            self.context.hold(not event.done)
            self.context.edit({field: pin}, f"pin {event.pin}")
        if event.done:
            self.context.hold(False)
            self.context.store.settle()

    def _subject(self, pane: int) -> Subject | None:
        """Return the subject of a pane that has a picture."""
        found = self._drawn
        if found is None or found.variants[pane].scene is None:
            return None
        before = [each for each in found.variants[:pane] if each.scene is not None]
        return found.subjects[len(before)]

    def _open(self, pane: int) -> None:
        """Show the head of a pane on the canvas."""
        subject = self._subject(pane)
        if subject is not None:
            self.context.edit({"family": subject.scene.family}, None)
            self.context.store.settle()

    def on_scene(self, old: Scene, new: Scene) -> None:
        self._ask()

    def on_waiting(self) -> None:
        """Keep the pictures, which turn grey, until those of the next scene are there."""

    def _ask(self) -> None:
        """Submit what is missing, if the panel is visible, and show what is known."""
        if not self._seen:
            return
        self._note = ""
        try:
            comparison = self._read()
        except ValueError as problem:
            self._asked, self._note = None, f"{str(problem)[0].upper()}{str(problem)[1:]}"
            self._show()
            return
        task = self._task(comparison)
        if task is not None and task != self._asked:
            self._asked = task
            self.context.submit(task)
        self._show()

    def _task(self, comparison: Comparison) -> PicturesTask | MeasuresTask | None:
        scene = self.scene
        if self.measure:
            # the numbers follow once the pin is released
            bare = replace(scene, layers=Layers(), limits=None, scalar="entropy", playhead=0.5)
            return self._measured() if self._dragging else MeasuresTask(bare, comparison)
        if self._room is None:
            return None
        return PicturesTask(scene, comparison, self._room, self._dragging)

    def _measured(self) -> MeasuresTask | None:
        return self._asked if isinstance(self._asked, MeasuresTask) else None

    # --- answers ------------------------------------------------------------------------------
    def on_message(self, message: object) -> None:
        match message:
            case PicturesDrawn():
                self._drawn = message
            case MeasuresAnswer() if message.job == self._asked:
                self._plotted = message
            case JobFailed(job=PicturesTask() | MeasuresTask()) if message.job == self._asked:
                self._asked, self._note = None, f"⚠ {message.problem}"
            case _:
                return
        if self._seen:
            self._show()

    def _show(self) -> None:
        self.context.window.set_panel(TITLE, self._state())

    def _state(self) -> object:
        comparison = None if self._note else self.comparison
        if comparison is None:
            return shown.nothing(self._chosen, self._note or WAITING)
        if self.measure:
            known = self._plotted
            if known is None or known.job.comparison != comparison:
                return shown.nothing(self._chosen, WAITING)
            stale = known.job != self._asked or self._dragging
            return shown.plotted(self._chosen, known, stale)
        panes = self._panes(comparison)
        stale = self._drawn is None or self._drawn.job != self._asked
        scenes = [] if self._drawn is None else [each.scene for each in self._drawn.subjects]
        words = f"{LINKED} {shown.scale(scenes)}".rstrip()
        return shown.side_by_side(self._chosen, panes, stale, words)

    def _panes(self, comparison: Comparison) -> tuple[Pane, ...]:
        """Return the last panes of the same comparison, or empty ones."""
        if self._drawn is not None and self._drawn.job.comparison == comparison:
            return self._drawn.panes
        return shown.empty(comparison)


def _compared(scene: Scene) -> Scene:
    """Return what pictures show of a scene."""
    layers = replace(scene.layers, flow=False, particles=False, singularities=False)
    return replace(
        scene, layers=layers, flow=FlowSettings(), timeline=None, aside=(), title="", notes=(),
        angles=(), points=(), loop=(), unknown=(),
    )  # fmt: skip
