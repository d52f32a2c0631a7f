"""The picture panel: a photograph, its lattice of patches, and a path between two of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.views.interface.events import CommandInvoked, Handler
from app.views.interface.photograph import PictureEdited, PictureState
from app.views.interface.theme import Theme
from app.views.qt.style.style import fixed
from app.views.qt.widgets import plots
from app.views.qt.widgets.settings_form import SettingsForm
from app.views.qt.widgets.widgets import WIDE, label, panel, scrolling

HEIGHT, SIDE, PIN, ABOVE = 150, 250, 20, 10
# share of the photograph visible through a map
STRENGTH = 0.6
HINT = (
    "Click one patch for A and another for B, or drag them: the curve is the shortest path "
    "through the lattice. The wheel zooms in and out, and a drag beside the pins moves the picture. "
    "Arrow keys move a pin, Enter chooses the other one; + and − zoom, and Ctrl with arrow keys moves "
    "the picture."
)
NEAREST = 1.5  # patches that the picture shows at least in each direction
MARGIN = 0.01  # of the whole picture
# of what is seen: by how much a key zooms and moves
ZOOM, MOVE = 0.8, 0.1
ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
ZOOMS = {Qt.Key.Key_Plus: ZOOM, Qt.Key.Key_Equal: ZOOM, Qt.Key.Key_Minus: 1 / ZOOM}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
OTHER = {"start": "end", "end": "start"}


class PhotographPanel:
    """Draws plain data; clicks place A and B alternately, and arrow keys move the one placed next."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._state: PictureState | None = None
        self._next = "start"
        self.widget, column = panel(WIDE)
        row = QHBoxLayout()
        column.addLayout(row, 1)
        self.plot = _blank(self._press, self._ring)
        self._make_items()
        self._whole = QRectF()
        row.addWidget(self.plot, 1)
        row.addWidget(scrolling(self._make_side(), "Settings of the picture"))
        self.plot.scene().sigMouseClicked.connect(self._click)
        self.plot.getViewBox().sigRangeChangedManually.connect(self._keep_inside)
        self.set_theme(theme)

    def _make_side(self) -> QWidget:
        """Make the column beside the photograph: settings and description."""
        widget, side = panel(SIDE)
        self.form = SettingsForm(self._change, SIDE - 30)
        self.open = QPushButton("Open picture…")
        self.open.clicked.connect(lambda: self._emit(CommandInvoked("open_picture")))
        self.words = label("", "quiet", wrap=True)
        self.note = label("", "warning", wrap=True)
        side.addWidget(self.words)
        side.addWidget(self.note)
        side.addWidget(self.form.widget)
        side.addWidget(self.open)
        side.addStretch(1)
        fixed(widget, SIDE)
        return widget

    def _make_items(self) -> None:
        self._photograph = pg.ImageItem(axisOrder="row-major")
        self._map = pg.ImageItem(axisOrder="row-major", opacity=STRENGTH)
        self._map.setColorMap(pg.colormap.get("viridis"))
        self._circles = pg.PlotCurveItem(connect="finite")
        self._casing, self._way = pg.PlotCurveItem(), pg.PlotCurveItem()
        for item in (self._photograph, self._map, self._circles, self._casing, self._way):
            self.plot.addItem(item)
        self.pins: dict[str, pg.TargetItem] = {}

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        self.plot.setBackground(theme.panel)
        # on the photograph, in every theme: white with a black outline is legible on the map's
        # colours
        self._circles.setPen(pg.mkPen(255, 255, 255, 170, width=1))
        self._casing.setPen(pg.mkPen(0, 0, 0, 190, width=6))
        self._way.setPen(pg.mkPen("#ffffff", width=3))
        for pin in self.pins.values():
            self.plot.removeItem(pin)
        self.pins = {
            name: self._pin(name, letter, theme.pin(letter))
            for name, letter in (("start", "A"), ("end", "B"))
        }
        self._ring()
        self.show(self._state)

    def _pin(self, name: str, letter: str, colour: str) -> pg.TargetItem:
        pin = pg.TargetItem(
            size=PIN, symbol="o", movable=True,
            pen=pg.mkPen(self._theme.pin_ink, width=2), brush=colour, hoverBrush=colour,
        )  # fmt: skip
        pin.setLabel(letter, {"color": self._theme.pin_ink, "anchor": (0.5, 0.5), "offset": (0, 0)})
        pin.setZValue(ABOVE)
        pin.sigPositionChanged.connect(lambda: self._put(name, pin.pos().x(), pin.pos().y()))
        self.plot.addItem(pin)
        return pin

    def show(self, state: PictureState | None) -> None:
        """Show a state without telling it back."""
        self._state = state
        if state is None:
            return
        self.form.show(state.settings)
        self.words.setText(state.words)
        self.plot.setAccessibleDescription(state.words)
        self.note.setText(f"⚠ {state.note}" if state.note else "")
        self.note.setVisible(bool(state.note))
        drawn = state.image is not None
        for item in (self._photograph, self._map, self._circles, self._casing, self._way):
            item.setVisible(drawn)
        for pin in self.pins.values():
            pin.setVisible(drawn)
        if drawn:
            self._draw(state)

    def _draw(self, state: PictureState) -> None:
        columns, rows = state.size
        whole = QRectF(0, 0, columns, rows)
        self._photograph.setImage(state.image, autoLevels=False, levels=(0, 255))
        self._photograph.setRect(whole)
        self._map.setVisible(state.shown is not None)
        if state.shown is not None:
            self._map.setImage(state.shown, autoLevels=False, levels=_apart(*state.limits))
            self._map.setRect(whole)
        nothing = np.zeros((0, 2))
        self._circles.setData(*(nothing if state.circles is None else state.circles).T)
        way = nothing if state.way is None else state.way
        self._casing.setData(*way.T)
        self._way.setData(*way.T)
        for name, end in (("start", 0), ("end", -1)):
            pin = self.pins[name]
            # during a drag the pointer determines the position
            if len(way) and not pin.moving:
                with QSignalBlocker(pin):
                    pin.setPos(*way[end])
        if whole != self._whole:
            # a picture that is only computed with other settings stays where it was moved to
            self._whole = whole
            self.plot.setLimits(minXRange=NEAREST, minYRange=NEAREST)
            self.plot.setRange(whole, padding=MARGIN)

    def _keep_inside(self) -> None:
        """Show the whole picture again once the view is larger; else keep the view on the picture."""
        box, whole = self.plot.getViewBox(), self._whole
        seen = box.viewRect()
        if seen.width() >= whole.width() and seen.height() >= whole.height():
            self.plot.setRange(whole, padding=MARGIN)
            return
        middle = seen.center()
        x = _clamped(middle.x(), whole.left(), whole.right(), seen.width())
        y = _clamped(middle.y(), whole.top(), whole.bottom(), seen.height())
        box.translateBy(x=x - middle.x(), y=y - middle.y())

    def _change(self, field: str, value: object) -> None:
        self._emit(PictureEdited(((field, value),)))

    def _put(self, name: str, x: float, y: float) -> None:
        if self._state is not None:
            columns, rows = self._state.size
            self._change(name, (x / columns, y / rows))

    def _click(self, event: plots.Click) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._state is None:
            return
        at = self.plot.getViewBox().mapSceneToView(event.scenePos())
        columns, rows = self._state.size
        if 0 <= at.x() < columns and 0 <= at.y() < rows:
            self._put(self._next, at.x(), at.y())
            self._next = OTHER[self._next]
            self._ring()

    # --- keys ---------------------------------------------------------------------------------
    def _press(self, event: QKeyEvent) -> bool:
        """Zoom, move the view or the next pin, or choose the other pin; False for other keys."""
        key, held = Qt.Key(event.key()), event.modifiers() & ~plots.PLAIN
        control = held == Qt.KeyboardModifier.ControlModifier
        if self._state is None or self._state.image is None or (held and not control):
            return False
        if key in ZOOMS:
            self._zoom(ZOOMS[key])
        elif key in ARROWS and control:
            self._shift(*ARROWS[key])
        elif key in ARROWS:
            self._step(*ARROWS[key])
        elif key in ENTER and not control:
            self._next = OTHER[self._next]
            self._ring()
        else:
            return False
        return True

    def _ring(self) -> None:
        """Ring the pin that keys move, while they do."""
        for name, pin in self.pins.items():
            ringed = self.plot.hasFocus() and name == self._next
            ink = "#ffffff" if ringed else self._theme.pin_ink
            pin.setPen(pg.mkPen(ink, width=4 if ringed else 2))

    def _place(self) -> QPointF:
        """Return the place of the pin that keys move."""
        at = self.pins[self._next].pos()
        return QPointF(at.x(), at.y())

    def _zoom(self, by: float) -> None:
        self.plot.getViewBox().scaleBy((by, by), center=self._place())
        self._keep_inside()

    def _shift(self, dx: int, dy: int) -> None:
        box = self.plot.getViewBox()
        seen = box.viewRect()
        box.translateBy(x=dx * MOVE * seen.width(), y=dy * MOVE * seen.height())
        self._keep_inside()

    def _step(self, dx: int, dy: int) -> None:
        """Move the pin to the next patch, as far as there is one."""
        at = self._place()
        x = min(max(at.x() + dx, 0.5), self._whole.width() - 0.5)
        y = min(max(at.y() + dy, 0.5), self._whole.height() - 0.5)
        self.pins[self._next].setPos(x, y)


