"""Numbers entered for a scene, in θ and in the quantities on the axes of its chart."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from app.jobs.preparation import edited
from app.jobs.scalar_map import MapAnswer, MapJob
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.scene import Pin, completed, of_family
from app.presenters import point_rows, scalar_maps
from app.presenters.points import changes, entered, is_theta, numbers, stepped
from compute.engine.reference import ReferenceEngine
from compute.families import families
from tests.claims import each


def subject(name: str = "gaussian", **fields: object) -> Subject:
    return Subject.of(completed(replace(scene_file.load(name), **fields)))


def after(before: Subject, *entry: object) -> Subject:
    return Subject.of(edited(before.scene, entered(before, *entry)))


def test_a_logarithmic_axis_is_entered_as_it_is_marked():
    made = after(subject(), "A", None, "(0, 1)")
    assert made.chart.log == (False, True) and is_theta(made.manifold, made.chart)
    assert made.scene.start == Pin((0.0, 1.0))
    made = after(after(made, "view 1", 0, "0.1"), "view 1", 1, "10")
    assert made.scene.view.y0 == math.log(0.1) and made.scene.view.y1 == math.log(10)
    assert numbers(made, "view 1") == pytest.approx((0.1, 10.0), rel=1e-14, abs=0)


def test_the_poincare_disk_is_entered_by_its_own_coordinates():
    # w = (z − i)/(z + i) of z = μ/√2 + iσ, and back
    before = subject("disk")
    made = after(before, "chart A", None, "(0.25, -0.5)")
    mu, sigma = made.scene.start.theta
    z = complex(mu / math.sqrt(2.0), sigma)
    w = complex(0.25, -0.5)
    cayley = [(z - 1j) / (z + 1j) * turn for turn in (1, 1j, -1, -1j)]
    assert min(abs(found - w) for found in cayley) < 1e-14
    assert point_rows.groups(made, point_rows.still(made, None))[2].rows[0].values == (
        "0.25",
        "-0.5",
    )
    # a vector goes over by the derivative: v′ = w′(z) v, whose size is 2/|z + i|² |v|
    pushed = after(made, "chart v", None, "(0.1, 0)").scene.vector
    size = abs(complex(pushed[0] / math.sqrt(2.0), pushed[1])) * 2 / abs(z + 1j) ** 2
    assert size == pytest.approx(0.1, rel=1e-12, abs=0)
    with pytest.raises(ValueError, match=r"^A must lie in the domain, .*, got \(0.8, 0.8\)$"):
        entered(made, "chart A", None, "0.8, 0.8")


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (("A", 1, "-1"), r"A must lie in the domain, σ .*, got \(-1.5, -1\)"),
        (("B", 0, "one"), "μ of B must be a number"),
        (("alpha", 0, "2"), r"α must lie in -1 … 1, got 2.0"),
        (
            ("view 0", 0, "9"),
            r"μ of the view must increase by more than rounding, got \[9.0, 4.0\]",
        ),
        (("view 1", 0, "-1"), "σ of the view must be positive, got -1.0"),
        (
            ("limits", 1, "-9"),
            r"colour limits must increase by more than rounding, got \[0.0, -9.0\]",
        ),
        (("loop radii", 0, "0"), r"the radii of the loop must be positive, got \(0, "),
        (("loop centre", 1, "-3"), "the whole loop must lie in the domain, "),
        (("v", 0, "1e29"), "coordinates of the vector at A must lie in"),
    ],
)
def test_what_the_scene_cannot_be_is_refused_by_its_name(entry, why):
    with pytest.raises(ValueError, match=f"^{why}"):
        entered(subject(), *entry, (0.0, 1.0))


def test_parameters_are_checked_before_anything_is_derived():
    for family, name, bad in (
        ("student_t", "family.nu", "0"),
        ("attention:bank", "family.temperature", "-1"),
    ):
        before = Subject.of(of_family(scene_file.load("gaussian"), family))
        assert entered(before, name, 0, "1/2") == {name: 0.5}
        with pytest.raises(ValueError, match=rf" must .*, got {bad}(\.0)?$"):
            entered(before, name, 0, bad)


def test_a_weight_leaves_neither_of_the_two_out():
    assert families()["mixture_mm"].checked({"w": 0.5}) == {"w": 0.5}
    for bad in (0.0, 1.0):
        with pytest.raises(
            ValueError, match=r"^w of mixture_mm must lie in \[0\.001, 0\.999\], got "
        ):
            families()["mixture_mm"].checked({"w": bad})


def test_the_points_stay_where_only_a_parameter_is_another():
    first = of_family(scene_file.load("gaussian"), "student_t:nu=5.0")
    moved = replace(first, start=Pin((0.25, 2.0)), vector=(0.5, 0.0))
    other = edited(moved, {"family.nu": 3.0})
    assert (other.start, other.vector, other.view) == (moved.start, moved.vector, moved.view)
    assert of_family(moved, "cauchy").start != moved.start


def test_a_loop_keeps_its_shape_at_another_place_and_size():
    before = subject(loop=((0.0, 1.0), (2.0, 1.0), (1.0, 3.0)))
    assert numbers(before, "loop centre") == pytest.approx((1.0, 2.0), abs=1e-12)
    assert numbers(before, "loop radii") == pytest.approx((1.0, 1.0), abs=1e-12)
    made = after(after(before, "loop centre", None, "2, 5"), "loop radii", 1, "1/2")
    np.testing.assert_allclose(made.scene.loop, [(1, 4.5), (3, 4.5), (2, 5.5)], rtol=0, atol=1e-12)
    assert made.scene.layers.loop


def test_colour_limits_are_the_maps_own_until_they_are_entered():
    before = subject()
    assert numbers(before, "limits", (0.5, 2.0)) == (0.5, 2.0)
    made = Subject.of(edited(before.scene, entered(before, "limits", 0, "0", (0.5, 2.0))))
    assert made.scene.limits == (0.0, 2.0)
    assert after(made, "limits", 1, "").scene.limits is None
    assert edited(made.scene, {"scalar": "curvature"}).limits is None, "they were the entropy's"


def test_steps_are_decimal_and_never_cross_a_logarithmic_zero():
    before = subject(start=Pin((0.1, 0.3)))
    made = before
    for _ in range(3):
        made = Subject.of(edited(made.scene, changes(made, "A", stepped(made, "A", 0, 1))))
    assert made.scene.start.theta[0] == 0.4, "and not 0.1 + 0.1 + 0.1 + 0.1"
    for _ in range(60):
        made = Subject.of(edited(made.scene, changes(made, "A", stepped(made, "A", 1, -10))))
    assert 0.0 < made.scene.start.theta[1] < 0.02
    assert stepped(before, "alpha", 0, 100) == (1.0,)


def test_a_pin_on_the_place_of_a_token_is_on_it():
    before = subject("bank")
    marks = before.manifold.landmarks
    token = next(i for i in range(len(marks.labels)) if marks.is_own(i))
    x, y = map(float, marks.theta[token])
    assert entered(before, "B", None, f"{x!r}, {y!r}")["end"] == Pin((x, y), token)
    assert entered(before, "B", None, f"{x!r}, {y + 1e-9!r}")["end"].token is None


@pytest.mark.parametrize("name", scene_file.names())
def test_what_every_scene_shows_can_be_entered_again(name):
    made = Subject.of(scene_file.load(name))
    found = point_rows.groups(made, point_rows.still(made, (0.0, 1.0)))
    rows = [row for group in found for row in group.rows]
    assert each(all(row.values) for row in rows)
    for row in rows:
        entry = ", ".join(row.values) if len(row.values) == 2 else row.values[0]
        place = None if len(row.values) == 2 else 0
        values = numbers(after(made, row.key, place, entry), row.key, (0.0, 1.0))
        near = pytest.approx(numbers(made, row.key, (0.0, 1.0)), rel=1e-9, abs=1e-11)
        assert values == near, row.key


def test_a_map_is_coloured_between_the_limits_that_were_entered():
    made = subject(limits=(0.25, 0.75))
    job = MapJob.wanted(made, Viewport(pixels=(40, 30)))
    found: list[MapAnswer] = []
    replace(job, side=16).perform(ReferenceEngine(), found.append, lambda: False)
    assert scalar_maps.color_map(made, found[0]).limits == (0.25, 0.75)
    low, high = scalar_maps.color_map(subject(), found[0]).limits
    assert low < 0.25 and high > 0.75, "the map's own, without"
