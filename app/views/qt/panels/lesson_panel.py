"""The lesson panel: a step's text, task and navigation; or the list of lessons."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.views.interface.events import CommandInvoked, Handler
from app.views.interface.lesson import LessonChosen, LessonState, Reading
from app.views.interface.theme import Theme
from app.views.qt.style.text import RichPage, as_hint
from app.views.qt.widgets.speech import announce
from app.views.qt.widgets.widgets import WIDE, label, look

SERIF = "'STIX Two Text','Latin Modern Roman','Cambria','Times New Roman','DejaVu Serif',serif"
SHEET = """
.formula {{ font-family: {serif}; color: {text}; white-space: pre-wrap; }}
.root {{ text-decoration: overline; }}
.below {{ border-top: 1px solid {text}; }}
table.display {{ margin-top: 4px; margin-bottom: 10px; }}
p {{ margin-top: 0; margin-bottom: 8px; line-height: 130%; color: {text}; }}
li {{ margin-bottom: 4px; line-height: 130%; }}
h3 {{ margin-top: 2px; margin-bottom: 8px; color: {text}; }}
code {{ color: {accent}; }}
a {{ color: {accent}; }}
"""


ELSEWHERE = "The scene is no longer this step’s. Restart returns to it."
# least height of the text, and largest share of the window's height for the words of a task
LEAST_TEXT, MOST_TASK = 56, 0.25
SHORT = 12  # letters of what is wanted that stay on one line


class _Page(RichPage):
    """Rich text that is as high as its contents, and scrolls if they are very long."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenExternalLinks(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._high = 0
        # larger type too makes another height
        self.document().documentLayout().documentSizeChanged.connect(self.fit)

    def fit(self) -> None:
        """Take the height of the contents; without a bar below the most, which would narrow them."""
        high, most = ceil(self.document().size().height()), int(MOST_TASK * self.window().height())
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if high > most else policy.ScrollBarAlwaysOff
        )
        if min(high, most) != self._high:
            self._high = min(high, most)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(0, self._high)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


