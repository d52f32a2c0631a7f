"""Of very many outcomes the likeliest have bars, and the moving point has the same ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.export.figure_panels import LINE, Ink, draw_distributions
from app.jobs.path import PathJob
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.scene import completed, of_family
from app.presenters import drawables, outcomes
from app.views.interface.theme import DARK
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of


def shown(family: str):
    """The answer of a family's usual pins, and its distributions."""
    scene = completed(of_family(scene_file.load("bank"), family))
    found: list[object] = []
    job = PathJob.wanted(Subject.of(scene), Viewport())
    job = replace(job, quality="live", steps=16)
    job.perform(ReferenceEngine(), found.append, lambda: False)
    return found[-1], outcomes.distributions(scene, found[-1], manifold_of(family))


def test_of_257_keys_the_32_likeliest_have_bars():
    answer, plots = shown("attention:astronaut?layer=0&head=1")
    some = outcomes.shown_outcomes(answer)
    assert len(answer.labels) == 257 and len(plots.labels) == len(some) == 32
    assert plots.labels == tuple(answer.labels[j] for j in some)
    assert plots.few == "the 32 likeliest of 257"
    np.testing.assert_array_equal(plots.rows[0], answer.row_a[some])
    others = np.setdiff1d(np.arange(257), some)
    highest = answer.rows.max(axis=0)
    assert highest[some].min() >= highest[others].max()
    moving = drawables.moving_point(answer, 0.5)[1]
    np.testing.assert_array_equal(plots.rows[2], moving[some])


def test_all_257_have_names_and_rows_with_a_bar_or_without():
    answer, plots = shown("attention:astronaut?layer=0&head=1&mask=0,7")
    every = plots.every
    # keys that are left out do not change the numbers of the others
    assert [name.split()[0] for name in every.names[:7]] == ["1", "2", "3", "4", "5", "6", "8"]
    assert [name.partition(" ")[2] for name in every.names] == list(answer.labels)
    np.testing.assert_array_equal(every.rows[1], answer.row_b)
    np.testing.assert_array_equal(every.rows[:, every.shown], plots.rows)
    moved = plots.moved(answer.row_a)
    np.testing.assert_array_equal(moved.every.rows, [answer.row_a, answer.row_b, answer.row_a])
    np.testing.assert_array_equal(moved.rows[2], answer.row_a[every.shown])


def test_a_sink_has_no_number_and_of_very_many_keys_the_kept_ones_keep_theirs(tmp_path):
    rng = np.random.default_rng(2)
    q, k, v = rng.normal(size=(3, 1, 1, 600, 4))
    words = np.array([f"w{i}" for i in range(600)])
    np.savez(tmp_path / "h.npz", q=q, k=k, v=v, tokens=words, sinks=np.full((1, 1), 9.0))
    _, plots = shown(f"attention:{tmp_path / 'h.npz'}")
    assert len(plots.every.names) == 32 and "(sink)" in plots.every.names
    numbered = [name.split() for name in plots.every.names if name != "(sink)"]
    assert len(numbered) == 31 and [word for _, word in numbered] == [f"w{n}" for n, _ in numbered]


def test_a_few_outcomes_and_densities_are_shown_whole():
    answer, plots = shown("attention:bank")
    assert plots.labels == answer.labels and plots.few == ""
    answer, plots = shown("gaussian")
    np.testing.assert_array_equal(plots.x, answer.x)
    assert plots.labels == ()


def test_counts_are_stems_in_figures_and_densities_are_curves():
    for family, counted in (
        ("poisson_poisson", True),
        ("negative_binomial", True),
        ("gamma", False),
    ):
        _, plots = shown(family)
        page = Ink(DARK)
        draw_distributions(page, plots, (0.0, 0.0, 300.0, 300.0))
        lines = [shape.lines for shape in page.shapes if shape.pen.width == LINE]
        assert len(lines) == 3, family
        assert {len(row) for row in lines} == {len(plots.x) if counted else 1}, family
        if counted:
            ends = np.array(lines)
            assert (ends[..., 0, 0] == ends[..., 1, 0]).all(), "upright"
            top = np.argmin(ends[0, :, 1, 1])
            assert top == np.argmax(plots.rows[0]), "the likeliest count has the highest stem"