class _Keyed(pg.PlotWidget):  # type: ignore[misc]
    """A plot that hands keys to ``press``, which says whether it used them, and calls ``entered`` when
    it gets or loses the keyboard.
    """

    press: Callable[[QKeyEvent], bool]
    entered: Callable[[], None]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press(event):
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.entered()


def _blank(press: Callable[[QKeyEvent], bool], entered: Callable[[], None]) -> pg.PlotWidget:
    """Return a plot without axes, y down, with equal scales."""
    plot = plots.plot("Picture with its patches", _Keyed)
    plot.press, plot.entered = press, entered
    plot.setObjectName("keyed")
    plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    plot.setToolTip(HINT)
    plot.setMinimumHeight(HEIGHT)
    # as high as there is room, without making the panel scroll
    plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
    plot.setAspectLocked(True)
    plot.setMouseEnabled(True, True)
    plot.invertY(True)
    for axis in ("left", "bottom"):
        plot.hideAxis(axis)
    return plot


def _clamped(middle: float, low: float, high: float, length: float) -> float:
    """Return the middle of a view of some length that lies within low and high, or around them."""
    if length >= high - low:
        return (low + high) / 2
    return min(max(middle, low + length / 2), high - length / 2)


def _apart(low: float, high: float) -> tuple[float, float]:
    """Separate equal limits, so that a constant map is drawn in its middle colour."""
    return (low, high) if high > low else (low - 0.5, high + 0.5)
