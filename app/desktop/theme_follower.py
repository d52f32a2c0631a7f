"""The theme: the system's, unless the user chose one; and the size of letters and lines.

Both are applied to window, plots and canvas together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.model.preferences import Preferences
from app.views.interface.theme import DARK, LIGHT, Theme


def theme_of(pinned: str) -> Theme:
    """Return the theme of a preference; "system" is dark if the system has no preference."""
    if pinned == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme == Qt.ColorScheme.Light else DARK
    return LIGHT if pinned == "light" else DARK


class Themed(Protocol):
    """The interface of a window or canvas with a theme."""

    def set_theme(self, theme: Theme) -> None: ...


class Sized(Protocol):
    """The interface of what scales letters and lines."""

    def set_size(self, size: float) -> None: ...


class Still(Protocol):
    """The interface of what performs steps that are seen together."""

    def begin(self, *steps: Callable[[], None]) -> None: ...


class Dressed(Protocol):
    """The interface of the window."""

    @property
    def presenter(self) -> Sized: ...
    @property
    def stillness(self) -> Still: ...
    def themed(self, theme: Theme) -> Sequence[Callable[[], None]]: ...


class Preferring(Protocol):
    """The interface of the stored preferences."""

    preferences: Preferences


class Appearance:
    """Applies the preferred theme and size to canvas and window."""

    def __init__(self, canvas: Themed, window: Dressed, settings: Preferring, theme: Theme) -> None:
        self._canvas, self._window, self._settings = canvas, window, settings
        self.theme = theme
        self._hints = QGuiApplication.styleHints()
        self._hints.colorSchemeChanged.connect(self.follow)
        self.follow()

    @property
    def style(self) -> str:
        """The figure style that matches the theme."""
        return "dark" if self.theme == DARK else "print"

    def follow(self) -> None:
        """Apply the currently preferred theme and size."""
        self._window.presenter.set_size(self._settings.preferences.size / 100)
        theme = theme_of(self._settings.preferences.theme)
        if theme != self.theme:
            self.theme = theme
            self._window.stillness.begin(
                *self._window.themed(theme), partial(self._canvas.set_theme, theme)
            )

    def switch(self) -> None:
        """Switch to the other theme."""
        other = "light" if self.theme == DARK else "dark"
        self._settings.preferences = replace(self._settings.preferences, theme=other)
        self.follow()

    def close(self) -> None:
        """Stop following the system."""
        self._hints.colorSchemeChanged.disconnect(self.follow)
