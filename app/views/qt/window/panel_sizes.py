"""Sizes of panels: as the user made them, shared out by the room that a window has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, pairwise

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar

AREAS = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.TopDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
COLUMNS = AREAS[:2]
MOST = 10_000  # pixels of a size
FIRM = 390  # that the firm panel takes of a low column


class PanelSizes:
    """The sizes that panels should have.

    What they have depends on these and on the window alone, never on the sizes in between: a window
    that shrank and grew again looks as before.  ``firm``: a panel that gets its height before others,
    up to half of a high column.
    """

    def __init__(self, frame: QMainWindow, docks: Mapping[str, QDockWidget], firm: str) -> None:
        self._frame, self._docks, self._firm = frame, docks, firm
        self._wanted: dict[str, QSize] = {}
        self._pressed: dict[str, QSize] = {}
        self._tried: dict[Qt.DockWidgetArea, object] = {}  # what Qt was asked for last

    def set(self, wanted: Mapping[str, QSize]) -> None:
        """Set all sizes; a panel without one gets it when it is first arranged."""
        self._wanted = dict(wanted)

    @property
    def text(self) -> str:
        """The sizes as text, for saving."""
        return json.dumps({title: size.toTuple() for title, size in self._wanted.items()})

    def read(self, text: str) -> None:
        """Set the sizes as saved; sizes that are not valid are left out."""
        try:
            found = json.loads(text)
        except ValueError:
            found = {}
        known = found.items() if isinstance(found, dict) else ()
        self.set({name: QSize(*size) for name, size in known if _is_size(size)})

    # --- what the user does ------------------------------------------------------------------
    def press(self) -> None:
        """Note that a border between panels may be moved."""
        self._pressed = {title: dock.size() for title, dock in self._docks.items()}

    def release(self) -> None:
        """Take the sizes of the panels whose border was moved."""
        before, self._pressed = self._pressed, {}
        self.settle()
        self._learn(d for t, d in self._docks.items() if t in before and d.size() != before[t])

    def _learn(self, docks: Iterator[QDockWidget]) -> None:
        for dock in [dock for dock in docks if not dock.visibleRegion().isEmpty()]:
            for each in self._group(dock):
                self._wanted[each.objectName()] = dock.size()

    # --- what the window has room for --------------------------------------------------------
    def forget(self) -> None:
        """Ask Qt again for sizes that it did not give."""
        self._tried.clear()

    def apply(self) -> None:
        """Give all panels that are seen their sizes."""
        self.settle()
        for area in AREAS:
            if docks := self._seen(area):
                self._share(area, docks)
        self.settle()
        new = (d for area in AREAS for d in self._seen(area) if d.objectName() not in self._wanted)
        self._learn(new)

    def settle(self) -> None:
        """Let Qt finish its layout now."""
        layout = self._frame.layout()
        assert layout is not None
        layout.activate()

    def _share(self, area: Qt.DockWidgetArea, docks: Sequence[QDockWidget]) -> None:
        """Share out a column or a row."""
        upright = area in COLUMNS
        room = sum(_along(dock.size(), upright) for dock in docks)
        wanted = [self._want(dock) for dock in docks]
        sizes = shares(
            room, [_along(size, upright) for size in wanted], self._least(docks, room, upright)
        )
        thick = _along(wanted[0], not upright)
        have = [_along(dock.size(), upright) for dock in docks]
        asked = (docks, sizes, thick)
        if asked == self._tried.get(area) or (
            (sizes, thick) == (have, _along(docks[0].size(), not upright))
        ):
            return
        self._tried[area] = asked
        bars = [self._bar(dock) for dock in docks]
        down, across = Qt.Orientation.Vertical, Qt.Orientation.Horizontal
        if upright:
            sizes = [size + bar for size, bar in zip(sizes, bars, strict=True)]
            self._frame.resizeDocks(docks, sizes, down)
            self._frame.resizeDocks(docks[:1], [thick], across)
        else:
            self._frame.resizeDocks(docks, sizes, across)
            self._frame.resizeDocks(docks[:1], [thick + bars[0]], down)

    def _least(self, docks: Sequence[QDockWidget], room: int, upright: bool) -> list[int]:
        """Return the least sizes; the firm panel's is what it wants, as far as there is room, and not
        more than half of it in a high column.
        """
        least = [_along(dock.minimumSizeHint(), upright) for dock in docks]
        for i, dock in enumerate(docks):
            if dock.objectName() == self._firm:
                spare = room - sum(least) + least[i]
                most = min(spare, max(FIRM, room // 2))
                least[i] = max(least[i], min(_along(self._want(dock), upright), most))
        return least

    def _seen(self, area: Qt.DockWidgetArea) -> list[QDockWidget]:
        """Return the panels of an area in order; of those that share a place, the one in front."""
        seen = [
            dock
            for dock in self._docks.values()
            if self._frame.dockWidgetArea(dock) == area
            and not (dock.isHidden() or dock.isFloating() or dock.visibleRegion().isEmpty())
        ]
        return sorted(seen, key=lambda dock: dock.pos().toTuple()[:: 1 if area in COLUMNS else -1])

    def _group(self, dock: QDockWidget) -> list[QDockWidget]:
        """Return the open panels that share a place, ``dock`` among them."""
        return [dock, *(d for d in self._frame.tabifiedDockWidgets(dock) if not d.isHidden())]

    def _want(self, dock: QDockWidget) -> QSize:
        """Return the size of a place: the largest of those of its panels."""
        size = QSize()
        for each in self._group(dock):
            size = size.expandedTo(self._wanted.get(each.objectName(), QSize()))
        return size if size.isValid() else dock.size()

    def _bar(self, dock: QDockWidget) -> int:
        """Return the height of the tabs below a panel, which Qt counts as part of its place."""
        if len(self._group(dock)) == 1:
            return 0
        below = dock.geometry().bottomLeft()
        bars = [b for b in self._frame.findChildren(QTabBar) if b.parent() is self._frame]
        return next((b.height() for b in bars if b.isVisible() and b.pos().x() == below.x()
                     and 0 <= b.pos().y() - below.y() <= 2), 0)  # fmt: skip


def shares(room: int, wanted: Sequence[int], least: Sequence[int]) -> list[int]:
    """Return sizes of the sum ``room`` in the ratios of ``wanted``, each not below its ``least``.

    Those that would be below it get it, and the others share the rest.  If ``room`` is too small for
    all, the sum is larger.
    """
    sizes, free, small = list(least), list(range(len(wanted))), [-1]
    while small:
        whole = sum(wanted[i] for i in free)
        rest = room - sum(least[i] for i in range(len(wanted)) if i not in free)
        small = [i for i in free if wanted[i] * rest < least[i] * whole]
        free = [i for i in free if i not in small]
    edges = (
        [round(rest * end / whole) for end in accumulate(wanted[i] for i in free)] if free else []
    )
    for i, (start, end) in zip(free, pairwise([0, *edges]), strict=True):
        sizes[i] = end - start
    return sizes


def _along(size: QSize, upright: bool) -> int:
    return size.height() if upright else size.width()


def _is_size(size: object) -> bool:
    """Whether a value read from text is a width and a height."""
    return (
        isinstance(size, list)
        and len(size) == 2
        and all(type(each) is int and 0 < each <= MOST for each in size)
    )
