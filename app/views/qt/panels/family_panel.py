"""The family panel: the manifold, its parameters, chart, connection and map."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QWidget

from app.views.interface.events import FormulaTyped, Handler, Held, SceneEdited
from app.views.interface.panel_state import PanelState
from app.views.qt.panels.attention_form import AttentionForm
from app.views.qt.panels.formula_panel import FormulaPanel
from app.views.qt.panels.number_rows import NumberRows
from app.views.qt.style.icons import swatch
from app.views.qt.style.style import fixed
from app.views.qt.widgets.speech import describe
from app.views.qt.widgets.token_picker import token_picker
from app.views.qt.widgets.widgets import NARROW, Slider, caption, fill, form, label, panel, picker
from app.views.text.mathematics import as_html

ALPHA_STEPS = 20
SWATCH = (44, 12)


class FamilyPanel:
    """Pickers over a `PanelState`; every choice is a `SceneEdited`.

    A user-defined family is emitted at every keystroke.
    """

    def __init__(self, emit: Handler) -> None:
        self._emit = emit
        self._state: PanelState | None = None
        self._furnished = False
        self.widget, column = panel(NARROW)
        self.family = picker("Family", "The family of distributions whose geometry is shown.")
        column.addWidget(self.family)
        self.formula = label("", "formula", wrap=True)
        self.formula.setToolTip(
            "The Fisher–Rao line element: the distance between two nearby distributions."
        )
        column.addWidget(self.formula)
        self.note = label("", "quiet", wrap=True)
        column.addWidget(self.note)
        for mathematics in (self.formula, self.note):
            mathematics.setTextFormat(Qt.TextFormat.RichText)
        self.numbers = NumberRows(emit)
        column.addWidget(self.numbers.widget)
        self.own = FormulaPanel(lambda text: emit(FormulaTyped(text)))
        column.addWidget(self.own.widget)
        self.head = AttentionForm(emit)
        column.addWidget(self.head.widget)
        column.addWidget(label("Connection and chart", "heading"))
        column.addLayout(self._make_geometry())
        column.addWidget(label("Map", "heading"))
        self._map = self._make_map()
        column.addLayout(self._map)
        column.addStretch(1)
        self._wire()
        # shared with other families
        self._rest: tuple[QWidget, ...] = (
            self.numbers.widget, self.own.widget, self.head.widget, self.chart, self.alpha,
            self.alpha_words, self.scalar, self.token, self.colormap, self.opacity,
        )  # fmt: skip

    def _make_geometry(self) -> QFormLayout:
        rows = form()
        self.chart = picker("Chart", "The coordinates in which the manifold is drawn.")
        self.alpha = Slider()
        self.alpha.setRange(-ALPHA_STEPS, ALPHA_STEPS)
        self.alpha.setAccessibleName("Alpha of the connection")
        self.alpha.setToolTip(
            "α = 0 is the Levi-Civita connection, whose geodesics are locally shortest. In an "
            "exponential family geodesics of α = 1 are straight in θ, those of α = −1 straight "
            "in η."
        )
        self.alpha_words = label("0")
        fixed(self.alpha_words, 38)
        self.alpha_words.setAlignment(Qt.AlignmentFlag.AlignRight)
        row = QHBoxLayout()
        row.addWidget(self.alpha, 1)
        row.addWidget(self.alpha_words)
        rows.addRow(caption("Chart"), self.chart)
        rows.addRow(caption("α"), row)
        return rows

    def _make_map(self) -> QFormLayout:
        rows = form()
        self.scalar = picker("Scalar map", "The quantity shown as colour over the chart.")
        self.token = token_picker("Key", "The key whose probability is mapped.")
        rows.addRow(caption("Colour by"), self.scalar)
        rows.addRow(caption("Key"), self.token)
        self.colormap = picker("Colour map", _COLORMAP_HINT)
        self.colormap.setIconSize(QSize(*SWATCH))
        self.opacity = Slider()
        self.opacity.setRange(0, 100)
        self.opacity.setAccessibleName("Opacity of the map")
        self.opacity.setToolTip("Opacity of the map.")
        rows.addRow(caption("Colours"), self.colormap)
        rows.addRow(caption("Opacity"), self.opacity)
        return rows

    def _wire(self) -> None:
        self.family.activated.connect(lambda i: self._change("family", self.family.itemData(i)))
        self.scalar.activated.connect(lambda i: self._change("scalar", self.scalar.itemData(i)))
        self.chart.activated.connect(lambda i: self._change("chart", self.chart.itemData(i)))
        self.colormap.activated.connect(
            lambda i: self._change("colormap", self.colormap.itemData(i))
        )
        self.opacity.valueChanged.connect(lambda v: self._change("map_opacity", v / 100))
        self.token.activated.connect(lambda i: self._change("token", i))
        self.alpha.valueChanged.connect(lambda v: self._change("alpha", v / ALPHA_STEPS))
        self.alpha.sliderPressed.connect(lambda: self._emit(Held(True)))
        self.alpha.sliderReleased.connect(lambda: self._emit(Held(False)))

    def _change(self, field: str, value: object) -> None:
        self._emit(SceneEdited(((field, value),)))

    def show(self, state: PanelState) -> None:
        """Show a state without emitting events."""
        if state == self._state:
            return
        self._state = state
        for widget in self._rest:
            widget.setEnabled(True)
        fill(self.family, state.families, state.family)
        fill(self.scalar, state.scalars, state.scalar)
        fill(self.chart, state.charts, state.chart)
        self.formula.setText(as_html(state.line_element))
        self.note.setText(as_html(state.note))
        self.numbers.show(tuple(state.numbers))
        self.own.widget.setVisible(bool(state.definition))
        if state.definition:
            self.own.show(state.definition)
        self.head.widget.setVisible(state.attention is not None)
        if state.attention is not None:
            self.head.show(state.attention)
        fill(self.token, state.outcomes, str(state.token))
        self._map.setRowVisible(self.token, state.scalar == "probability")
        fill(self.colormap, state.colormaps, state.colormap)
        if self._furnished:
            self._draw_swatches()
        with QSignalBlocker(self.opacity):
            self.opacity.setValue(round(100 * state.map_opacity))
        describe(self.opacity, f"{state.map_opacity:.0%} opaque")
        with QSignalBlocker(self.alpha):
            self.alpha.setValue(round(state.alpha * ALPHA_STEPS))
        self.alpha_words.setText(f"{state.alpha:+.2f}".replace("-", "−") if state.alpha else "0")
        describe(self.alpha, f"α = {self.alpha_words.text()}")

    def wait(self, words: str, whole: bool) -> None:
        """Show what is being prepared in place of the old subject's texts, until the next state."""
        self._state = None
        self.formula.setText("")
        self.note.setText(words)
        for widget in self._rest if whole else ():
            widget.setEnabled(False)

    def furnish(self) -> None:
        """Show swatches of the colour maps, which are slow to load."""
        self._furnished = True
        self._draw_swatches()

    def _draw_swatches(self) -> None:
        for i in range(self.colormap.count()):
            if self.colormap.itemIcon(i).isNull():
                self.colormap.setItemIcon(i, swatch(self.colormap.itemData(i), *SWATCH))


_COLORMAP_HINT = "Perceptually uniform, also for colour-blind viewers."
