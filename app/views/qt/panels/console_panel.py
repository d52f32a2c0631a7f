"""The console panel: what was written, and below it a field for Python."""

from __future__ import annotations

import codeop
import re
from collections.abc import Callable, Sequence
from itertools import takewhile

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontDatabase, QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.views.interface.console import (
    Completion,
    CompletionAsked,
    ConsoleEntered,
    ConsoleInterrupted,
    ConsoleState,
)
from app.views.interface.events import Handler
from app.views.interface.theme import Theme
from app.views.qt.widgets.widgets import label

# lines of the output, inputs of the history and lines of the field, at most
MOST_LINES, MOST_INPUTS, MOST_ROWS = 2000, 500, 8
# a line of the output that is longer is broken: it would be laid out again with each character
LONG_LINE = 2000
# a longer text is not tried for being complete
LONG = 20_000
INDENT = "    "
_WORD = re.compile(r"[\w.]*$")
UP, DOWN = QTextCursor.MoveOperation.Up, QTextCursor.MoveOperation.Down


class ConsolePanel:
    """Output and input; a history of what was entered."""

    def __init__(self, emit: Handler) -> None:
        self._emit = emit
        self._total = 0  # characters shown so far
        self._state = ConsoleState()
        self.widget = QWidget()
        self.widget.setObjectName("panel")
        self.output = _fixed(QPlainTextEdit(), "Console output")
        self.output.setReadOnly(True)
        self.output.setUndoRedoEnabled(False)
        self.output.setMaximumBlockCount(MOST_LINES)
        self.field = ConsoleField()
        self.field.entered.connect(self._enter)
        self.field.interrupted.connect(lambda: self._emit(ConsoleInterrupted()))
        self.field.asked.connect(lambda word: self._emit(CompletionAsked(word)))
        self.stop = QPushButton("Stop")
        self.stop.setToolTip("End what runs (Ctrl+C in the field)")
        self.stop.clicked.connect(lambda: self._emit(ConsoleInterrupted()))
        self._arrange()

    def _arrange(self) -> None:
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(6, 4, 6, 6)
        column.setSpacing(4)
        row = QHBoxLayout()
        prompt = label(">>>", "quiet")
        prompt.setFont(self.field.font())
        prompt.setContentsMargins(0, self.field.inset, 0, 0)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(prompt, 0, top)
        row.addWidget(self.field, 1)
        row.addWidget(self.stop, 0, top)
        column.addLayout(row)
        column.insertWidget(0, self.output, 1)  # after the field, which the keyboard enters first
        self.stop.hide()

    def set_theme(self, theme: Theme) -> None:
        """Do nothing: the style sheet has all colours."""

    def show(self, state: ConsoleState | None) -> None:
        """Show what was written since; a new completion goes into the field."""
        if state is None:
            return
        before, self._state = self._state, state
        self._append(state.text, state.total)
        self.stop.setVisible(state.busy)
        if state.completion is not None and state.completion is not before.completion:
            self._complete(state.completion)

    def _append(self, text: str, total: int) -> None:
        if total < self._total:  # another thread begins with what was said before
            self.output.clear()
            self._total = 0
        new = total - self._total
        if new == 0:
            return
        left_out = new - len(text)
        words = f"\n… {left_out} characters left out …\n" if left_out > 0 else ""
        bar = self.output.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 1
        end = QTextCursor(self.output.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        if end.block().length() > LONG_LINE:
            words = "\n" + words
        end.insertText(words + text[-new:])
        self._total = total
        if follows:
            bar.setValue(bar.maximum())

    def _enter(self, source: str) -> None:
        if not self._state.busy:
            self.field.take()
            self._emit(ConsoleEntered(source))

    def _complete(self, completion: Completion) -> None:
        found = completion.found
        go_on = _common(found)[len(completion.word) :]
        if self.field.word == completion.word:
            self.field.insertPlainText(go_on)
        if not go_on and len(found) > 1:
            end = QTextCursor(self.output.document())
            end.movePosition(QTextCursor.MoveOperation.End)
            end.insertText("  ".join(name.rpartition(".")[2] for name in found) + "\n")
            self.output.ensureCursorVisible()


class ConsoleField(QPlainTextEdit):
    """Python to enter: Enter runs what is complete, Up and Down go through the history.

    entered: the text to run; asked: the word to complete; interrupted: Ctrl+C without a selection.
    """

    entered = Signal(str)
    asked = Signal(str)
    interrupted = Signal()

    def __init__(self) -> None:
        super().__init__()
        _fixed(self, "Console input")
        self.setAccessibleDescription("Enter runs it, Shift+Enter is a new line, Tab completes")
        self.setPlaceholderText("store.set(alpha=0.5)")
        self.history: list[str] = []
        self._at = 0  # place in the history; its length is the draft
        self._draft = ""
        self._keys: dict[Qt.Key, Callable[[], bool]] = {
            Qt.Key.Key_Tab: self._press_tab,
            Qt.Key.Key_Up: lambda: self._recall(-1, UP),
            Qt.Key.Key_Down: lambda: self._recall(1, DOWN),
            Qt.Key.Key_Return: self._press_enter,
            Qt.Key.Key_Enter: self._press_enter,
        }
        self.textChanged.connect(self._fit)
        self._fit()

    @property
    def word(self) -> str:
        """The name before the cursor, with dots."""
        cursor = self.textCursor()
        found = _WORD.search(cursor.block().text()[: cursor.positionInBlock()])
        return found[0] if found else ""

    def take(self) -> None:
        """Empty the field; its text is the newest of the history."""
        text = self.toPlainText().rstrip()
        if text and self.history[-1:] != [text]:
            self.history = [*self.history[-MOST_INPUTS + 1 :], text]
        self._at, self._draft = len(self.history), ""
        self.clear()

    def event(self, event: QEvent) -> bool:
        is_key = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Copy)
        if is_key and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        copies = event.matches(QKeySequence.StandardKey.Copy)
        key = self._keys.get(Qt.Key(event.key()))
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if copies and not self.textCursor().hasSelection():
            self.interrupted.emit()
        elif event.key() == Qt.Key.Key_Backtab:
            self.window().focusPreviousChild()
        elif key is None or not plain or not key():
            super().keyPressEvent(event)

    def _press_enter(self) -> bool:
        text = self.toPlainText()
        if not text.strip():
            return True
        if _is_complete(text):
            self.entered.emit(text)
        else:
            self.insertPlainText("\n" + _indent_after(self.textCursor().block().text()))
        return True

    def _press_tab(self) -> bool:
        if self.word:
            self.asked.emit(self.word)
        elif self.toPlainText():
            self.insertPlainText(INDENT)
        else:
            self.window().focusNextChild()
        return True

    def _recall(self, step: int, move: QTextCursor.MoveOperation) -> bool:
        """Go through the history from the first or the last line; elsewhere the cursor moves."""
        cursor = self.textCursor()
        if cursor.movePosition(move):
            return False
        to = self._at + step
        if not 0 <= to <= len(self.history):
            return True
        if self._at == len(self.history):
            self._draft = self.toPlainText()
        self._at = to
        self.setPlainText([*self.history, self._draft][to])
        self.moveCursor(QTextCursor.MoveOperation.End)
        return True

    def _fit(self) -> None:
        """Make the field as high as its lines."""
        rows = min(self.blockCount(), MOST_ROWS)
        self.setFixedHeight(rows * self.fontMetrics().lineSpacing() + 2 * self.inset + 2)

    @property
    def inset(self) -> int:
        """The distance in pixels of the text from the field's edge."""
        return self.frameWidth() + round(self.document().documentMargin())


def _fixed(edit: QPlainTextEdit, name: str) -> QPlainTextEdit:
    """Set the name of a field, and a font whose letters have one width."""
    edit.setAccessibleName(name)
    edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    return edit


def _common(words: Sequence[str]) -> str:
    """Return the longest beginning that all words share."""
    low, high = min(words, default=""), max(words, default="")
    count = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False)))
    return low[:count]


def _is_complete(text: str) -> bool:
    """Whether a text can be run: a block of several lines ends with an empty line."""
    last = text.rpartition("\n")[2]
    if len(text) > LONG or ("\n" in text and not last.strip()):
        return True
    if "\n" in text and last[:1].isspace():
        return False
    try:
        return codeop.compile_command(text, "<console>", "exec") is not None
    except (SyntaxError, ValueError, OverflowError):
        return True  # what is wrong is said when it runs


def _indent_after(line: str) -> str:
    """Return the spaces with which the line after this one begins."""
    spaces = line[: len(line) - len(line.lstrip())]
    return spaces + INDENT if line.rstrip().endswith(":") else spaces
