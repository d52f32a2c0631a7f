"""The form of user-defined families, with feedback at every keystroke."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from app.views.interface.choices import Choice
from app.views.interface.views import VALID, Verdict
from app.views.qt.style.style import GAP
from app.views.qt.widgets.widgets import caption, fill, form, label, look, picker

KINDS = (
    Choice("metric", "Metric g(θ)"),
    Choice("potential", "Log-partition ψ(θ)"),
    Choice("log_density", "Log-density log p(x | θ)"),
)
SPACES = (
    Choice("line", "x on the line"),
    Choice("half-line", "x > 0"),
    Choice("interval", "0 < x < 1"),
    Choice("circle", "x on the circle"),
    Choice("outcomes", "x of a list"),
)
# default input of each kind
FIRST: dict[str, dict[str, str]] = {
    "metric": {"g11": "1", "g12": "0", "g22": "1"},
    "potential": {"potential": "{0}^2/2 + {1}^2/2"},
    "log_density": {"log_density": "{0}*x + {1}*x^2 - x^4"},
}
# characters of a formula shown around an error
EXCERPT = 30
# lines reserved for messages, so that what is below them stays in place
MESSAGE = 6
# fields as wide as the form, with their captions above
WIDE_FIELDS = ("domain", "potential", "log_density")
_EXAMPLES = {
    "domain": "everywhere, or e.g. s > 0",
    "parameters": "none, or e.g. nu = 3",
    "range": "all x, or e.g. m - 9*s, m + 9*s",
}
_HINTS = {
    "coordinates": "The names of the two coordinates, as used in the formulas.",
    "domain": "Inequalities separated by commas, e.g. s > 0, 0 < p < 1. May be empty.",
    "parameters": "Constants of the formulas: names with values, e.g. nu = 3, w = 0.5. May be empty.",
    "g11": "The metric component g₁₁, using + − * / ^ ( ), exp, log, sqrt, sin, …",
    "g12": "The metric component g₁₂; 0 for orthogonal coordinates.",
    "g22": "The metric component g₂₂.",
    "potential": "The log-partition function in natural coordinates; the metric is ∂²ψ.",
    "log_density": "The logarithm of the density at x.",
    "outcomes": "The possible outcomes x, e.g. 0, 1, 2.",
    "range": "An interval that holds practically all of x, e.g. m − 9*s, m + 9*s. May be empty.",
}


class FormulaPanel:
    """The fields of a definition; ``typed`` receives the whole definition, as JSON, at each change."""

    def __init__(self, typed: Callable[[str], None]) -> None:
        self._typed = typed
        self._shown: dict[str, object] = {}
        self._wrong: QLineEdit | None = None
        self.widget = QWidget()
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        self._rows = form()
        column.addLayout(self._rows)
        self.kind = picker("Kind of formula", "The function that defines the family.")
        fill(self.kind, KINDS, "metric")
        self._rows.addRow(caption("Given by"), self.kind)
        self._row_of: dict[str, QWidget] = {}
        self.fields = {name: self._field(name, text) for name, text in _CAPTIONS}
        self.space = picker("Sample space", "The sample space of x.")
        fill(self.space, SPACES, "line")
        # the fields are below the kind
        place = 1 + list(self.fields).index("outcomes")
        self._rows.insertRow(place, caption("Space"), self.space)
        self.normalise = QCheckBox("normalise numerically")
        self.normalise.setToolTip(
            "The density is normalised by quadrature: terms without x may be omitted from the "
            "formula."
        )
        self._rows.addRow(caption("Density"), self.normalise)
        self.excerpt = label("", "excerpt")
        self.excerpt.setFont(_fixed())
        self.words = label("", wrap=True)
        messages = QWidget()
        messages.setMinimumHeight(MESSAGE * self.words.fontMetrics().lineSpacing() + GAP)
        lines = QVBoxLayout(messages)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(GAP // 2)
        lines.addWidget(self.excerpt)
        lines.addWidget(self.words)
        lines.addStretch(1)
        column.addWidget(messages)
        self.kind.activated.connect(lambda i: self._change_kind())
        self.space.activated.connect(lambda i: self._tell())
        self.normalise.toggled.connect(lambda on: self._tell())
        self._arrange()

    def _field(self, name: str, text: str) -> QLineEdit:
        field = QLineEdit()
        field.setFont(_fixed())
        field.setAccessibleName(text)
        field.setToolTip(_HINTS[name])
        field.setPlaceholderText(_EXAMPLES.get(name, ""))
        field.setMaxLength(4000)
        field.textEdited.connect(lambda now: self._tell())
        if name not in WIDE_FIELDS:
            self._rows.addRow(caption(text), field)
            self._row_of[name] = field
            return field
        both = QWidget()
        above = QVBoxLayout(both)
        above.setContentsMargins(0, 0, 0, 0)
        above.setSpacing(2)
        above.addWidget(label(text))
        above.addWidget(field)
        self._rows.addRow(both)
        self._row_of[name] = both
        return field

    # --- what is stated -------------------------------------------------------------------------
    def definition(self) -> dict[str, object]:
        """Return the definition in the fields."""
        text = {name: field.text().strip() for name, field in self.fields.items()}
        kind = self.kind.currentData()
        stated: dict[str, object] = {
            "coordinates": _split(text["coordinates"]),
            "domain": _split(text["domain"]),
            "parameters": _numbered(text["parameters"]),
        }
        if kind != "log_density":
            stated[kind] = (
                [text[g] for g in ("g11", "g12", "g22")] if kind == "metric" else text[kind]
            )
        else:
            stated |= {kind: text[kind], "normalise": self.normalise.isChecked()}
            space = self.space.currentData()
            stated["space"] = _numbers(text["outcomes"]) if space == "outcomes" else space
            if text["range"] and space not in ("outcomes", "circle"):
                stated["range"] = _split(text["range"])
        return stated

    def show(self, definition: str) -> None:
        """Show a definition, unless it was typed here."""
        stated = json.loads(definition)
        if stated != self._shown and stated != self.definition():
            self._fill(stated)
            self.set_verdict(Verdict(True, VALID))
        self._shown = stated

    def _fill(self, stated: dict[str, Any]) -> None:
        """Fill the fields without emitting events."""
        kind = next(choice.value for choice in KINDS if choice.value in stated)
        space = stated.get("space", "line")
        texts = dict.fromkeys(self.fields, "")
        texts["coordinates"] = ", ".join(stated["coordinates"])
        texts["domain"] = ", ".join(_inequalities(stated.get("domain", [])))
        named = stated.get("parameters", {})
        texts["parameters"] = ", ".join(f"{name} = {value:g}" for name, value in named.items())
        texts["range"] = ", ".join(map(str, stated.get("range", [])))
        if kind == "metric":
            texts |= dict(zip(("g11", "g12", "g22"), stated[kind], strict=True))
        else:
            texts[kind] = stated[kind]
        if isinstance(space, list):
            texts["outcomes"], space = ", ".join(f"{x:g}" for x in space), "outcomes"
        fill(self.kind, KINDS, kind)
        fill(self.space, SPACES, space)
        with QSignalBlocker(self.normalise):
            self.normalise.setChecked(stated.get("normalise", False))
        for name, field in self.fields.items():
            if field.text() != texts[name]:
                field.setText(texts[name])
                field.setCursorPosition(0)
        self._arrange()

    def _change_kind(self) -> None:
        """Switch to another kind, with its previous formula or a default."""
        kind = self.kind.currentData()
        names = _split(self.fields["coordinates"].text())
        for name, text in FIRST[kind].items():
            if not self.fields[name].text().strip():
                self.fields[name].setText(text.format(*names) if len(names) == 2 else text)
                if kind == "log_density":
                    with QSignalBlocker(self.normalise):
                        self.normalise.setChecked(True)
        self._tell()

    def _tell(self) -> None:
        self._arrange()
        self._typed(json.dumps(self.definition(), ensure_ascii=False))

    # --- how it looks ---------------------------------------------------------------------------
    def _arrange(self) -> None:
        """Show the rows of the chosen kind."""
        kind, space = self.kind.currentData(), self.space.currentData()
        by_density = kind == "log_density"
        shown = {
            **dict.fromkeys(("g11", "g12", "g22"), kind == "metric"),
            "potential": kind == "potential",
            "log_density": by_density,
            "outcomes": by_density and space == "outcomes",
            "range": by_density and space not in ("outcomes", "circle"),
        }
        for name, visible in shown.items():
            self._rows.setRowVisible(self._row_of[name], visible)
        self._rows.setRowVisible(self.space, by_density)
        self._rows.setRowVisible(self.normalise, by_density)

    def set_verdict(self, verdict: Verdict) -> None:
        """Show the verdict, with a caret below a mistake."""
        wrong = self._place(verdict)
        if self._wrong is not None and self._wrong is not wrong:
            look(self._wrong, "")
        if wrong is not None:
            look(wrong, "mistaken")
        self._wrong = wrong
        shown = wrong is not None and verdict.column >= 0
        self.excerpt.setVisible(shown)
        if wrong is not None and shown:
            self.excerpt.setText(_excerpt(wrong.text(), self._column(verdict, wrong)))
        look(self.words, "warning" if verdict.right is False or verdict.remarkable else "quiet")
        sign = "✗  " if verdict.right is False else "⚠  " if verdict.remarkable else ""
        self.words.setText(sign + verdict.words)

    def _place(self, verdict: Verdict) -> QLineEdit | None:
        """Return the field of a verdict."""
        return self.fields.get(verdict.place.partition("[")[0]) if verdict.right is False else None

    def _column(self, verdict: Verdict, field: QLineEdit) -> int:
        """Return the verdict's column in the whole text of a field that lists several formulas."""
        number = verdict.place.partition("[")[2].rstrip("]")
        if not number:
            return verdict.column
        parts = field.text().split(",")
        before = sum(len(part) + 1 for part in parts[: int(number)])
        part = parts[int(number)] if int(number) < len(parts) else ""
        return before + len(part) - len(part.lstrip()) + verdict.column


