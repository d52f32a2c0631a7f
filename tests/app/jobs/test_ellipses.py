"""Fisher circles: all over the view, of one radius, with little overlap."""

from __future__ import annotations

import numpy as np
import pytest

from app.jobs.ellipses import EllipseAnswer, EllipseJob
from compute.manifold.extent import Extent


@pytest.mark.parametrize("top", [1.6, 3.0])
def test_circles_are_in_every_third_of_the_half_plane(top, reference_engine):
    view = Extent(-4.0, 4.0, -1.6, top)
    answers: list[EllipseAnswer] = []
    EllipseJob("gaussian", "log", view).perform(reference_engine, answers.append, lambda: False)
    (found,) = answers
    middle = (found.outlines.max(axis=1) + found.outlines.min(axis=1)) / 2
    third = np.floor(3 * (middle[:, 1] - view.y0) / (view.y1 - view.y0))
    assert (np.bincount(third.astype(int), minlength=3) > 5).all()
    # circles of a row, whose halves are as wide as σ times the radius, stay apart
    for y in np.unique(middle[:, 1].round(9)):
        x = np.sort(middle[np.isclose(middle[:, 1], y), 0])
        assert (np.diff(x) > 1.8 * np.exp(y) * found.radius).all()
