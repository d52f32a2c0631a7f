"""The bundled data of lessons: their scenes hold the maximum-likelihood points of the table."""

from __future__ import annotations

import re

import numpy as np
import pytest

import compute
from app.model import scene_file
from app.model.lessons import catalogue
from app.model.lessons.changes import NoChange, changed
from app.presenters.scene_panels import LAYER_WORDS
from tests import ROOT

LESSONS = ROOT / "assets" / "lessons"
# Stigler, Annals of Statistics 5 (1977): means and standard deviations (n − 1) of Michelson's series
MEANS, DEVIATIONS = [909.0, 856.0, 845.0, 820.5, 831.5], [104.93, 61.16, 79.11, 60.04, 54.22]


def test_the_table_of_the_speed_of_light_is_that_of_michelson():
    fits = compute.fit(ROOT / "assets" / "data" / "light.csv", "gaussian", "series", "speed")
    np.testing.assert_allclose(fits.theta[:, 0], MEANS, atol=1e-6)
    np.testing.assert_allclose(fits.theta[:, 1] * np.sqrt(20 / 19), DEVIATIONS, atol=5e-3)
    for name in ("data/light.json", "mean/laws.json"):
        points = scene_file.load(LESSONS / name).points
        np.testing.assert_allclose([p.theta for p in points], fits.theta, atol=1e-6)
        assert tuple(p.label for p in points) == fits.groups


def test_a_step_moves_a_point_by_its_label():
    folder = LESSONS / "mean"
    scene = changed(None, {"scene": "laws.json"}, folder)
    moved = changed(scene, {"point": "series 2 (900, 50)"}, folder)
    assert moved.points[1].theta == (900.0, 50.0)
    assert moved.points[0] == scene.points[0]
    for text in ("series 9 (1, 1)", "series 2", "series 2 (1, -1)"):
        with pytest.raises(NoChange, match="point"):
            changed(scene, {"point": text}, folder)


def test_lessons_call_layers_as_the_panel_does():
    titles = {words[0] for words in LAYER_WORDS.values()}
    for page in sorted(LESSONS.glob("*/lesson.md")):
        named = set(re.findall(r"\blayer \*([^*]+)\*[^*]", page.read_text("utf-8")))
        assert named <= titles, f"{page.parent.name} names layers that do not exist"


def test_no_pin_covers_a_point_that_is_to_be_dragged():
    """A pin lies above the points, so that the mouse would take the pin."""
    for step in catalogue.load("mean").steps:
        after = step.answer.points if step.answer is not None else ()
        moved = {p.theta for p, q in zip(step.scene.points, after, strict=False) if p != q}
        assert not moved & {step.scene.start.theta, step.scene.end.theta}
