"""The plots of the flow panel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from app.views.interface.flow import FlowState
from app.views.interface.theme import DARK
from tests.windows import live

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
    panel.widget.close()
    panel.widget.deleteLater()
