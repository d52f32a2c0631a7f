"""The widgets that a package's description becomes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from app.views.interface.package_panel import PackagePanelState, Plot, Table, Words
from app.views.interface.theme import DARK, LIGHT
from tests.windows import destroy, live

pytestmark = pytest.mark.window


@pytest.fixture
def panel():
    import pyqtgraph as pg

    from app.views.qt.panels.package_panel import PackagePanel

    pg.mkQApp()
    made = PackagePanel(DARK)
    made.widget.resize(340, 600)
    made.widget.show()
    yield made
    destroy(made.widget)


def state(height: float, word: str = "<b>plain</b>") -> PackagePanelState:
    line = np.array([[0.0, 1.0], [np.nan, np.nan], [2.0, height]])
    table = Table(("n", "value"), (("1", f"{height:g}"), ("2", "x")))
    return PackagePanelState((Words(word), table, Plot("Title", "t", "v", {"a & b": line})))


def texts(panel) -> list[str]:
    live()
    found = [it for it in panel.widget.findChildren(QLabel) if it.isVisible()]
    return [it.text() for it in found]


def plots_of(panel) -> list:
    import pyqtgraph as pg

    return panel.widget.findChildren(pg.PlotWidget)


def test_blocks_are_shown_and_filled_again(panel):
    panel.show(state(3.0))
    assert texts(panel)[:6] == ["<b>plain</b>", "n", "value", "1", "3", "2"]
    (plot,) = plots_of(panel)
    assert plot.accessibleDescription() == "a & b: from 1 to 3"
    panel.show(state(4.0, "other"))
    assert texts(panel)[:6] == ["other", "n", "value", "1", "4", "2"]
    assert plots_of(panel) == [plot], "the widgets of the same form stay"
    assert plot.accessibleDescription() == "a & b: from 1 to 4"
    assert any("a &amp; b" in text for text in texts(panel))


def test_another_form_or_theme_makes_other_widgets(panel):
    panel.show(state(3.0))
    panel.set_theme(LIGHT)
    assert texts(panel)[0] == "<b>plain</b>"
    panel.show(PackagePanelState((Words("alone"),)))
    assert texts(panel) == ["alone"]
    panel.show(PackagePanelState(problem="panel p of package q is switched off"))
    assert texts(panel) == ["⚠ panel p of package q is switched off"]
    panel.show(None)
    assert texts(panel) == []


def test_a_curve_without_values_is_said_to_have_none(panel):
    empty = Plot("Title", "t", "v", {"a": np.full((2, 2), np.nan), "b": np.zeros((0, 2))})
    panel.show(PackagePanelState((empty,)))
    assert plots_of(panel)[0].accessibleDescription() == "a: no values; b: no values"
