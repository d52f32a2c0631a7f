"""Marks of angles against closed forms of the normal distributions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.jobs.path import PathAnswer
from app.jobs.subject import Subject
from app.model.layers import Layers
from app.model.notes import Angle, Note
from app.model.scene import Pin, Scene, completed
from app.presenters import angles, notes
from compute.core.status import Status

A, B, V = (-1.0, 0.5), (1.5, 1.25), (0.3, 0.2)
SCENE = completed(
    Scene(family="gaussian", chart="parameters", start=Pin(A), end=Pin(B), vector=V,
          layers=Layers(map=False, ellipses=False, dual_paths=True, loop=True),
          angles=(Angle("A", ("geodesic", "vector")), Angle("B", ("geodesic", "vector")),
                  Angle("A", ("geodesic", "straight")), Angle("B", ("e", "m"))))
)  # fmt: skip


def fisher(at, v, w) -> float:
    """The angle by its definition, g = diag(1, 2)/σ², in degrees."""
    (v, w), g = (np.asarray(side) for side in (v, w)), np.array([1.0, 2.0]) / at[1] ** 2
    cosine = (g * v) @ w / np.sqrt((g * v) @ v * ((g * w) @ w))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def tangent() -> tuple[float, float]:
    """The geodesic at A: a circle about (c, 0) in the half-plane of μ/√2 and σ, crossed at B."""
    (a, s), (b, r) = (A[0] / np.sqrt(2), A[1]), (B[0] / np.sqrt(2), B[1])
    c = (b**2 + r**2 - a**2 - s**2) / (2 * (b - a))
    return np.sqrt(2) * s, c - a


@pytest.fixture(scope="module")
def found(reference_engine):
    from app.export import figure

    return figure.answers(SCENE, reference_engine, (300, 200))


def values(found, scene=SCENE) -> list[str]:
    return [arc.words for arc in angles.arcs(Subject.of(scene), found)][1:]


def test_angles_are_those_of_the_metric(found):
    natural = lambda p: np.array([p[0] / p[1] ** 2, -0.5 / p[1] ** 2])  # noqa: E731
    mean = lambda p: np.array([p[0], p[0] ** 2 + p[1] ** 2])  # noqa: E731

    def back(coordinates) -> np.ndarray:
        """The direction at B of the line to A that is straight in some coordinates."""
        at, h = np.array(B), 1e-6
        columns = [(coordinates(at + d) - coordinates(at - d)) / (2 * h) for d in h * np.eye(2)]
        return np.linalg.solve(np.array(columns).T, coordinates(A) - coordinates(B))

    carried = fisher(A, tangent(), V)  # transport keeps it
    straight = fisher(A, tangent(), np.subtract(B, A))
    e_and_m = fisher(B, back(natural), back(mean))
    shown = [float(words.rstrip("°")) for words in values(found)]
    assert shown == pytest.approx([carried, carried, straight, e_and_m], rel=1e-3)


def test_the_arc_is_a_part_of_a_fisher_circle_from_side_to_side(found):
    arc = angles.arcs(Subject.of(SCENE), found)[1]
    assert arc.foot == A and not arc.dashed
    sizes = (arc.arc**2 * [1.0, 2.0]).sum(axis=1) / A[1] ** 2
    assert sizes == pytest.approx(np.ones(len(sizes)), abs=1e-9)
    assert fisher(A, arc.arc[0], tangent()) == pytest.approx(0.0, abs=1e-3)
    assert fisher(A, arc.arc[-1], V) == pytest.approx(0.0, abs=1e-3)


def test_a_loop_shows_by_how_much_a_vector_has_turned(found):
    arc = angles.arcs(Subject.of(SCENE), found)[0]
    loop = next(answer for answer in found if "after" in getattr(answer, "curves", ()))
    first, last = (np.diff(loop.curves[kind], axis=0)[0] for kind in ("before", "after"))
    assert arc.is_turn and fisher(arc.foot, arc.arc[0], first) == pytest.approx(0.0, abs=1e-3)
    # the arc is made from the angle, the vector from the matrix of the loop
    assert fisher(arc.foot, arc.arc[-1], last) == pytest.approx(0.0, abs=0.01)
    assert arc.words.replace("−", "-") == f"{loop.turn:.4g} rad"


def test_what_is_not_certain_says_so_and_what_is_not_known_is_not_drawn(found):
    path = next(answer for answer in found if isinstance(answer, PathAnswer))
    lost = replace(path, paths=replace(path.paths, status=np.array([Status.NOT_CONVERGED])))
    first, *_ = angles.arcs(Subject.of(SCENE), [lost])
    assert first.dashed and first.words.endswith("° (not converged)")
    assert len(values([path])) == 2  # without e and m, and without the loop before them
    hidden = replace(SCENE, layers=replace(SCENE.layers, notes=False, loop=False))
    assert angles.arcs(Subject.of(hidden), [path]) == []


def test_angles_are_told_in_words_with_their_sides(found):
    told = angles.in_words(Subject.of(SCENE), found)
    assert told[0] == f"{values(found)[0]} at A between geodesic and vector"
    assert told[-1].endswith(" at B between e-path and m-path")
    hidden = replace(SCENE, layers=replace(SCENE.layers, notes=False))
    assert angles.in_words(Subject.of(hidden), found) == []


def test_a_note_in_the_coordinates_of_a_surface_is_not_drawn():
    """It has two coordinates of three; one in θ lies on the surface."""
    both = (Note("a", (0.0, 1.0), chart="height:parameters"), Note("b", (0.0, 1.0)))
    scene = completed(replace(SCENE, chart="height:parameters", notes=both))
    (drawn,) = notes.drawn(Subject.of(scene))
    assert drawn.written == "b" and len(drawn.at) == 3


def test_angles_of_the_triangle_are_marked_at_all_three_pins(reference_engine):
    """The tangents at C are those of the circles of the half-plane; angles sum to less than π."""
    from app.export import figure

    marks = (Angle("A", ("geodesic", "CA")), Angle("B", ("geodesic", "CB")),
             Angle("C", ("CA", "CB")))  # fmt: skip
    layers = Layers(map=False, ellipses=False, triangle=True)
    scene = completed(replace(SCENE, third=Pin((0.5, 3.0)), angles=marks, layers=layers))
    found = figure.answers(scene, reference_engine, (300, 200))
    arcs = angles.arcs(Subject.of(scene), found)
    assert len(arcs) == 3
    measured = [float(arc.words.removesuffix("°")) for arc in arcs]
    (study,) = (a for a in found if hasattr(a, "measures"))
    stated = [m.value for m in study.measures if m.name.startswith("Angle at")]
    wanted = [float(words.split("= ")[1].removesuffix("°")) for words in stated]
    np.testing.assert_allclose(measured, wanted, rtol=2e-4)
    assert angles.in_words(Subject.of(scene), found)[2].endswith("between side CA and side CB")
    moved = replace(scene, third=Pin((0.5, 2.0)))
    assert len(angles.arcs(Subject.of(moved), found)) == 0  # the triangle is that of another C
