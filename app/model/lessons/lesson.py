"""Lessons: Markdown files with a scene, a task and checks at each step.

# Title
> One sentence on what it is about.
## A step
Sentences with $formulas$ and numbers that are checked: {{2.867 = measure "Fisher–Rao length"}}.
```scene
family: gaussian
```
```do
Drag **B** up.
check: pin B within 0.3 of (1.5, 2)
answer: B: (1.5, 2)
```
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.model.lessons.changes import NoChange, changed
from app.model.lessons.checks import Check, Quantity, check, quantity
from app.model.lessons.wording import plain, value
from app.model.panel_titles import IN_LESSONS
from app.model.scene import Scene
from compute.core.refusal import Refused, shown

MOST_BYTES = 256 << 10
# maximum length of a text or a title: laying out longer ones would take many seconds
MOST_TEXT, MOST_TITLE = 8000, 300
MOST_STEPS, MOST_CHECKS, MOST_NUMBERS = 40, 8, 60
NO_PANEL = "none"
_NUMBER = re.compile(r"\{\{([^{}=]*)=([^{}]*)\}\}")
_FENCE = re.compile(r"```\s*(\S*)\s*")


class NotALesson(Refused):
    """A text that is not a valid lesson; the message is one line with file and line number."""

    def __init__(self, where: str, line: int, words: str) -> None:
        super().__init__(f"{where}:{line}: {words}" if line else f"{where}: {words}")


@dataclass(frozen=True)
class QuotedNumber:
    """A number quoted in the text: as written, with its quantity and scene."""

    written: str
    quantity: Quantity
    scene: Scene
    line: int


@dataclass(frozen=True)
class Step:
    """text and task: Markdown with formulas, without annotations; checks: all must hold.

    line, text_line, task_line: line numbers of the step, its text and its task.  already: the checks
    may hold at the start; answer: a scene in which they hold, or None.  panel: the panel of the step,
    "" for none; inherited from the previous step.
    """

    title: str
    text: str
    scene: Scene
    task: str
    checks: tuple[Check, ...]
    already: bool
    answer: Scene | None
    numbers: tuple[QuotedNumber, ...]
    line: int
    text_line: int
    task_line: int
    panel: str = ""


@dataclass(frozen=True)
class Lesson:
    """``name``: of a bundled lesson, or the path of the file."""

    name: str
    title: str
    summary: str
    steps: tuple[Step, ...]


Line = tuple[int, str]


@dataclass(frozen=True)
class _Section:
    """The raw lines of a step; ``blocks``: those of each fenced block."""

    title: str
    line: int
    text: tuple[Line, ...]
    blocks: Mapping[str, tuple[Line, ...]]


def parse(text: str, where: str, folder: Path, name: str = "") -> Lesson:
    """Parse a lesson; ``where`` is its name in messages.  Raises NotALesson."""
    if len(text.encode()) > MOST_BYTES:
        raise NotALesson(where, 1, f"a lesson has at most {MOST_BYTES} bytes")
    head, sections = _sections(text, where)
    title = head[0][1][2:].strip() if head and head[0][1].startswith("# ") else ""
    if not title:
        raise NotALesson(where, 1, "a lesson begins with its title: # Title")
    for n, words in [(1, title), *((section.line, section.title) for section in sections)]:
        if "$" in words:
            raise NotALesson(
                where, n, f"a title is plain text without formulas, got {shown(words)}"
            )
        if len(words) > MOST_TITLE:
            raise NotALesson(where, n, f"a title has at most {MOST_TITLE} characters")
    if not 1 <= len(sections) <= MOST_STEPS:
        raise NotALesson(where, 1, f"a lesson has 1 to {MOST_STEPS} steps (## Title), "
                         f"got {len(sections)}")  # fmt: skip
    summary = " ".join(line.lstrip("> ") for _, line in head[1:] if line.startswith(">"))
    steps: list[Step] = []
    for section in sections:
        reader = _StepReader(where, folder, title)
        steps.append(reader.step(section, steps[-1] if steps else None))
    return Lesson(name or where, title, summary, tuple(steps))


def _sections(text: str, where: str) -> tuple[list[Line], list[_Section]]:
    """Return the lines before the first step, and the steps."""
    head: list[Line] = []
    found: list[tuple[str, int, list[Line], dict[str, tuple[Line, ...]]]] = []
    fence: tuple[str, int, list[Line]] | None = None
    for n, line in enumerate(text.splitlines(), start=1):
        mark = _FENCE.fullmatch(line.strip())
        if fence is not None and mark is None:
            fence[2].append((n, line))
        elif fence is not None:
            found[-1][3][fence[0]] = tuple(fence[2])
            fence = None
        elif mark is not None:
            fence = (_kind(mark[1], found[-1][3] if found else None, where, n), n, [])
        elif line.startswith("## "):
            found.append((line[3:].strip(), n, [], {}))
        elif line.strip() or found:
            (found[-1][2] if found else head).append((n, line))
    if fence is not None:
        raise NotALesson(where, fence[1], f"the block ```{fence[0]} does not end")
    return head, [_Section(title, n, tuple(prose), blocks) for title, n, prose, blocks in found]


def _kind(kind: str, blocks: Mapping[str, tuple[Line, ...]] | None, where: str, n: int) -> str:
    """Return the kind of a fenced block, if it is allowed there."""
    if kind not in ("scene", "do"):
        raise NotALesson(where, n, f"a block must be ```scene or ```do, got ```{shown(kind)[1:-1]}")
    if blocks is None or kind in blocks:
        raise NotALesson(where, n, f"a step has at most one block ```{kind}, below its ## Title")
    return kind


class _StepReader:
    """Parses the sections of one file."""

    def __init__(self, where: str, folder: Path, title: str) -> None:
        self._where, self._folder, self._title = where, folder, title

    def step(self, section: _Section, last: Step | None) -> Step:
        """Return one step, whose scene is that of the previous step with changes."""
        before = last.scene if last else None
        stated = self._pairs(section.blocks.get("scene", ()))
        panel = self._panel(*stated.pop("panel", (0, last.panel if last else "")))
        if before is None and not stated:
            raise self._wrong(section.line, "the first step needs a ```scene block")
        scene = self._changed(before, stated, section.line)
        scene = replace(scene, title=f"{self._title} · {section.title}")
        done = section.blocks.get("do", ())
        task = [(n, line) for n, line in done if not _is_order(line)]
        numbers: list[QuotedNumber] = []
        text = self._prose(section.text, scene, numbers)
        words = self._prose(tuple(task), scene, numbers)
        checks, already, answer = self._orders(done, scene)
        if bool(words) != bool(checks):
            raise self._wrong(section.line, "a task (do:) needs a check, and a check needs a task")
        return Step(section.title, text, scene, words, checks, already, answer,
                    tuple(numbers), section.line, _first(section.text, section.line),
                    _first(tuple(task), section.line), panel)  # fmt: skip

    def _panel(self, line: int, name: str) -> str:
        if name and name not in (*IN_LESSONS, NO_PANEL):
            known = ", ".join((*IN_LESSONS, NO_PANEL))
            raise self._wrong(line, f"a panel must be one of {known}, got {shown(name)}")
        return "" if name == NO_PANEL else name

    def _wrong(self, line: int, words: str) -> NotALesson:
        return NotALesson(self._where, line, " ".join(words.split()))

    def _pairs(self, lines: tuple[Line, ...]) -> dict[str, tuple[int, str]]:
        """Parse ``key: value`` lines."""
        found: dict[str, tuple[int, str]] = {}
        for n, line in lines:
            if not line.strip():
                continue
            key, colon, text = line.partition(":")
            if not colon or key.strip() in found:
                raise self._wrong(
                    n, f"expected key: value, each key once, got {shown(line.strip())}"
                )
            found[key.strip()] = (n, text.strip())
        return found

    def _changed(
        self, scene: Scene | None, stated: Mapping[str, tuple[int, str]], line: int
    ) -> Scene:
        try:
            if scene is not None and not stated:
                return scene
            return changed(scene, {key: text for key, (_, text) in stated.items()}, self._folder)
        except NoChange as problem:
            raise self._wrong(stated.get(problem.key, (line, ""))[0], str(problem)) from None

    def _inline(self, text: str, scene: Scene, line: int) -> Scene:
        """Return the scene with changes on one line, between semicolons."""
        lines = tuple((line, part) for part in text.split(";"))
        return self._changed(scene, self._pairs(lines), line)

    def _orders(
        self, lines: tuple[Line, ...], scene: Scene
    ) -> tuple[tuple[Check, ...], bool, Scene | None]:
        """Return the checks of a block, whether they may hold at the start, and the answer."""
        checks: list[Check] = []
        already, answer = False, None
        for n, line in lines:
            key, _, text = line.partition(":")
            if key == "answer":
                answer = self._inline(text, scene, n)
            elif key in ("check", "already"):
                try:
                    checks.append(check(text))
                except ValueError as problem:
                    raise self._wrong(n, str(problem)) from None
                already = already or key == "already"
        if len(checks) > MOST_CHECKS:
            raise self._wrong(lines[0][0], f"a step has at most {MOST_CHECKS} checks")
        return tuple(checks), already, answer

    def _prose(self, lines: tuple[Line, ...], scene: Scene, numbers: list[QuotedNumber]) -> str:
        """Return the text with its quoted numbers, which are added to ``numbers``."""
        written: list[str] = []
        for n, line in lines:
            for match in _NUMBER.finditer(line):
                numbers.append(self._number(match[1], match[2], scene, n))
            bare = _NUMBER.sub(_set, line)
            if "{{" in bare:
                raise self._wrong(n, "a checked number is {{VALUE = QUANTITY}} on one line")
            written.append(bare)
        if len(numbers) > MOST_NUMBERS:
            raise self._wrong(lines[0][0], f"a step quotes at most {MOST_NUMBERS} numbers")
        text = "\n".join(written).strip()
        if len(text) > MOST_TEXT:
            words = f"a step's text has at most {MOST_TEXT} characters, got {len(text)}"
            raise self._wrong(lines[0][0], words)
        return text

    def _number(self, written: str, measured: str, scene: Scene, line: int) -> QuotedNumber:
        what, _, changes = measured.partition(" with ")
        try:
            value(written)
            found = quantity(what)
        except ValueError as problem:
            raise self._wrong(line, str(problem)) from None
        where = self._inline(changes, scene, line) if changes else scene
        return QuotedNumber(written.strip(), found, where, line)


def _set(match: re.Match[str]) -> str:
    """Return a number as it is printed: with a true minus sign, and not broken after a slash."""
    number = match[1].strip().replace("-", "−")
    in_formula = match.string.count("$", 0, match.start()) % 2
    return number if in_formula else number.replace("/", "/\u2060")


def _first(lines: tuple[Line, ...], otherwise: int) -> int:
    """Return the number of the first line that is not empty."""
    return next((n for n, line in lines if line.strip()), otherwise)


def _is_order(line: str) -> bool:
    return plain(line.partition(":")[0]) in ("check", "already", "answer")
