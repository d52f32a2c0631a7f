"""Constructions as layers: their curves and measures, and what is said where they do not exist."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.jobs import studies
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model.layers import showing
from app.model.pins import Pin
from app.model.scene import Scene, completed
from app.presenters.drawing import shown_third
from compute.engine.reference import ReferenceEngine

SCENE = completed(
    Scene("gaussian", start=Pin((-1.0, 1.0)), end=Pin((1.0, 1.0)), third=Pin((0.0, 3.0)))
)
REFERENCE = ReferenceEngine()
NAMES = ("midpoint", "bisector", "perpendicular", "triangle", "centres", "parallel", "projection")


def answer(layer: str, scene: Scene = SCENE, dragging: bool = False, engine=REFERENCE):
    kind = next(kind for kind in studies.constructions() if kind.layer() == layer)
    job = kind.wanted(Subject.of(scene), Viewport(dragging=dragging))
    return None if job is None else job.answer(engine)


def values(layer: str, scene: Scene = SCENE) -> dict[str, str]:
    return {measure.name: measure.value for measure in answer(layer, scene).measures}


def test_the_menu_has_every_construction_in_order():
    assert tuple(kind.layer() for kind in studies.constructions()) == NAMES


@pytest.mark.parametrize("layer", NAMES)
def test_all_curves_and_measures_are_there_and_good(layer):
    found = answer(layer)
    assert set(found.curves) == set(found.job.curves)
    assert found.measures and all(m.ok and m.section == "constructions" for m in found.measures)


def test_measures_are_those_of_the_half_plane():
    assert values("midpoint")["Midpoint"].endswith("1.22474)")  # √(3/2)
    assert values("perpendicular")["Place of the foot"] == "t = 0.5"
    # the distance √2 arcosh 2 of A and B, beyond which the bisector is not drawn
    assert values("bisector")["Bisector"] == "to 1.862 from the midpoint"
    triangle = values("triangle")
    assert triangle["Angle sum − π"] == triangle["∫K dA"] == "-0.531083"
    assert triangle["Area of ABC"] == "1.06217"
    assert values("projection")["m-projection of C"].endswith("1)")


@pytest.mark.parametrize(
    ("layer", "changes", "words"),
    [
        ("midpoint", {"end": Pin((-1.0, 1.0))}, "A and B must differ"),
        ("triangle", {"third": Pin((-1.0, 1.0))}, "A and C must differ"),
        ("parallel", {"third": Pin((-1.0, 1.0))}, "A and C must differ"),
    ],
)
def test_equal_pins_are_refused_in_one_line(layer, changes, words):
    found = answer(layer, replace(SCENE, **changes))
    assert found.problem.startswith(words)
    assert not found.curves


def test_a_point_on_the_geodesic_says_so():
    scene = replace(SCENE, third=Pin((0.0, float(np.sqrt(1.5)))))
    assert values("perpendicular", scene)["Distance of C from AB"] == "0: C lies on it"


def test_what_does_not_exist_within_the_domain_says_so():
    pins = {"start": Pin((0.1, 0.07)), "end": Pin((0.06, 0.11)), "third": Pin((0.07, 0.8))}
    scene = completed(Scene("categorical3_expectation", **pins))
    found = answer("perpendicular", scene)
    assert found.measures[0].value == "does not exist within the model’s domain"
    assert not found.measures[0].ok and not found.curves


def test_a_drag_has_the_quick_parts_alone():
    found = answer("bisector", dragging=True)
    assert len(found.curves["bisector"]) == 17 and found.measures[0].value == "on release"
    assert answer("triangle", dragging=True).measures == ()
    assert set(answer("parallel", dragging=True).curves) == {"parallel", "equidistant"}
    # by the reference, where geodesics have no formula, what would hold up the hand is left out
    beta = completed(Scene("beta"))
    assert answer("bisector", beta, dragging=True).curves == {}
    assert set(answer("parallel", beta, dragging=True).curves) == {"parallel"}


def test_curves_of_a_drag_are_those_at_rest_to_a_pixel(gpu_engine):
    """Curves of the window's engine, in float32, lie on those of float64."""
    scene = completed(Scene("gamma"))
    for layer, curve in (("bisector", "bisector"), ("parallel", "equidistant")):
        live = answer(layer, scene, dragging=True, engine=gpu_engine).curves[curve]
        rest = answer(layer, scene).curves[curve]
        assert np.isfinite(live).all() and len(live) == 17
        every = (len(rest) - 1) // 16
        size = np.ptp(rest, axis=0)
        np.testing.assert_allclose(live / size, rest[::every] / size, atol=2e-3)
    found = answer("perpendicular", scene, dragging=True, engine=gpu_engine)
    assert [m.value for m in found.measures] == ["on release"]
    at = answer("perpendicular", scene).curves["foot"][0]
    np.testing.assert_allclose(found.curves["foot"][0], at, rtol=1e-3)


def test_projections_need_a_dually_flat_family():
    assert answer("projection", completed(Scene("cauchy"))) is None


def test_a_construction_shows_the_third_pin_that_it_starts_from():
    assert shown_third(SCENE) is None
    shown = {n: shown_third(replace(SCENE, layers=showing(SCENE.layers, n))) for n in NAMES}
    assert {n for n, pin in shown.items() if pin is None} == {"midpoint", "bisector"}
    assert shown_third(replace(SCENE, layers=showing(SCENE.layers, "third"))) == SCENE.third
