"""The composition root of the window: creates and connects worker, store, views and controller."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.model.lessons import first_scene
from app.process import display, ending, installation
from app.process.cycle_collector import Garbage
from app.process.unhandled import Unhandled

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

    from app.jobs.worker import Runner
    from app.model.preferences import Preferences
    from app.model.scene import Scene
    from app.views.interface.theme import Theme
    from app.views.qt.window.settings import Settings

RATE_MS = 1000
# maximum time for which icons and plots wait for the first geodesic
FURNISH_MS = 3000


def run(chosen: argparse.Namespace) -> int:
    """Open the window and run until it is closed."""
    installation.check()
    if problem := display.missing(os.environ):
        return _without_window(problem)
    for remark in display.sanitise(os.environ):
        print(f"attention-geodesics: {remark}", file=sys.stderr)
    from app.model import scene_file
    from app.model.lessons import catalogue
    from app.parts import package_problems
    from compute.core.opening import is_regular

    scene_name = chosen.scene or scene_file.names()[0]
    lesson = scene_name if catalogue.is_lesson(scene_name) else ""
    try:
        scene = first_scene.load(scene_name)
    except scene_file.NotAScene as problem:
        print(f"attention-geodesics: {problem}", file=sys.stderr)
        return 2
    from app.views.qt.window.settings import of_the_platform

    try:
        program = Program(scene, chosen.engine, of_the_platform())
    except display.NoWindow as reason:
        return _without_window(str(reason))
    if lesson:
        # a tab can be raised only in a visible window
        program.window.post(partial(program.lessons.open, lesson))
    elif chosen.scene and is_regular(chosen.scene):
        program.documents.opened(Path(chosen.scene))
    for remark in filter(None, (program.settings.remark, *package_problems.lines())):
        program.window.log(f"⚠ {remark}")
    program.documents.recovery.offer(is_named=bool(chosen.scene))
    return program.run()


def _without_window(problem: str) -> int:
    render = "attention-geodesics render bank -o picture.png"
    print(f"attention-geodesics: {problem}; to write a figure instead: {render}", file=sys.stderr)
    return 2


# Seconds after which a computing Python thread yields.  A frame needs the interpreter about a
# hundred times, once per GL call, and waits this long each time: with the default of 5 ms a busy
# worker blocks the window for seconds.
SWITCH = 1e-5


class Program:
    """One window with everything behind it.

    settings: what outlives the session; None keeps nothing.  engine: as the user asked for on the
    command line; "auto" is what the preferences say.  raster: as for `surface.application`.
    """

    def __init__(
        self,
        scene: Scene,
        engine: str = "auto",
        settings: Settings | None = None,
        raster: bool | None = None,
    ) -> None:
        display.prepare()
        sys.setswitchinterval(SWITCH)
        from app.views.qt.window.settings import Settings

        self.settings = settings or Settings()
        self._asked = engine  # the command line takes precedence over the preferences
        self.unhandled = Unhandled(self._report)
        self._garbage = Garbage()  # before any other thread starts
        self._mail = threading.Lock()
        self._early: list[object] | None = []  # messages that came before the window
        self._closed = False
        self._adapters: tuple[str, ...] = ()
        self.runner: Runner = self._start_worker(scene)
        from PySide6.QtCore import QTimer

        from app.controller import command_table
        from app.controller.controller import Controller
        from app.desktop import context_menu
        from app.desktop.documents import Documents
        from app.desktop.export_process import Exporter
        from app.desktop.lessons import Lessons
        from app.desktop.progress import Working
        from app.desktop.theme_follower import Appearance, theme_of
        from app.model.store import Store
        from app.parts.data_points import DataPart
        from app.parts.lessons import LessonPart
        from app.parts.scene_reader import SceneReader
        from app.views.qt.window.window import MainWindow

        self.application = self._in_a_display()
        theme = theme_of(self.settings.preferences.theme)
        self._make_canvas(theme, raster)
        self.window = MainWindow(self.screen, command_table.COMMANDS, theme)
        self.store = Store(scene)
        self.controller = Controller(self.store, self.canvas, self.window, self.runner)
        self.appearance = Appearance(self.canvas, self.window, self.settings, theme)
        self.exporter = Exporter(
            self.window, self.store, lambda: self.screen.size().toTuple(),
            lambda: self.appearance.style,
            self._engine, self.controller.figure_options, lambda: self.documents.file_name(),
            self.settings,
        )  # fmt: skip
        self.working = Working(self.window, self.runner, self.controller.give_up)
        part = self.controller.part
        self._lesson, self._reader, data = part(LessonPart), part(SceneReader), part(DataPart)
        self.documents: Documents = Documents(
            self.window, self.store, self.settings, self._leave, self.exporter.ask,
            self.show_picture, self.show_heads, lambda source: self.lessons.open(source),
            self._lesson.end, data.read, self._read_scene,
        )  # fmt: skip
        self.lessons: Lessons = Lessons(self._lesson, self.documents, self.settings)
        self.controller.commands |= self._commands()
        self.window.on_context(
            partial(context_menu.entries, self.canvas, self.controller), self.canvas.menu_place
        )
        self.window.serve(self.canvas, self.screen.prepare)
        # its timer also lets Python handle signals
        self._garbage.begin(self.window.every)
        self._recall()
        self._apply(self.settings.preferences)
        self._awaited = {"geodesic", "engine"}
        self._on_screen = self.screen.frameSwapped.connect(self._frame_shown)
        QTimer.singleShot(FURNISH_MS, self.window.frame, self.window.furnish)
        self._stop_rate, self._drawn = self.window.every(RATE_MS, self._show_rate), 0
        self._deliver_early()

    def _commands(self) -> dict[str, Callable[[], None]]:
        """Return the commands that concern more than the scene."""
        from app.controller import gesture_table
        from app.desktop import clipboard, macros, panel_files, point_clipboard
        from app.views.qt.dialogs.sheet import show_mathematics

        return {
            **self.documents.commands(),
            **clipboard.commands(self.application, self.canvas, self.window, self.controller),
            **self.exporter.commands(),
            **point_clipboard.commands(self.canvas, self.controller),
            **macros.commands(self.application, self.window, self.controller),
            **panel_files.commands(self.controller, self.window, self.runner.submit),
            "note": partial(self.canvas.add_note_at_pin, with_arrow=False),
            "arrow_note": partial(self.canvas.add_note_at_pin, with_arrow=True),
            "preferences": self.prefer,
            "reset_layout": self.window.reset_layout,
            "switch_theme": self.appearance.switch,
            "present": self.present,
            "doctor": self.examine,
            "about": self.window.show_about,
            "examples": self.window.show_examples,
            "palette": self.window.show_palette,
            "shortcuts": lambda: self.window.show_keys(gesture_table.GESTURES),
            "describe": lambda: self.window.show_words(
                "The chart in words", self.controller.answers.in_words()
            ),
            "next_region": partial(self.window.regions.jump, True),
            "previous_region": partial(self.window.regions.jump, False),
            "mathematics": partial(show_mathematics, self.window.frame),
        }

    def _make_canvas(self, theme: Theme, raster: bool | None) -> None:
        """Make the canvas on a surface that suits this machine's OpenGL; its frames pace the worker."""
        from app.views import surface
        from app.views.canvas.canvas import VispyCanvas

        self.canvas = VispyCanvas((900, 700), theme, surface.application(raster))
        self.screen = surface.widget(self.canvas.native)
        surface.after_frames(self.screen, self.runner.shown)

    def _deliver_early(self) -> None:
        """Deliver messages that arrived before the window existed."""
        with self._mail:
            early, self._early = self._early or [], None
        for message in early:
            self._deliver(message)

    def _recall(self) -> None:
        """Arrange the window as the last session left it, for text in any script."""
        from app.export.letters import any_script_in_window

        any_script_in_window(self.window.log)
        self.window.restore_layout(self.settings.layout)
        self.window.frame.closing.connect(self._keep_layout)
        self.window.files.folder = self.settings.file_folder

    def _engine(self) -> str:
        """Return the requested engine."""
        return self.settings.preferences.engine if self._asked == "auto" else self._asked

    def _start_worker(self, scene: Scene) -> Runner:
        """Start computing the scene's path and a rough map while the window is built."""
        from app.jobs.first_picture import FirstPicture
        from app.jobs.path import PathJob
        from app.jobs.plan import live_jobs
        from app.jobs.subject import Subject
        from app.jobs.viewport import Viewport
        from app.jobs.worker import Runner

        wanted = live_jobs(Subject.of(scene), Viewport(dragging=True), {})
        path, early = wanted[PathJob], FirstPicture.of(wanted.values(), rough=True)
        runner = Runner(self._deliver, self._engine(), early, self.settings.preferences.adapter)
        runner.submit(path)
        return runner

    def _in_a_display(self) -> QApplication:
        """Return the Qt application, ending the worker if there is no display."""
        from app.desktop.application import application

        try:
            return application()
        except display.NoWindow:
            self.runner.close()
            raise

    def _deliver(self, message: object) -> None:
        """Pass a message of the worker to the GUI thread, or keep it until the window exists."""
        with self._mail:
            if self._early is not None:
                self._early.append(message)
                return
        self.window.post(lambda: self._receive(message))

    def _receive(self, message: object) -> None:
        from app.jobs.diagnosis import DoctorAnswer
        from app.jobs.worker import EngineOpened, Notice

        if self._closed:
            return
        match message:
            case DoctorAnswer():
                self.window.show_page("Doctor", message.page)
            case Notice():
                self.window.log(message.words)
            case EngineOpened():
                self._adapters = message.adapters or self._adapters
                self.controller.on_message(message)
                self._came("engine")
            case _:
                self.controller.on_message(message)

    def _frame_shown(self) -> None:
        """Start the remaining work once a frame with a geodesic or a map is shown."""
        answers = self.controller.answers
        if answers.path is not None or answers.map is not None:
            self.screen.frameSwapped.disconnect(self._on_screen)
            self.window.draw_icons()
            self.runner.first_drawn()
            self._came("geodesic")

    def _came(self, what: str) -> None:
        """Load plots while kernels compile, when Python is blocked less than by the driver."""
        self._awaited.discard(what)
        if not self._awaited:
            self.window.furnish()

    def run(self) -> int:
        """Show the window until it is closed or the process is asked to end."""
        # exit(), since quit() would ask the user about unsaved work; posted, since the event loop
        # may not have started
        ending.handle(lambda *_: self.window.post(partial(self.application.exit, 0)))
        self.unhandled.begin()
        self.window.frame.show()
        self._garbage.settle(self.window.every)
        status = self.application.exec()
        self.close()
        return int(status)

    def _report(self, words: str) -> None:
        """Show a line about an exception that nothing handled, in whatever thread."""
        self.window.post(lambda: None if self._closed else self.window.log(words))

    def _leave(self) -> None:
        """End the event loop; quit() would close the floating panels before their layout is saved."""
        self.application.exit(0)

    def _keep_layout(self) -> None:
        """Save the layout, that of the normal mode, while all windows are still open."""
        self.window.presenter.leave()
        self.settings.layout = self.window.layout

    def close(self) -> None:
        """End the worker and close the window; later messages are dropped."""
        if self._closed:
            return
        from app.export.letters import any_script_in_window

        any_script_in_window(None)
        self._closed = True
        self._stop_rate()
        if self.window.frame.isVisible():
            self._keep_layout()
        self.settings.file_folder = self.window.files.folder
        self.controller.close()
        if lost := self.documents.close():
            print(f"attention-geodesics: unsaved work is lost: {lost}", file=sys.stderr)
        self.working.close()
        self.appearance.close()
        self.exporter.close()
        self.runner.close()
        self.window.frame.vanish()
        self.canvas.close()
        self._garbage.close()

    def show_picture(self, path: Path) -> None:
        """Show a photograph in its panel."""
        from app.views.interface.photograph import PictureEdited

        self.controller.on_event(PictureEdited((("source", str(path.absolute())),)))

    def show_heads(self, path: Path) -> None:
        """Show the first head of a file, once the worker has read it."""
        from app.jobs.preparation import HEADS
        from app.views.interface.events import SceneEdited

        self.controller.on_event(SceneEdited(((HEADS, str(path.absolute())),)))

    def _read_scene(self, source: str, then: Callable[[Scene], None]) -> None:
        """Read a scene in place of the changes that are being prepared."""
        if self.controller.editor.task is not None:
            self.controller.give_up(self.controller.editor.task)
        self._reader.read(source, then)

    def present(self) -> None:
        """Start or end presentation mode; the panel of the current lesson stays."""
        from app.parts.lessons import LessonPart

        self.window.presenter.toggle()
        if self.window.presenter.is_on:
            self.controller.part(LessonPart).bring()

    def _show_rate(self) -> None:
        drawn, self._drawn = self.canvas.frames - self._drawn, self.canvas.frames
        self.window.set_rate(f"{drawn * 1000 // RATE_MS} fps" if drawn else "")

    def prefer(self) -> None:
        """Show the preferences."""
        self.window.show_preferences(self.settings.preferences, self._adapters, self._change)

    def _change(self, chosen: Preferences) -> None:
        from app.jobs.worker import OpenJob

        before, self.settings.preferences = self.settings.preferences, chosen
        self.appearance.follow()
        self._apply(chosen)
        if (before.engine, before.adapter) != (chosen.engine, chosen.adapter):
            self.runner.submit(OpenJob(self._engine(), chosen.adapter))

    def _apply(self, liked: Preferences) -> None:
        """Apply the preferences for numbers."""
        from app.views.text.number_format import Numbers

        self.controller.prefer(
            Numbers(liked.digits, liked.unit), (liked.live_steps, liked.final_steps)
        )

    def examine(self) -> None:
        """Submit the doctor's diagnosis to the worker."""
        from app.jobs.diagnosis import DoctorJob

        self.window.log("checking every kernel …")
        self.runner.submit(DoctorJob(self.canvas.renderer))
