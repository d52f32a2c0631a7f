"""The chart in words: numbers of closed forms, each with its status, and none without one."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from app.jobs.path import PathJob
from app.jobs.scalar_map import MapJob
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.data_points import DataPoint
from app.model.notes import Note
from app.model.scene import Pin, completed
from app.presenters.chart_in_words import NOT_YET, paragraphs
from app.presenters.measures import measures
from app.views.text.number_format import Numbers, within
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from tests.claims import each

VIEWPORT = Viewport(pixels=(24, 16))
DIGITS = Numbers(12, "nats")


def answered(name: str, **fields: object) -> tuple[Subject, list]:
    subject = Subject.of(completed(replace(scene_file.load(name), **fields)))
    found: list = []
    PathJob.wanted(subject, VIEWPORT).perform(ReferenceEngine(), found.append, lambda: False)
    job = MapJob.wanted(subject, VIEWPORT)
    if job is not None:
        maps: list = []
        job.perform(ReferenceEngine(), maps.append, lambda: False)
        found.append(maps[-1])
    return subject, found


def after(words: str, text: str) -> float:
    """Return the number that follows ``words``."""
    (found,) = re.findall(re.escape(words) + r" ([−\d.e]+)", text)
    return float(found.rstrip(".").replace("−", "-"))


def test_normals_with_the_distance_of_the_closed_form():
    # from (0, 1) to (0, 2) the geodesic is vertical: √2 log 2; in the middle σ = √2; K = −1/2
    subject, found = answered("gaussian", start=Pin((0.0, 1.0)), end=Pin((0.0, 2.0)))
    told = "\n".join(paragraphs(subject, found, numbers=DIGITS))
    assert "A is at μ = 0, σ = 1. B is at μ = 0, σ = 2." in told
    exact = math.sqrt(2.0) * math.log(2.0)
    assert after("has the Fisher–Rao length", told) == pytest.approx(exact, rel=1e-11, abs=0)
    assert after("By closed form the distance is", told) == pytest.approx(exact, rel=1e-11, abs=0)
    enclosed, width = re.findall(
        r"By the curve and K ≤ 0 the distance is ([\d.]+) ± (\S+)\.", told
    )[0]
    assert abs(float(enclosed) - exact) <= float(width) < 1e-11
    assert after("geodesic: μ = 0, σ =", told) == pytest.approx(math.sqrt(2.0), rel=1e-11, abs=0)
    assert "K is −0.5 at A and −0.5 at B" in told and "(converged, in float64" in told
    # the entropy ½ log(2πe σ²) is monotone: least at the lowest cell centre of the view
    low, high = subject.scene.view.y0, subject.scene.view.y1
    least = 0.5 * math.log(2 * math.pi * math.e) + low + (high - low) / 2 / 256
    assert after("Entropy (nats), in view from", told) == pytest.approx(least, rel=1e-9, abs=0)


def test_the_bounds_by_curvature_are_a_measure_where_k_is_not_positive():
    found = answered("gaussian", start=Pin((0.0, 1.0)), end=Pin((0.0, 2.0)))[1]
    (shown,) = (m.value for m in measures(found[0]) if m.name == "Bounds by curvature")
    middle, error = map(float, shown.split(" ± "))
    assert abs(middle - math.sqrt(2.0) * math.log(2.0)) <= error < 1e-11
    assert "Bounds by curvature" not in {m.name for m in measures(answered("octant")[1][0])}


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1.25, 1.26, "1.255 ± 0.006"),
        (2.0, 2.0 + 2e-12, "2 ± 3e-12"),
        (99.0, 101.0, "100 ± 1"),
        (0.0, 0.5, "0 … 0.5"),
        (1.0, 1.0, "1 … 1"),
    ],
)
def test_an_interval_is_a_value_with_its_error(low, high, text):
    assert within(low, high) == text


def test_the_sphere_of_three_outcomes_has_curvature_a_quarter():
    told = "\n".join(paragraphs(*answered("octant")))
    assert "Gaussian curvature K is 0.25 at A and 0.25 at B (from the metric, in float64)" in told
    assert "Chart: Octant of a sphere" in told


def test_points_of_data_are_told_but_not_those_fitted_to_another_family():
    points = (DataPoint((0.5, 2.0), "north", 25.0), DataPoint((1.0, 0.5)))
    subject, found = answered("gaussian", points=points)
    told = paragraphs(subject, found)
    assert (
        "Points of data: north at μ = 0.5, σ = 2 (fitted to 25 observations); one at μ = 1, σ = 0.5."
        in told
    )
    elsewhere = (replace(points[0], family="student_t"), *points[1:])
    subject = Subject.of(replace(subject.scene, points=elsewhere))
    told = paragraphs(subject, found)
    assert "Points of data: one at μ = 1, σ = 0.5." in told
    assert "1 points of data were fitted to other numbers of the family, and are hidden." in told


def test_a_head_says_its_tokens_and_what_its_rows_are():
    told = paragraphs(*answered("bank", notes=(Note("a $g_{ij}$", (0.0, 0.0)),)))
    assert told[-1] == "Notes: a g_ij."
    assert "Layer 4, head 9 of bank." in told[0] and "Not verified: the file" in told[0]
    assert told[1].startswith("A is on the token “3 by”, at θ₁ = −5.80759")


def test_no_length_is_given_as_a_distance_without_its_status():
    subject, (path, *ground) = answered("gaussian")

    def told(status: Status, **changes: object) -> str:
        paths = replace(path.paths, status=np.array([status]))
        return "\n".join(paragraphs(subject, [replace(path, paths=paths, **changes), *ground]))

    ways = {status: told(status, distance=None) for status in Status}
    assert each(status.words in words for status, words in ways.items())
    failed = [words for status, words in ways.items() if not status.arrived]
    assert each("No geodesic from A to B" in words for words in failed)
    assert each("not the geodesic" in words for words in failed)
    assert "The distance is smaller." in ways[Status.NOT_SHORTEST]
    curved = told(Status.OK, job=replace(path.job, alpha=0.5), distance=None)
    assert "geodesic of α = 0.5" in curved and "This is not the distance." in curved
    unknown = "\n".join(paragraphs(subject, [], "the formula has no value there"))
    assert NOT_YET in unknown and "length" not in unknown and "The map is not known yet" in unknown
    assert "Last problem: the formula has no value there." in unknown