class _Title(QLabel):
    """One line, cut where there is no room for it, and then whole in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("quiet")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)

    def show_words(self, words: str) -> None:
        """Show a title, shortened to the width of the line; screen readers hear all of it."""
        self.setAccessibleName(words)
        self._fit()

    def _fit(self) -> None:
        words = self.accessibleName()
        room = self.contentsRect().width()
        shown = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
        self.setText(shown)
        self.setToolTip(as_hint(words) if shown != words else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class _Panel(QStackedWidget):
    """A panel that is never lower than what must stay in sight of its page."""

    def __init__(self) -> None:
        self._least = QSize()
        super().__init__()

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        layout = page.layout() if page is not None else None
        least = layout.totalMinimumHeightForWidth(max(self.width(), WIDE)) if layout else 0
        return QSize(WIDE, least)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            least = self.minimumSizeHint()
            if least != self._least:
                self._least = least
                self.updateGeometry()
        return done


class LessonPanel:
    """Shows a `LessonState`; every choice emits an event.

    The text scrolls; the box of the task and the buttons stay where they are.
    """

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._theme = theme
        self._state: LessonState | None = None
        self._pages = _Panel()
        self._pages.setObjectName("panel")
        self._pages.addWidget(self._make_list())
        self._pages.addWidget(self._make_step())
        self.widget: QWidget = self._pages

    def _make_list(self) -> QWidget:
        page, column = _plain()
        column.addWidget(label("Short tours. Begin anywhere.", "quiet", wrap=True))
        self.list = QListWidget()
        self.list.setObjectName("lessons")
        self.list.setAccessibleName("Lessons")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMinimumHeight(120)
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)
        column.addWidget(self.list, 1)
        return page

    def _make_step(self) -> QWidget:
        page, column = _plain()
        head = QHBoxLayout()
        self.title = _Title()
        self.count = label("", "quiet")
        head.addWidget(self.title, 1)
        head.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        self.text = RichPage()
        self.text.setAccessibleName("Text of the lesson")
        self.text.setOpenExternalLinks(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.document().setDocumentMargin(0)
        self.text.setMinimumHeight(LEAST_TEXT)
        column.addWidget(self.text, 1)
        self.problem = label("", "warning", wrap=True)
        self.problem.setAccessibleName("What is wrong with the lesson’s file")
        column.addWidget(self.problem)
        column.addWidget(self._make_task())
        column.addLayout(self._make_way())
        return page

    def _make_task(self) -> QWidget:
        self.box = QFrame()
        self.box.setObjectName("task")
        column = QVBoxLayout(self.box)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        self.task = _Page()
        self.task.setObjectName("words")
        self.task.setAccessibleName("What to do")
        column.addWidget(self.task)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        self.readings: list[QLabel] = []
        column.addLayout(self._lines)
        self.elsewhere = label(ELSEWHERE, "warning", wrap=True)
        column.addWidget(self.elsewhere)
        row = QHBoxLayout()
        self.verdict = label("", "quiet")
        self.show_me = self._quiet(
            "Show me", "lesson_show", "Have the program do it; Undo reverts it"
        )
        self.restart = self._quiet(
            "Restart", "lesson_restart", "Return to the scene at the start of this step"
        )
        row.addWidget(self.verdict, 1)
        row.addWidget(self.show_me)
        row.addWidget(self.restart)
        column.addLayout(row)
        return self.box

    def _make_way(self) -> QHBoxLayout:
        row = QHBoxLayout()
        everything = self._quiet("All lessons", "lessons", "The list of lessons")
        self.back = self._button("‹ Back", "lesson_back")
        self.next = self._button("Next ›", "lesson_next")
        row.addWidget(everything)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        return row

    def _quiet(self, words: str, command: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setText(words)
        button.setToolTip(hint)
        button.setAccessibleName(words)
        button.setObjectName("link")
        button.clicked.connect(lambda: self._emit(CommandInvoked(command)))
        return button

    def _button(self, words: str, command: str) -> QPushButton:
        button = QPushButton(words)
        button.setAccessibleName(words.strip("‹ ›"))
        button.clicked.connect(lambda: self._emit(CommandInvoked(command)))
        return button

    def _choose(self, item: QListWidgetItem) -> None:
        self._emit(LessonChosen(str(item.data(Qt.ItemDataRole.UserRole))))

    # --- what is shown ------------------------------------------------------------------------
    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        state, self._state = self._state, None
        self.show(state)

    def show(self, state: LessonState | None) -> None:
        """Show a state without emitting events."""
        before, self._state = self._state, state
        if state is None or state == before:
            return
        self._pages.setCurrentIndex(1 if state.title else 0)
        if not state.title:
            self._show_list(state)
            return
        self.title.show_words(state.title)
        self.count.setText(f"{state.step + 1} of {len(state.steps)}")
        self.problem.setText(f"⚠ {state.problem}\nThe last good version is shown.")
        self.problem.setVisible(bool(state.problem))
        if before is None or (before.heading, before.page) != (state.heading, state.page):
            self._show_text(state)
        if before is None or before.task != state.task:
            self.task.document().setDefaultStyleSheet(self._sheet("p { margin-bottom: 0; }"))
            self.task.setHtml(state.task)
            self.task.fit()
        self._show_task(state)
        self.back.setEnabled(state.step > 0)
        self.next.setEnabled(state.step + 1 < len(state.steps))
        ready = self.next.isEnabled() and state.steps[state.step] is not False
        look(self.next, "ready" if ready else "")

    def _show_list(self, state: LessonState) -> None:
        self.list.clear()
        for entry in state.entries:
            whole = entry.count > 0 and entry.done == entry.count
            begun = f"   {entry.done}\u00a0of\u00a0{entry.count}" if entry.count else ""
            item = QListWidgetItem(f"{entry.title}{'   ✓' if whole else begun}")
            item.setData(Qt.ItemDataRole.UserRole, entry.name)
            said = f"{entry.title}, {'done' if whole else begun.strip() or 'not begun'}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            self.list.addItem(item)

    def _show_text(self, state: LessonState) -> None:
        self.text.document().setDefaultStyleSheet(self._sheet())
        self.text.setHtml(f"<h3>{state.heading}</h3>{state.page}")
        announce(self.text, f"{self.count.text()}. {self.text.toPlainText()}")

    def _show_task(self, state: LessonState) -> None:
        done = state.steps[state.step]
        self.box.setVisible(bool(state.task) or state.elsewhere)
        self.task.setVisible(bool(state.task))
        self.task.setAccessibleName(f"What to do: {self.task.toPlainText()}")
        self.elsewhere.setVisible(state.elsewhere)
        self._show_readings(state.readings)
        if done and self.verdict.text() == "To do":
            announce(self.verdict, "Done")
        self.verdict.setText("✓ Done" if done else "To do" if state.task else "")
        look(self.verdict, "done" if done else "quiet")
        look(self.box, "task_done" if done else "task")
        holds = all(reading.holds for reading in state.readings)
        self.show_me.setVisible(state.can_show and not (done and holds))
        self.restart.setEnabled(state.can_restart)

    def _show_readings(self, readings: Sequence[Reading]) -> None:
        for reading, line in zip(readings, self._labels(len(readings)), strict=False):
            line.setText(f"{'✓' if reading.holds else '·'} {_joined(reading.text)}")
            look(line, "stale" if reading.late else "met" if reading.holds else "")

    def _labels(self, count: int) -> list[QLabel]:
        """Return the labels of the readings, of which ``count`` are shown."""
        while len(self.readings) < count:
            self.readings.append(label("", "quiet", wrap=True))
            self._lines.addWidget(self.readings[-1])
        for i, line in enumerate(self.readings):
            line.setVisible(i < count)
        return self.readings

    def _sheet(self, more: str = "") -> str:
        return SHEET.format(serif=SERIF, **vars(self._theme)) + more


def _joined(line: str) -> str:
    """Return a line that does not break between "wanted" and what is wanted, if that is short."""
    now, wanted, what = line.rpartition("wanted ")
    held = what.replace(" ", "\u00a0") if len(what) <= SHORT else what
    return now + wanted.replace(" ", "\u00a0") + held


def _plain() -> tuple[QWidget, QVBoxLayout]:
    widget = QWidget()
    widget.setObjectName("panel")
    column = QVBoxLayout(widget)
    column.setContentsMargins(10, 6, 10, 10)
    column.setSpacing(8)
    return widget, column
