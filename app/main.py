"""The composition root of the window: makes engine thread, store, views and controller, joins them."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

OPENED = (
    "Scenes and figures (*.json *.png *.svg *.pdf *.mp4 *.webm *.gif);;Scenes (*.json);;"
    "All files (*)"
)
TOLD_MS = 6000


def run(chosen: argparse.Namespace) -> int:
    """Open the window and stay until it is closed."""
    if not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform != "linux"
    ):
        print(
            "attention-geodesics: there is no display to open a window on; "
            "make a picture with: attention-geodesics render bank -o picture.png",
            file=sys.stderr,
        )
        return 2
    from app.model import session

    scene_name = chosen.scene or session.names()[0]
    try:
        scene = session.load(scene_name)
    except session.NotAScene as problem:
        print(f"attention-geodesics: {problem}", file=sys.stderr)
        return 2
    program = Program(scene, chosen.engine)
    if chosen.scene and Path(chosen.scene).is_file():
        program.opened(Path(chosen.scene))
    return program.run()


class Program:
    """One window with all that stands behind it."""

    def __init__(self, scene: Any, engine: str = "auto") -> None:
        # vispy's canvas is black under Qt's native Wayland platform: go through XWayland
        if os.environ.get("WAYLAND_DISPLAY") and os.environ.get("DISPLAY"):
            os.environ.setdefault("QT_QPA_PLATFORM", "xcb")
        from app.controller.jobs import PathJob
        from app.controller.plan import Viewport, jobs
        from app.controller.runner import Runner

        # the device opens and the kernels of a live path compile while the window is built
        self._early: list[Any] | None = []
        self._mail = threading.Lock()
        self.runner = Runner(self._deliver, engine)
        self.runner.submit(jobs(scene, Viewport(dragging=True))[PathJob])
        from PySide6.QtGui import QSurfaceFormat
        from PySide6.QtWidgets import QApplication
        from vispy import app as vispy_app

        from app.controller.commands import COMMANDS, GESTURES
        from app.controller.controller import Controller
        from app.exporter import Exporter
        from app.model.store import Store
        from app.views.qt.style import dress
        from app.views.qt.window import MainWindow
        from app.views.theme import DARK

        # waiting for the screen's refresh would hold up the answers to the next moves
        surface = QSurfaceFormat.defaultFormat()
        surface.setSwapInterval(0)
        QSurfaceFormat.setDefaultFormat(surface)
        existing = QApplication.instance()
        self.application = (
            existing
            if isinstance(existing, QApplication)
            else QApplication(["attention-geodesics"])
        )
        dress(self.application, DARK)
        vispy_app.use_app("pyside6")
        from app.views.canvas.canvas import VispyCanvas

        self.path: Path | None = None
        self.canvas = VispyCanvas((900, 700), DARK)
        self.window = MainWindow(self.canvas.native, COMMANDS, DARK)
        self.store = Store(scene)
        self.controller = Controller(self.store, self.canvas, self.window, self.runner)
        self.exporter = Exporter(self.window, self.store, self._canvas_size, self._told, engine)
        self.controller.commands |= {
            "new": self.new,
            "open": self.open,
            "save": self.save,
            "save_as": self.save_as,
            "copy_picture": self.copy_picture,
            **self.exporter.commands(),
            "quit": self.application.quit,
            "about": self.about,
            "palette": self.window.show_palette,
            "shortcuts": lambda: self.window.show_keys(GESTURES),
        }
        with self._mail:
            early, self._early = self._early or [], None
        for message in early:
            self._deliver(message)

    def _deliver(self, message: Any) -> None:
        """Hand a message of the worker to the GUI thread, or keep it until there is one."""
        with self._mail:
            if self._early is not None:
                self._early.append(message)
                return
        self.window.post(lambda: self.controller.on_message(message))

    def run(self) -> int:
        """Show the window until it is closed, or SIGINT or SIGTERM comes."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.application.quit())
        # Python sees signals only when it runs: let it, now and then
        stop = self.window.every(200, lambda: None)
        self.window.frame.show()
        status = self.application.exec()
        stop()
        self.close()
        return int(status)

    def close(self) -> None:
        """End the worker and take the window down."""
        self.exporter.close()
        self.runner.close()
        self.window.frame.close()

    # --- files --------------------------------------------------------------------------------
    def new(self) -> None:
        """The default scene again."""
        from app.model import session

        self.path = None
        self.store.replace(session.load(session.names()[0]))

    def open(self) -> None:
        """Ask for a scene file and show it."""
        from app.model import session

        chosen = self.window.ask_open("Open scene", OPENED)
        if chosen is None:
            return
        try:
            self.store.replace(session.load(chosen))
            self.opened(Path(chosen))
        except session.NotAScene as problem:
            self.window.tell("That is not a scene", str(problem))

    def opened(self, path: Path) -> None:
        """Save to the file that was opened, unless that is a figure with a scene in it."""
        self.path = path if path.suffix.lower() == ".json" else None

    def save(self) -> None:
        """Write to the scene's file, or ask for one."""
        if self.path is None:
            self.save_as()
        else:
            self._save(self.path)

    def save_as(self) -> None:
        """Ask for a file and write the scene there."""
        chosen = self.window.ask_save("Save scene", "Scenes (*.json)")
        if chosen is not None:
            path = Path(chosen)
            self._save(path if path.suffix else path.with_suffix(".json"))

    def _save(self, path: Path) -> None:
        from app.model import session

        try:
            session.save(self.store.scene, path)
            self.path = path
        except OSError as problem:
            self.window.tell("The scene was not saved", f"{path}: {problem.strerror}")

    def copy_picture(self) -> None:
        """Put what the canvas shows on the clipboard."""
        from PySide6.QtGui import QImage

        pixels = self.canvas.image()
        height, width = pixels.shape[:2]
        picture = QImage(pixels.tobytes(), width, height, QImage.Format.Format_RGBA8888)
        self.application.clipboard().setImage(picture.copy())
        self._told("the picture is on the clipboard")

    def _told(self, words: str) -> None:
        self.window.frame.statusBar().showMessage(words, TOLD_MS)

    def _canvas_size(self) -> tuple[int, int]:
        widget = self.canvas.native
        return widget.width(), widget.height()

    def about(self) -> None:
        """What this program is."""
        from app import __version__

        self.window.tell(
            "Attention Geodesics",
            f"Version {__version__}. Shortest paths, parallel transport and curvature of families of "
            "distributions under the Fisher–Rao metric; for one softmax head, of its queries.",
        )
