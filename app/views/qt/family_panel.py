"""The family panel: which manifold, its data and parameters, and the map drawn over it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QSlider, QSpinBox, QVBoxLayout, QWidget

from app.views.base import Choice, PanelState
from app.views.qt.formula_panel import FormulaPanel
from app.views.qt.widgets import NARROW, caption, fill, form, label, panel, picker

Change = Callable[[str, object], None]
ALPHA_STEPS = 20


class FamilyPanel:
    """Pickers over a `PanelState`; every choice is told to ``change(field, value)``.

    A definition of the user's own family is told to ``typed`` at every keystroke.
    """

    def __init__(self, change: Change, typed: Callable[[str], None]) -> None:
        self._change = change
        self._state: PanelState | None = None
        self.widget, column = panel(NARROW)
        self.family = picker("Family", "The family of distributions whose geometry is shown.")
        column.addWidget(self.family)
        self.formula = label("", "formula", wrap=True)
        self.formula.setToolTip(
            "The Fisher–Rao line element: how far apart two near distributions are."
        )
        column.addWidget(self.formula)
        self.note = label("", "quiet", wrap=True)
        column.addWidget(self.note)
        self.own = FormulaPanel(typed)
        column.addWidget(self.own.widget)
        self._attention = self._make_attention()
        column.addWidget(self._attention)
        column.addWidget(label("Connection and chart", "heading"))
        column.addLayout(self._make_geometry())
        column.addWidget(label("Map", "heading"))
        self._map = self._make_map()
        column.addLayout(self._map)
        column.addStretch(1)
        self._wire()

    def _make_attention(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label("Head of a model", "heading"))
        rows = form()
        column.addLayout(rows)
        self.head = picker("Sentence", "The sentence whose attention head is shown.")
        self.layer, self.index = _number("Layer"), _number("Head")
        self.plane = [picker(f"Token {i + 1} of the plane", _PLANE_HINT) for i in range(3)]
        rows.addRow(caption("Sentence"), self.head)
        pair = QHBoxLayout()
        pair.addWidget(self.layer, 1)
        pair.addWidget(label("Head"))
        pair.addWidget(self.index, 1)
        rows.addRow(caption("Layer"), pair)
        tokens = QHBoxLayout()
        tokens.setSpacing(4)
        for box_ in self.plane:
            tokens.addWidget(box_, 1)
        column.addWidget(label("Plane through the queries of", "quiet"))
        column.addLayout(tokens)
        return box

    def _make_geometry(self) -> QFormLayout:
        rows = form()
        self.chart = picker("Chart", "The coordinates in which the manifold is drawn.")
        self.alpha = QSlider(Qt.Orientation.Horizontal)
        self.alpha.setRange(-ALPHA_STEPS, ALPHA_STEPS)
        self.alpha.setAccessibleName("Alpha of the connection")
        self.alpha.setToolTip(
            "α = 0 is the Levi-Civita connection, whose geodesics are shortest; of an exponential "
            "family α = 1 is straight in θ and α = −1 straight in η."
        )
        self.alpha_words = label("0")
        self.alpha_words.setFixedWidth(38)
        self.alpha_words.setAlignment(Qt.AlignmentFlag.AlignRight)
        row = QHBoxLayout()
        row.addWidget(self.alpha, 1)
        row.addWidget(self.alpha_words)
        rows.addRow(caption("Chart"), self.chart)
        rows.addRow(caption("α"), row)
        return rows

    def _make_map(self) -> QFormLayout:
        rows = form()
        self.scalar = picker("Scalar map", "The quantity that colours the chart.")
        self.token = picker("Key", "The key whose probability is mapped.")
        rows.addRow(caption("Colour by"), self.scalar)
        rows.addRow(caption("Key"), self.token)
        return rows

    def _wire(self) -> None:
        self.family.activated.connect(lambda i: self._change("family", self.family.itemData(i)))
        self.scalar.activated.connect(lambda i: self._change("scalar", self.scalar.itemData(i)))
        self.chart.activated.connect(lambda i: self._change("chart", self.chart.itemData(i)))
        self.token.activated.connect(lambda i: self._change("token", i))
        self.alpha.valueChanged.connect(lambda v: self._change("alpha", v / ALPHA_STEPS))
        self.head.activated.connect(lambda i: self._choose_head())
        for spin in (self.layer, self.index):
            spin.valueChanged.connect(lambda v: self._choose_head())
        for box in self.plane:
            box.activated.connect(lambda i: self._choose_head(keep_plane=True))

    def _choose_head(self, keep_plane: bool = False) -> None:
        family = f"attention:{self.head.currentData()}"
        family += f"?layer={self.layer.value()}&head={self.index.value()}"
        if keep_plane:
            family += "&tokens=" + ",".join(str(box.currentIndex()) for box in self.plane)
        self._change("family", family)

    def show(self, state: PanelState) -> None:
        """Show a state without telling it back."""
        if state == self._state:
            return
        self._state = state
        fill(self.family, state.families, state.family)
        fill(self.scalar, state.scalars, state.scalar)
        fill(self.chart, state.charts, state.chart)
        self.formula.setText(state.line_element.replace(",  ", "\n"))
        self.note.setText(state.note)
        self.own.widget.setVisible(bool(state.definition))
        if state.definition:
            self.own.show(state.definition)
        self._attention.setVisible(bool(state.heads))
        if state.heads:
            self._show_attention(state)
        numbered = [Choice(str(i), words) for i, words in enumerate(state.outcomes)]
        fill(self.token, numbered, str(state.token))
        self._map.setRowVisible(self.token, state.scalar == "probability")
        with QSignalBlocker(self.alpha):
            self.alpha.setValue(round(state.alpha * ALPHA_STEPS))
        self.alpha_words.setText(f"{state.alpha:+.2f}".replace("-", "−") if state.alpha else "0")

    def _show_attention(self, state: PanelState) -> None:
        fill(self.head, state.heads, state.head)
        for spin, value, count in (
            (self.layer, state.layer, state.layer_count),
            (self.index, state.head_index, state.head_count),
        ):
            with QSignalBlocker(spin):
                spin.setRange(0, max(count - 1, 0))
                spin.setValue(value)
        numbered = [Choice(str(i), words) for i, words in enumerate(state.tokens)]
        for box, token in zip(self.plane, state.plane, strict=True):
            fill(box, numbered, str(token))


_PLANE_HINT = (
    "The plane of queries goes exactly through those of three tokens; "
    "A and B start on the first two."
)


def _number(name: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setAccessibleName(name)
    spin.setToolTip(f"{name} of the model, counted from 0.")
    return spin
