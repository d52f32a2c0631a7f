"""The title of the window: the file, the scene and the program."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


class Caption:
    """Composes the title of a window; a dot before it says that there are changes."""

    def __init__(self, frame: QWidget, program: str) -> None:
        self._frame, self._program = frame, program
        self._scene, self._file, self._unsaved = "", "", False

    def set_scene(self, title: str) -> None:
        """Set the title of the scene."""
        self._scene = title
        self._show()

    def set_document(self, file: str, unsaved: bool) -> None:
        """Set the scene's file ("" if it has none) and whether there are changes."""
        if (file, unsaved) != (self._file, self._unsaved):
            self._file, self._unsaved = file, unsaved
            self._show()

    def _show(self) -> None:
        parts = [part for part in (self._file, self._scene, self._program) if part]
        self._frame.setWindowTitle(("• " if self._unsaved else "") + " — ".join(parts))
