"""The plots of the flow panel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from app.views.interface.flow import FlowState, Setting
from app.views.interface.theme import DARK
from tests.claims import each
from tests.windows import destroy, live

pytestmark = pytest.mark.window
HALF = 6.0  # pixels: a dot of 10 and its outline


@pytest.mark.parametrize("value", [2.0, 3e-7])
def test_the_first_dot_of_a_plot_is_whole(value):
    import pyqtgraph as pg

    from app.views.qt.panels.flow_panel import FlowPanel

    pg.mkQApp()
    panel = FlowPanel(lambda _: None, DARK)
    one = np.array([value])
    panel.show(FlowState((), 0.0, 1.0, False, "", "", np.zeros(1), one, one, one))
    panel.widget.resize(340, 600)
    panel.widget.show()
    live()
    names = ("norm", "mass", "energy")
    for plot in panel.widget.findChildren(pg.PlotWidget):
        if plot.accessibleName().split()[0] in names:
            box = plot.getViewBox()
            dot = box.mapViewToScene(QPointF(0.0, value))
            assert dot.y() - box.sceneBoundingRect().top() > HALF
    destroy(panel.widget)


@pytest.mark.parametrize("width", [200, 300])
def test_no_name_of_a_number_in_a_form_is_cut(width):
    import pyqtgraph as pg
    from PySide6.QtWidgets import QAbstractSpinBox, QLabel

    from app.views.qt.widgets.settings_form import NARROWEST, SettingsForm

    pg.mkQApp()
    form = SettingsForm(lambda *_: None, width)
    panel = form.widget
    numbers = (("layer", "Layer", 3), ("head", "Head", 11), ("content", "Content", 1))
    form.show([Setting(*row[:2], "", row[2], limits=(0, 20)) for row in numbers]
              + [Setting("share", "Place α", "", 0.25)])  # fmt: skip
    panel.setFixedWidth(width + 20)
    panel.show()
    live()
    names = [it for it in panel.findChildren(QLabel) if it.text()]
    assert [it.text() for it in names] == ["Layer", "Head", "Content", "Place α"]
    assert each(it.width() >= it.sizeHint().width() for it in names)
    assert each(it.width() >= NARROWEST for it in panel.findChildren(QAbstractSpinBox))
    assert len({it.y() for it in names}) < len(names), "two stand beside each other"
    destroy(panel)
