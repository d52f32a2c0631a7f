"""The panel of an installed package: paragraphs, tables and plots from a description."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.views.interface.package_panel import Block, PackagePanelState
from app.views.interface.theme import Theme
from app.views.qt.widgets.described import Described, form, made
from app.views.qt.widgets.widgets import WIDE, label, panel


class PackagePanel:
    """Widgets are kept while the description has the same form, and made again otherwise."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._state: PackagePanelState | None = None
        self._forms: list[object] = []
        self._described: list[Described] = []
        self.widget, self._column = panel(WIDE)
        self._problem = label("", wrap=True)
        self._column.addWidget(self._problem)
        self._inner = QWidget()
        self._column.addWidget(self._inner)
        self._column.addStretch(1)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme, self._forms = theme, []
        self.show(self._state)

    def show(self, state: PackagePanelState | None) -> None:
        """Show a description; None clears it."""
        self._state = state
        state = state or PackagePanelState()
        self._problem.setText(f"⚠ {state.problem}" if state.problem else "")
        self._problem.setVisible(bool(state.problem))
        forms = list(map(form, state.blocks))
        if forms != self._forms:
            self._forms = forms
            self._make(state.blocks)
        for described, block in zip(self._described, state.blocks, strict=True):
            described.show(block)

    def _make(self, blocks: tuple[Block, ...]) -> None:
        self._inner.hide()  # until the event loop deletes it
        self._column.removeWidget(self._inner)
        self._inner.deleteLater()
        self._inner = QWidget()
        inner = QVBoxLayout(self._inner)
        inner.setContentsMargins(0, 0, 0, 0)
        self._described = [made(block, self._theme) for block in blocks]
        for described in self._described:
            inner.addWidget(described.widget)
        self._column.insertWidget(1, self._inner)
