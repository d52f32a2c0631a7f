"""Widgets made from descriptions: a paragraph, a table, a plot."""

from __future__ import annotations

from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from app.views.interface.package_panel import Block, Plot, Table, Words
from app.views.interface.theme import Theme
from app.views.qt.style.text import make_rich, title_axis
from app.views.qt.widgets import plots
from app.views.qt.widgets.widgets import label

HEIGHT, WIDTH = 190, 2


class Described:
    """One block; `show` fills it with another one of the same `form`."""

    def __init__(self, widget: QWidget) -> None:
        self.widget = widget

    def show(self, block: Block) -> None:
        """Show a block of the same form in the widget."""


def form(block: Block) -> object:
    """Return what two blocks have in common that one widget can show."""
    match block:
        case Words():
            return Words
        case Table():
            return block.header, len(block.rows), len(block.rows[0]) if block.rows else 0
        case Plot():
            return block.title, block.x, block.y, tuple(block.curves)


def made(block: Block, theme: Theme) -> Described:
    """Return the widget of a block, empty."""
    match block:
        case Words():
            return _Paragraph()
        case Table():
            return _Grid(block)
        case Plot():
            return _Curves(block, theme)


class _Paragraph(Described):
    def __init__(self) -> None:
        self._label = label("", wrap=True)
        super().__init__(self._label)

    def show(self, block: Block) -> None:
        assert isinstance(block, Words)
        self._label.setText(block.text)


class _Grid(Described):
    """Labels in rows and columns, the header among them."""

    def __init__(self, table: Table) -> None:
        super().__init__(QWidget())
        grid = QGridLayout(self.widget)
        grid.setContentsMargins(0, 0, 0, 0)
        for column, text in enumerate(table.header):
            grid.addWidget(label(text, "quiet"), 0, column)
        self._cells: list[list[QLabel]] = []
        for i, row in enumerate(table.rows, 1):
            self._cells.append([label("", wrap=True) for _ in row])
            for column, cell in enumerate(self._cells[-1]):
                grid.addWidget(cell, i, column)

    def show(self, block: Block) -> None:
        assert isinstance(block, Table)
        for cells, row in zip(self._cells, block.rows, strict=True):
            for cell, text in zip(cells, row, strict=True):
                cell.setText(text)


class _Curves(Described):
    """A plot, and below it the names of its curves in their colours."""

    def __init__(self, plot: Plot, theme: Theme) -> None:
        super().__init__(QWidget())
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label(plot.title, "quiet", wrap=True))
        self._plot = plots.plot(plot.title)
        self._plot.setFixedHeight(HEIGHT)
        plots.paint(self._plot, theme)
        title_axis(self._plot, "bottom", plot.x)
        title_axis(self._plot, "left", plot.y)
        column.addWidget(self._plot)
        self._items: dict[str, pg.PlotDataItem] = {}
        for i, name in enumerate(plot.curves):
            pen = pg.mkPen(theme.group(i), width=WIDTH)
            self._items[name] = pg.PlotDataItem(pen=pen, connect="finite")
            self._plot.addItem(self._items[name])
        names = " &nbsp; ".join(
            f'<span style="color:{theme.group(i)}">━</span> {escape(name)}'
            for i, name in enumerate(plot.curves)
        )
        legend = make_rich(label("", wrap=True))
        legend.setText(names)
        column.addWidget(legend)

    def show(self, block: Block) -> None:
        assert isinstance(block, Plot)
        for name, xy in block.curves.items():
            self._items[name].setData(xy[:, 0], xy[:, 1])
        self._plot.setAccessibleDescription(
            "; ".join(map(_said, block.curves, block.curves.values())) or "Nothing is drawn."
        )


def _said(name: str, xy: np.ndarray) -> str:
    """Describe a curve for screen readers."""
    y = xy[np.isfinite(xy).all(axis=1), 1]
    return f"{name}: from {y[0]:.3g} to {y[-1]:.3g}" if len(y) else f"{name}: no values"
