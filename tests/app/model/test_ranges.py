"""The allowed values of a scene's fields: bounds are allowed, and refusals name the value."""

from __future__ import annotations

import math

import pytest

from app.model import ranges
from compute.manifold.extent import Extent


@pytest.mark.parametrize("value", [-1.0, 0.0, 2.0])
def test_both_ends_of_a_range_are_in_it(value):
    ranges.within("α", value, -1.0, 2.0)


@pytest.mark.parametrize("value", [-1.0000001, 2.0000001, math.inf, math.nan])
def test_beyond_a_range_is_refused(value):
    with pytest.raises(ValueError, match=r"^α must lie in -1 … 2, got "):
        ranges.within("α", value, -1.0, 2.0)


# the difference must exceed 1e-12 of the larger of the two, and 1e-30
@pytest.mark.parametrize(
    "values", [(0.0, 1e-29), (-1.0, -1.0 + 1e-11), (1e6, 1e6 + 1e-5), (-1e-3, 1e-3), (0.0, 1e15)]
)
def test_limits_that_increase_by_more_than_rounding_are_limits(values):
    ranges.increasing("limits", values)


@pytest.mark.parametrize(
    "values", [(0.0, 1e-31), (1.0, 1.0), (2.0, 1.0), (-1.0, -1.0 + 1e-13), (1e6, 1e6 + 1e-7)]
)
def test_limits_that_do_not_increase_are_refused(values):
    with pytest.raises(ValueError, match=r"limits must increase by more than rounding, got \["):
        ranges.increasing("limits", values)


@pytest.mark.parametrize("values", [(0.0, 2e15), (-2e15, 0.0), (0.0, math.inf)])
def test_coordinates_too_large_to_be_drawn_are_refused(values):
    with pytest.raises(ValueError, match=r"coordinates of limits must lie in -1e\+15 … 1e\+15"):
        ranges.increasing("limits", values)


def test_a_camera_looks_from_any_elevation_and_at_a_bounded_zoom():
    for camera in (None, (500.0, -90.0, 0.01, 0.0, 0.0), (0.0, 90.0, 100.0, 9.0, -9.0)):
        ranges.camera(camera)
    for camera in (
        (0.0, 91.0, 1.0, 0.0, 0.0), (0.0, 0.0, 0.009, 0.0, 0.0), (0.0, 0.0, 101.0, 0.0, 0.0),
        (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 1.0, 0.0, math.nan), (0, 0, 1, 0, 0), [0.0] * 5,
    ):  # fmt: skip
        with pytest.raises(ValueError, match="a camera must be five finite numbers"):
            ranges.camera(camera)


def test_a_view_is_refused_whose_sides_are_too_short_or_too_long():
    ranges.view(Extent(-1.0, 1.0, 1e6, 1e6 + 1e-5))
    for extent in (Extent(-1.0, 1.0, 1e6, 1e6 + 1e-7), Extent(-6e14, 6e14, 0.0, 1.0)):
        with pytest.raises(ValueError, match="a view's sides must be below"):
            ranges.view(extent)
