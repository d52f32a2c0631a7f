"""A grid of heads, each a small picture with a bar below."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QToolTip

from app.views.interface.heads import HeadCell, HeadsState, Place
from app.views.interface.theme import Theme
from app.views.qt.style.text import as_hint
from app.views.qt.widgets.cells import Cells, viridis
from app.views.qt.widgets.speech import describe

EDGE = 18  # for the numbers of layers and heads
SMALLEST, LARGEST = 24, 60  # width of a cell
GAP, BAR = 3, 3


def arranged(state: HeadsState, columns: int, order: str) -> dict[tuple[int, int], Place]:
    """Return the (row, column) of each head: by layer, or sorted by a number, smallest first."""
    if order:
        known = sorted(state.cells, key=lambda place: (state.cells[place].order[order], place))
        return {divmod(i, columns): place for i, place in enumerate(known)}
    lines = -(-state.heads // columns)
    return {
        (layer * lines + head // columns, head % columns): (layer, head)
        for layer in range(state.layers)
        for head in range(state.heads)
    }


class HeadGrid(Cells):
    """Draws a `HeadsState`; ``choose`` receives clicks, ``point`` the head under the pointer."""

    def __init__(
        self, choose: Callable[[Place], None], point: Callable[[Place | None], None], theme: Theme
    ) -> None:
        super().__init__("Grid of heads")
        self.theme = theme
        self._choose, self._point = choose, point
        self._state: HeadsState | None = None
        self._number, self._sorted = "entropy", False
        self.places: dict[tuple[int, int], Place] = {}
        self._columns, self._width = 1, SMALLEST

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.theme = theme
        self.update()

    def show_heads(self, state: HeadsState | None, number: str, by_number: bool) -> None:
        """Show heads with bars of ``number``, sorted by it or by layer."""
        self._state, self._number, self._sorted = state, number, by_number
        self.fit()

    def fit(self) -> None:
        """Arrange the heads in as many columns as there is room for."""
        state = self._state
        if state is None:
            self.places = {}
        else:
            room = max(self.width() - EDGE, SMALLEST)
            self._columns = min(max(room // SMALLEST, 1), state.heads)
            self._width = min(room // self._columns, LARGEST)
            self.places = arranged(state, self._columns, self._number if self._sorted else "")
        rows = 1 + max((row for row, _ in self.places), default=0)
        self.setFixedHeight(EDGE + rows * self._step)
        self.update()

    @property
    def _step(self) -> int:
        """Return the row height; pictures are square."""
        return self._width + BAR + 1

    def box(self, row: int, column: int) -> QRect:
        return QRect(EDGE + column * self._width, EDGE + row * self._step, self._width, self._step)

    def place_at(self, at: QPoint) -> Place | None:
        """Return the head under a point."""
        row, column = (at.y() - EDGE) // self._step, (at.x() - EDGE) // self._width
        return self.places.get((row, column))

    # --- drawing ------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._state is not None:
            self._draw_numbers(painter)
            for (row, column), place in self.places.items():
                self._draw_cell(painter, self.box(row, column), place, self._state)
        painter.end()
        super().paintEvent(event)

    def _draw_numbers(self, painter: QPainter) -> None:
        if self._sorted:
            return
        painter.setPen(QColor(self.theme.muted))
        font = painter.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        middle = Qt.AlignmentFlag.AlignCenter
        for column in range(self._columns):
            box = QRect(EDGE + column * self._width, 0, self._width, EDGE)
            painter.drawText(box, middle, str(column))
        numbers = self._state.numbers if self._state is not None else ()
        for (row, column), (layer, head) in self.places.items():
            if column == 0 and head == 0:
                left = QRect(0, self.box(row, 0).y(), EDGE, self._step)
                painter.drawText(left, middle, str(numbers[layer]))

    def _draw_cell(self, painter: QPainter, box: QRect, place: Place, state: HeadsState) -> None:
        inner = box.adjusted(1, 1, 1 - GAP, 1 - GAP)
        cell = state.cells.get(place)
        above = inner.adjusted(0, 0, 0, -BAR - 1)
        below = QRect(inner.left(), inner.bottom() - BAR + 1, inner.width(), BAR)
        painter.fillRect(above, QColor(self.theme.control))
        painter.fillRect(below, QColor(self.theme.control))
        if cell is not None:
            if cell.picture.size:
                painter.drawImage(above, _image(cell))
            shade = _shade(cell.bars[self._number])
            below.setWidth(max(2, round(cell.bars[self._number] * below.width())))
            painter.fillRect(below, shade)
        if place in (state.current, self.pointed):
            ink = self.theme.accent if place == state.current else self.theme.text
            painter.setPen(QPen(QColor(ink), 2))
            painter.drawRect(inner.adjusted(-1, -1, 1, 1))

    # --- hands --------------------------------------------------------------------------------
    def taken(self, place: Place) -> None:
        """Choose a head."""
        self._choose(place)

    def beside(self, step: tuple[int, int]) -> Place | None:
        """Return the head that an arrow key leads to, from the one pointed at or the current one."""
        if self._state is None:
            return None
        place = self.pointed or self._state.current
        where = {head: at for at, head in self.places.items()}
        row, column = where.get(place, (0, 0))
        return self.places.get((row + step[0], column + step[1]), place)

    def looked_at(self, place: Place | None) -> None:
        """Say the numbers of a head."""
        self._point(place)
        cell = self._state.cells.get(place) if self._state and place else None
        describe(self, cell.words if cell else "")

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.place_at(event.pos())
            cell = self._state.cells.get(place) if self._state and place else None
            QToolTip.showText(event.globalPos(), as_hint(cell.words) if cell else "", self)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(EDGE + self._columns * SMALLEST, self.height())


def _shade(share: float) -> QColor:
    return QColor(*(int(v) for v in viridis()[round(255 * min(max(share, 0.0), 1.0))]))


@lru_cache(maxsize=4096)
def _image(cell: HeadCell) -> QImage:
    level = np.nan_to_num(np.clip(cell.picture[::-1], 0.0, 1.0) * 255).astype(np.uint8)
    pixels = np.ascontiguousarray(viridis()[level])
    rows, columns = level.shape
    image = QImage(pixels.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    return image.copy()
