"""A shown answer stays while only its quality or view is out of date."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.jobs.ellipses import EllipseJob
from app.jobs.path import PathJob
from app.jobs.scalar_map import MapJob
from app.presenters.same_subject import same_subject
from compute.manifold.extent import Extent

PATH = PathJob("gaussian", (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), 0.0, "live")
MAP = MapJob("gaussian", "log", "entropy", 0, Extent(-1, 1, -1, 1), (64, 64))
ELLIPSES = EllipseJob("gaussian", "log", Extent(-1, 1, -1, 1))


@pytest.mark.parametrize(
    ("shown", "wanted", "same"),
    [
        (PATH, replace(PATH, quality="full", vector=(0.0, 2.0)), True),
        (PATH, replace(PATH, end=(1.0, 2.0)), False),
        (PATH, replace(PATH, alpha=1.0), False),
        (MAP, replace(MAP, pixels=(32, 32), view=Extent(-2, 2, -2, 2)), True),
        (MAP, replace(MAP, scalar="curvature"), False),
        (ELLIPSES, replace(ELLIPSES, chart="disk"), False),
        (ELLIPSES, ELLIPSES, True),
        (PATH, None, False),
        (PATH, MAP, False),
    ],
)
def test_a_shown_answer_stays_while_it_is_of_the_subject(shown, wanted, same):
    assert same_subject(shown, wanted) is same