_CAPTIONS = (
    ("coordinates", "Names"),
    ("domain", "Domain"),
    ("parameters", "Constants"),
    ("g11", "g₁₁"),
    ("g12", "g₁₂"),
    ("g22", "g₂₂"),
    ("potential", "ψ(θ) ="),
    ("log_density", "log p(x | θ) ="),
    ("outcomes", "Outcomes"),
    ("range", "Range"),
)


def _excerpt(text: str, column: int) -> str:
    """Return the text around a column and a caret beneath it, on two lines."""
    start = max(0, min(column - EXCERPT // 2, len(text) + 1 - EXCERPT))
    return f"{text[start : start + EXCERPT]}\n{' ' * (column - start)}▲"


def _split(text: str) -> list[str]:
    """Return the parts between commas."""
    return [part.strip() for part in text.split(",")] if text.strip() else []


def _numbered(text: str) -> dict[str, float | str]:
    """Parse ``name = value`` between commas; invalid numbers stay text, to be refused later."""
    pairs = (part.partition("=") for part in _split(text))
    return {name.strip(): _number(value) for name, _, value in pairs}


def _numbers(text: str) -> list[float | str]:
    return [_number(part) for part in _split(text)]


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _inequalities(domain: Any) -> list[str]:
    """Return a domain as inequalities, given as such or by bounds."""
    if not isinstance(domain, dict):
        return list(domain)
    sides = (
        (name, *side) for name, ends in domain.items() for side in zip("><", ends, strict=True)
    )
    return [f"{name} {sign} {end:g}" for name, sign, end in sides if end is not None]


def _fixed() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSize(10)
    return font
