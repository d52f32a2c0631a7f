"""Commands that copy the canvas's picture, light or dark, or the scene's caption."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from app.views.interface.theme import DARK, LIGHT, Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.controller.controller import Controller


class Seen(Protocol):
    """A canvas that returns its picture as RGBA pixels (rows, columns, 4), in its theme."""

    theme: Theme

    def image(self) -> NDArray[np.uint8]: ...
    def set_theme(self, theme: Theme) -> None: ...


class Log(Protocol):
    """A window that logs messages."""

    def log(self, words: str) -> None: ...


def commands(
    application: QApplication, canvas: Seen, window: Log, controller: Controller
) -> dict[str, Callable[[], None]]:
    """Return the commands that copy, by name; each logs its result in ``window``."""

    def copy_picture(theme: Theme | None = None) -> None:
        from PySide6.QtGui import QImage

        shown = canvas.theme
        if theme is not None and theme is not shown:
            canvas.set_theme(theme)
        pixels = canvas.image()
        if canvas.theme is not shown:
            canvas.set_theme(shown)
        height, width = pixels.shape[:2]
        picture = QImage(pixels.tobytes(), width, height, QImage.Format.Format_RGBA8888)
        application.clipboard().setImage(picture.copy())
        window.log("the picture is on the clipboard")

    def copy_caption() -> None:
        from app.export import page

        words = page.caption_of(controller.store.scene, controller.answers.exact)
        if words:
            application.clipboard().setText(words)
        window.log("the caption is on the clipboard" if words else "no geodesic is known yet")

    return {
        "copy_picture": copy_picture,
        "copy_light": partial(copy_picture, LIGHT),
        "copy_dark": partial(copy_picture, DARK),
        "copy_caption": copy_caption,
    }
