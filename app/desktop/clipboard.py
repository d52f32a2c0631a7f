"""Commands that copy the canvas's picture, or the scene's caption, to the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.controller.controller import Controller


class Seen(Protocol):
    """A canvas that returns its picture as RGBA pixels (rows, columns, 4)."""

    def image(self) -> NDArray[np.uint8]: ...


class Log(Protocol):
    """A window that logs messages."""

    def log(self, words: str) -> None: ...


def commands(
    application: QApplication, canvas: Seen, window: Log, controller: Controller
) -> dict[str, Callable[[], None]]:
    """Return `copy_picture` and `copy_caption` by name; each logs its result in ``window``."""

    def copy_picture() -> None:
        from PySide6.QtGui import QImage

        pixels = canvas.image()
        height, width = pixels.shape[:2]
        picture = QImage(pixels.tobytes(), width, height, QImage.Format.Format_RGBA8888)
        application.clipboard().setImage(picture.copy())
        window.log("the picture is on the clipboard")

    def copy_caption() -> None:
        from app.export import page

        words = page.caption_of(controller.store.scene, controller.answers.found)
        if words:
            application.clipboard().setText(words)
        window.log("the caption is on the clipboard" if words else "no geodesic is known yet")

    return {"copy_picture": copy_picture, "copy_caption": copy_caption}
