"""The lesson panel: a step's text, task and navigation; or the list of lessons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
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
from app.views.interface.lesson import LessonChosen, LessonState
from app.views.interface.theme import Theme
from app.views.qt.style.text import RichPage, make_rich, plain_label
from app.views.qt.widgets.speech import announce
from app.views.qt.widgets.widgets import WIDE, label, look, panel

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


class LessonPanel:
    """Shows a `LessonState`; every choice emits an event."""

    def __init__(self, emit: Handler, theme: Theme) -> None:
        self._emit = emit
        self._theme = theme
        self._state: LessonState | None = None
        self.widget, column = panel(WIDE)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_list())
        self._pages.addWidget(self._make_step())
        column.addWidget(self._pages, 1)

    def _make_list(self) -> QWidget:
        page, column = _plain()
        column.addWidget(label("Twelve short tours. Begin anywhere.", "quiet", wrap=True))
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
        self.title = label("", "quiet", wrap=True)
        self.count = label("", "quiet")
        head.addWidget(self.title, 1)
        head.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        self.text = RichPage()
        self.text.setAccessibleName("Text of the lesson")
        self.text.setOpenExternalLinks(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.document().setDocumentMargin(0)
        self.text.setMinimumHeight(90)
        column.addWidget(self.text, 1)
        column.addWidget(self._make_task())
        column.addLayout(self._make_way())
        return page

    def _make_task(self) -> QWidget:
        self.box = QFrame()
        self.box.setObjectName("task")
        column = QVBoxLayout(self.box)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        self.task = make_rich(plain_label())
        self.task.setWordWrap(True)
        self.task.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        column.addWidget(self.task)
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
        self.title.setText(state.title)
        self.count.setText(f"{state.step + 1} of {len(state.steps)}")
        if before is None or (before.heading, before.page) != (state.heading, state.page):
            self._show_text(state)
        self._show_task(state)
        self.back.setEnabled(state.step > 0)
        self.next.setEnabled(state.step + 1 < len(state.steps))
        ready = self.next.isEnabled() and state.steps[state.step] is not False
        look(self.next, "ready" if ready else "")

    def _show_list(self, state: LessonState) -> None:
        self.list.clear()
        for entry in state.entries:
            whole = entry.count > 0 and entry.done == entry.count
            begun = f"   {entry.done} of {entry.count}" if entry.count and not whole else ""
            item = QListWidgetItem(f"{'✓' if whole else ' '} {entry.title}{begun}")
            item.setData(Qt.ItemDataRole.UserRole, entry.name)
            said = f"{entry.title}, {'done' if whole else begun.strip() or 'not begun'}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            self.list.addItem(item)

    def _show_text(self, state: LessonState) -> None:
        self.text.document().setDefaultStyleSheet(SHEET.format(serif=SERIF, **vars(self._theme)))
        self.text.setHtml(f"<h3>{state.heading}</h3>{state.page}")
        announce(self.text, f"{self.count.text()}. {self.text.toPlainText()}")

    def _show_task(self, state: LessonState) -> None:
        done = state.steps[state.step]
        self.box.setVisible(bool(state.task))
        self.task.setText(_dressed(state.task, self._theme))
        words = QTextDocumentFragment.fromHtml(state.task).toPlainText()
        self.task.setAccessibleName(f"What to do: {words}")
        if done and self.verdict.text() == "To do":
            announce(self.verdict, "Done")
        self.verdict.setText("✓ Done" if done else "To do")
        look(self.verdict, "done" if done else "quiet")
        look(self.box, "task_done" if done else "task")
        self.show_me.setVisible(state.can_show and not done)
        self.restart.setEnabled(state.can_restart)


def _dressed(html: str, theme: Theme) -> str:
    sheet = SHEET.format(serif=SERIF, **vars(theme))
    return f"<style>{sheet} p {{ margin-bottom: 0; }}</style>{html}"


def _plain() -> tuple[QWidget, QVBoxLayout]:
    widget = QWidget()
    widget.setObjectName("panel")
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    return widget, column
