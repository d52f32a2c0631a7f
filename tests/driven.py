"""A window of its own process that says what it shows: each line on its standard input asks once."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QSettings, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.main import Program
from app.model import scene_file
from app.parts.lessons import LessonPart
from app.parts.timeline import TimelinePart
from app.views.qt.window.settings import Settings
from tests.windows import live

SIZE = (1100, 720)  # small, since software draws every pixel
PAUSE_MS = 20  # before an answer, so that repeated requests do not block the window
SHOWN = ("family", "alpha", "view", "vector", "playhead", "title", "loop", "timeline")


def middle_of(widget: QWidget) -> list[int]:
    at = widget.mapToGlobal(widget.rect().center())
    return [at.x(), at.y()]


def pins(program: Program) -> dict[str, list[int]]:
    """Where on the screen the pins are."""
    canvas, found = program.canvas, {}
    for name, (x, y) in canvas.targets().items():
        scale = canvas.magnified
        at = canvas.native.mapToGlobal(QPoint(round(scale * x), round(scale * y)))
        found[name] = [at.x(), at.y()]
    return found


def box(program: Program) -> list[int]:
    """Left, top, right and bottom of the plot on the screen."""
    left, top, right, bottom = (program.canvas.magnified * x for x in program.canvas.frame.box)
    at = program.canvas.native.mapToGlobal(QPoint(0, 0))
    return [
        round(at.x() + left),
        round(at.y() + top),
        round(at.x() + right),
        round(at.y() + bottom),
    ]


def seconds(program: Program) -> float:
    """The time on the timeline's strip; 0 before it is shown."""
    return float((program.window.timeline.strip.accessibleDescription() or "0").split()[0])


def snapshot(program: Program) -> dict[str, Any]:
    """The state of the window, and the widget that has the focus."""
    scene, frame = program.store.scene, program.window.frame
    focus, popup = QApplication.focusWidget(), QApplication.activePopupWidget()
    lesson = program.controller.part(LessonPart)
    answered = program.controller.answers.path is not None and not program.runner.pending()
    return {
        **{name: value for name, value in asdict(scene).items() if name in SHOWN},
        "rested": answered and program.window.is_furnished,
        "layers": asdict(scene.layers),
        "pins": pins(program),
        "box": box(program),
        "at": [scene.start.theta, scene.end.theta] if scene.start and scene.end else [],
        "window": frame.windowTitle(),
        "status": frame.statusBar().currentMessage() or program.window.status_words.text(),
        "focus": focus.accessibleName() if focus else "",
        "described": focus.accessibleDescription() if focus else "",
        "clipboard": QApplication.clipboard().text(),
        "active": type(QApplication.activeWindow()).__name__,
        "popup": type(popup).__name__ if popup else "",
        "dialogs": [type(w).__name__ for w in QApplication.topLevelWidgets()
                    if w.isVisible() and w is not frame and w is not popup],
        "playing": program.controller.part(TimelinePart).is_playing,
        "time": seconds(program),
        "pause": program.window.timeline.button.is_playing,
        "lesson": lesson.lesson.name if lesson.lesson else "",
        "step": lesson.at,
        "framed": frame.frameGeometry().height() > frame.height(),
        "full": frame.size() == frame.screen().size(),
        "presents": program.window.presenter.is_on,
        "holds": program.canvas.holds(),
        "places": {w.accessibleName(): middle_of(w) for w in frame.findChildren(QWidget)
                   if w.isVisible() and w.accessibleName() and not isinstance(w, QLabel)},
    }  # fmt: skip


def answer(program: Program) -> None:
    """Answer one line once all is handled that mouse and keyboard did before; an exception is an
    answer too, so that the other process does not wait.
    """
    try:
        live(program)
        seen = snapshot(program)
    except Exception:
        program.application.exit(1)
        raise
    sys.stdout.write(json.dumps(seen) + "\n")
    sys.stdout.flush()


def listen(program: Program) -> None:
    for _ in sys.stdin:
        program.window.post(lambda: QTimer.singleShot(PAUSE_MS, lambda: answer(program)))
    program.window.post(lambda: program.application.exit(0))


def main(folder: Path, scene: str) -> int:
    store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    program = Program(scene_file.load(scene), "reference", Settings(store, folder / "unsaved"))
    program.window.frame.resize(*SIZE)
    threading.Thread(target=listen, args=(program,), daemon=True).start()
    return program.run()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
