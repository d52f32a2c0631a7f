"""The attention form of the family panel: head, plane of queries, temperature and keys."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSpinBox, QVBoxLayout, QWidget

from app.views.interface.attention import AttentionState
from app.views.interface.choices import Choice
from app.views.interface.events import CommandInvoked, Handler, SceneEdited
from app.views.qt.style.style import fixed
from app.views.qt.style.text import hint
from app.views.qt.widgets.key_menu import KeyMenu
from app.views.qt.widgets.speech import describe
from app.views.qt.widgets.token_picker import token_picker
from app.views.qt.widgets.widgets import Slider, caption, fill, form, label, picker
from app.views.text.token_names import numbered

# ticks of the temperature slider per factor of ten, on either side of 1
TICKS = 100
READOUT = 38


class AttentionForm:
    """Rows over an `AttentionState`; every choice is a `SceneEdited` of "family.NAME"."""

    def __init__(self, emit: Handler) -> None:
        self._emit = emit
        self._chosen: tuple[int, ...] = ()
        self.widget = QWidget()
        column = QVBoxLayout(self.widget)
        column.setContentsMargins(0, 0, 0, 0)
        self.open = _button("Open…", "Open your own heads from an .npz or .safetensors file.")
        column.addLayout(_row((label("Head of a model", "heading"), 1), (self.open, 0)))
        self._rows = form()
        column.addLayout(self._rows)
        self._make_head()
        self._make_plane()
        self._make_weights()
        self._wire()

    def _make_head(self) -> None:
        self.source = picker("Source of the head", "The text or picture whose attention is shown.")
        self.layer, self.index = _number("Layer"), _number("Head")
        self.browse = _button("All…", "Show all heads of the file side by side.")
        self._rows.addRow(caption("Source"), self.source)
        self._rows.addRow(
            caption("Layer"),
            _row((self.layer, 1), (label("Head"), 0), (self.index, 1), (self.browse, 0)),
        )

    def _make_plane(self) -> None:
        self.kind = picker("Plane of queries", _PLANE_HINT)
        self.triple = [token_picker(f"Token {i + 1} of the plane", _TRIPLE_HINT) for i in range(3)]
        self.token = token_picker("Token of maximal information", _FISHER_HINT)
        self._rows.addRow(caption("Plane"), self.kind)
        # one below another: a word is to be read
        self._triple_row = QVBoxLayout()
        self._triple_row.setSpacing(4)
        for box in self.triple:
            self._triple_row.addWidget(box)
        self._rows.addRow(caption("of"), self._triple_row)
        self._rows.addRow(caption("at"), self.token)

    def _make_weights(self) -> None:
        self.temperature = Slider()
        self.temperature.setRange(-TICKS, TICKS)
        self.temperature.setAccessibleName("Temperature")
        self.temperature.setToolTip(
            "p = softmax(qk/(τ√d)): τ > 1 spreads attention, τ < 1 sharpens it. The model "
            "itself uses τ = 1."
        )
        self.readout = label("1")
        fixed(self.readout, READOUT)
        self.readout.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._rows.addRow(caption("τ"), _row((self.temperature, 1), (self.readout, 0)))
        self.keys = KeyMenu(lambda numbers: self._tell(mask=numbers))
        self.seen_by = token_picker("Seen by", _SEEN_HINT)
        self._rows.addRow(caption("Seen by"), self.seen_by)
        self._rows.addRow(caption("Keys"), self.keys.widget)

    def _wire(self) -> None:
        self.open.clicked.connect(lambda: self._emit(CommandInvoked("open_head")))
        self.browse.clicked.connect(lambda: self._emit(CommandInvoked("browse_heads")))
        self.source.activated.connect(lambda i: self._choose(source=self.source.itemData(i)))
        self.layer.valueChanged.connect(lambda v: self._choose(layer=v))
        self.index.valueChanged.connect(lambda v: self._choose(head=v))
        self.kind.activated.connect(lambda i: self._tell(plane=self.kind.itemData(i)))
        self.token.activated.connect(lambda i: self._tell(token=i))
        self.temperature.valueChanged.connect(
            lambda tick: self._tell(temperature=round(10 ** (tick / TICKS), 4))
        )
        self.seen_by.activated.connect(lambda i: self._tell(mask_of=i))
        for place, box in enumerate(self.triple):
            box.activated.connect(lambda i, place=place: self._choose_token(place, i))

    def _choose_token(self, place: int, token: int) -> None:
        """Put a token at a place of the plane; if it has another place, both exchange theirs."""
        chosen = list(self._chosen)
        if token in chosen:
            chosen[chosen.index(token)] = chosen[place]
        chosen[place] = token
        self._tell(tokens=",".join(map(str, chosen)))

    def _choose(self, **head: object) -> None:
        """Change the head, resetting the tokens of the plane; with another file also head and keys."""
        if "source" in head:
            head |= {"layer": 0, "head": 0, "token": 0, "mask": "", "mask_of": -1}
            head |= {"q": "", "k": "", "v": ""}
        self._tell(**head, tokens="")

    def _tell(self, **parameters: object) -> None:
        self._emit(SceneEdited(tuple((f"family.{k}", v) for k, v in parameters.items())))

    def show(self, state: AttentionState) -> None:
        """Show a state without emitting events."""
        fill(self.source, state.sources, state.source)
        hint(self.source, state.source)
        for spin, value, count in (
            (self.layer, state.layer, state.layers),
            (self.index, state.head, state.heads),
        ):
            with QSignalBlocker(spin):
                spin.setRange(0, max(count - 1, 0))
                spin.setValue(value)
        self.layer.setToolTip(f"Layer of the file, counted from 0: {state.layer_words}.")
        self._show_plane(state)
        with QSignalBlocker(self.temperature):
            self.temperature.setValue(round(TICKS * math.log10(state.temperature)))
        self.readout.setText(f"{state.temperature:.3g}")
        describe(self.temperature, f"τ = {self.readout.text()}")
        self._rows.setRowVisible(self.seen_by, state.mask_of is not None)
        if state.mask_of is not None:
            tokens = [Choice(str(i), numbered(i, words)) for i, words in enumerate(state.tokens)]
            last = len(state.tokens) - 1
            fill(self.seen_by, tokens, str(last if state.mask_of == -1 else state.mask_of))
        self.keys.show(state.keys)

    def _show_plane(self, state: AttentionState) -> None:
        fill(self.kind, state.planes, state.plane)
        tokens = [Choice(str(i), numbered(i, words)) for i, words in enumerate(state.tokens)]
        self._chosen = state.triple
        for box, token in zip(self.triple, state.triple, strict=True):
            fill(box, tokens, str(token))
        fill(self.token, tokens, str(state.token))
        self._rows.setRowVisible(self._triple_row, state.plane == "tokens")
        self._rows.setRowVisible(self.token, state.plane == "fisher")


_PLANE_HINT = (
    "A plane through three queries contains them exactly; principal components show most of "
    "the variance of the queries; most Fisher information spans the directions in which "
    "attention changes fastest."
)
_SEEN_HINT = (
    "This model’s mask depends on the query (e.g. a causal mask): the manifold takes all "
    "queries over the keys that this token may attend to."
)
_TRIPLE_HINT = (
    "The plane passes exactly through the queries of three tokens; A and B start on the first two. "
    "A token that is chosen a second time exchanges its place."
)
_FISHER_HINT = (
    "The plane spanned by the two leading eigenvectors of the Fisher matrix K̂ᵀ(diag p − "
    "ppᵀ)K̂ at the query of this token."
)


def _number(name: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setAccessibleName(name)
    spin.setToolTip(f"{name} of the file, counted from 0.")
    return spin


def _button(words: str, hint: str) -> QPushButton:
    button = QPushButton(words)
    button.setToolTip(hint)
    return button


def _row(*widgets: tuple[QWidget, int]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(4)
    for widget, stretch in widgets:
        row.addWidget(widget, stretch)
    return row
