"""Zeros over time: tracks of fields whose zeros are known in closed form."""

from __future__ import annotations

import json
from dataclasses import replace
from unittest.mock import MagicMock

import numpy as np
import pytest

import compute
from app.cli.main import main
from app.jobs import flow as flowing
from app.jobs.subject import Subject
from app.model import scene_file
from app.model.flow import FlowSettings
from app.presenters import zero_lives
from app.views.interface.views import Canvas
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.flow import initial_fields
from compute.flow.grid import grid
from compute.flow.zero_tracks import Tracker
from compute.flow.zeros import boundary_index, singularities
from compute.manifold.extent import Extent
from tests.claims import each

SQUARE = Extent(-1.0, 1.0, 1.0, 3.0)
MIDDLE = np.array([0.0, 2.0])


def nodes(side=33, name="gaussian", extent=SQUARE):
    manifold = manifold_of(name)
    chart = next(c for c in manifold.charts if c.name == "parameters")
    return grid(ReferenceEngine(), manifold, chart, extent, (side, side))


def followed(g, times, field):
    """Tracks of a field (k, 2) of places (k, 2) from the square's middle, and of time."""
    tracker = Tracker(g)
    for t in times:
        at = g.chart.pull(g.theta, field(g.x - MIDDLE, t))
        tracker.add(float(t), singularities(g, at))
    return tracker.tracks()


def pair(end):
    """Zeros at ±√(end − t), of index ±1 each: they meet at ``end``."""
    return lambda p, t: np.stack([p[..., 0] ** 2 - (end - t), p[..., 1] + 0.013], axis=-1)


def test_a_pair_that_meets_is_born_with_the_record_and_dies_together():
    end, times = 0.4321, np.linspace(0.0, 0.6, 61)
    plus, minus = sorted(followed(nodes(), times, pair(end)), key=lambda track: -track.index)
    assert (plus.index, minus.index) == (1, -1)
    assert plus.birth.cause == minus.birth.cause == "record"
    assert plus.death.cause == minus.death.cause == "pair"
    assert {plus.kinds[0], minus.kinds[0]} == {"node", "saddle"}
    np.testing.assert_allclose(plus.x[:, 1], MIDDLE[1] - 0.013, atol=1e-9)
    h = 2 / 32
    away = end - plus.times > 0.01  # within a cell of one another x² is no bilinear field
    np.testing.assert_allclose(plus.x[away, 0], np.sqrt(end - plus.times[away]), atol=h * h)
    assert plus.death.time == pytest.approx(end, abs=0.01)


def test_a_pair_that_is_born_is_the_same_backwards():
    times = np.linspace(0.0, 0.6, 61)
    tracks = followed(nodes(), times, lambda p, t: pair(0.4321)(p, 0.6 - t))
    assert [track.birth.cause for track in tracks] == ["pair", "pair"]
    assert [track.birth.partner for track in tracks] == [1, 0]
    assert tracks[0].birth.time == tracks[1].birth.time == pytest.approx(0.6 - 0.4321, abs=0.01)
    assert {track.death.cause for track in tracks} == {"record"}


def test_places_converge_at_second_order():
    errors = []
    for side in (17, 33, 65):
        tracks = followed(nodes(side), np.linspace(0.0, 0.3, 31), pair(0.4321))
        gaps = [np.abs(t.x[:, 0]) - np.sqrt(0.4321 - t.times) for t in tracks]
        errors.append(np.abs(gaps).max())
    assert errors[0] / errors[1] == pytest.approx(4.0, abs=1.0)
    assert errors[1] / errors[2] == pytest.approx(4.0, abs=1.0)


def test_a_zero_that_wanders_in_and_out_keeps_one_track():
    def field(p, t):
        return p - np.array([1.5 * np.cos(t), 0.3])

    (track,) = followed(nodes(), np.linspace(0.0, 2 * np.pi, 101)[:50], field)
    assert track.birth.cause == track.death.cause == "edge"
    assert track.birth.time == pytest.approx(np.arccos(1 / 1.5), abs=0.07)
    assert track.death.time == pytest.approx(np.arccos(-1 / 1.5), abs=0.07)
    np.testing.assert_allclose(track.x[:, 0], 1.5 * np.cos(track.times), atol=1e-9)


def test_two_zeros_that_turn_about_each_other_are_told_apart():
    def field(p, t):
        z, a = p[..., 0] + 1j * p[..., 1], 0.5 * np.exp(1j * t)
        w = (z - a) * (z + a)
        return np.stack([w.real, w.imag], axis=-1)

    tracks = followed(nodes(49), np.linspace(0.0, 2 * np.pi, 65), field)
    assert [track.index for track in tracks] == [1, 1]
    for track in tracks:
        np.testing.assert_allclose(track.x[-1], track.x[0], atol=1e-6)
        turned = np.unwrap(np.arctan2(*(track.x - MIDDLE).T[::-1]))
        assert turned[-1] - turned[0] == pytest.approx(2 * np.pi, abs=1e-6)


def test_a_leap_is_said_to_be_lost():
    tracks = followed(nodes(65), [0.0, 1.0], lambda p, t: p - (2 * t - 1) * np.array([0.5, 0.5]))
    assert [t.death.cause for t in tracks] == ["lost", "record"]
    assert [t.birth.cause for t in tracks] == ["record", "lost"]


def test_a_zero_that_goes_inwards_does_not_leave_over_the_edge():
    """It vanishes under way, four to seven cells from the edge, at two speeds; outwards it leaves."""
    times = np.linspace(0.0, 1.0, 11)
    for inwards, cause in ((1.0, "lost"), (-1.0, "edge")):
        for cells in (0.3, 0.6):
            first = 0.94 if inwards > 0 else 0.94 - 0.625 * cells

            def field(p, t, first=first, speed=0.625 * cells * inwards):
                at = p - np.array([first - speed * t, 0.0])
                return at if t < 0.95 else np.ones_like(at)

            (track,) = followed(nodes(), times, field)
            assert track.death.cause == cause
            assert track.birth.cause == "record"


def test_the_past_does_not_change():
    g, tracker = nodes(), Tracker(nodes())
    for t in np.linspace(0.0, 0.6, 61):
        tracker.add(float(t), singularities(g, g.chart.pull(g.theta, pair(0.3)(g.x - MIDDLE, t))))
    before = tracker.tracks(until=0.2)
    assert [track.death.cause for track in before] == ["record", "record"]
    assert before[0].times[-1] == pytest.approx(0.2)
    assert tracker.tracks(until=-1.0) == ()
    with pytest.raises(ValueError, match=r"later than 0\.6"):
        tracker.add(0.6, [])


def test_all_zeros_of_random_fields_are_found_where_they_are():
    """∏(z − aₖ)∏(z − bₖ)*, whose zeros are aₖ with index +1 and bₖ with −1."""
    rng, g, told_apart = np.random.default_rng(3), nodes(65), 0
    z = (g.x - MIDDLE) @ np.array([1, 1j])
    for _ in range(200):
        roots = rng.uniform(-0.9, 0.9, (5, 2)) @ np.array([1, 1j])
        index = np.array([1, 1, 1, -1, -1])
        w = (
            np.prod(z[..., None] - roots[:3], axis=-1)
            * np.prod(z[..., None] - roots[3:], axis=-1).conj()
        )
        field = g.chart.pull(g.theta, np.stack([w.real, w.imag], axis=-1))
        zeros = singularities(g, field)
        assert sum(zero.index for zero in zeros) == boundary_index(g, field) == 1
        gaps = np.abs(roots[:, None] - roots) + 9 * np.eye(5)
        if gaps.min() > 0.2:
            told_apart += 1
            found = np.array([zero.x - MIDDLE for zero in zeros]) @ np.array([1, 1j])
            nearest = np.abs(roots[:, None] - found)
            assert len(zeros) == 5
            assert nearest.min(axis=1).max() < 0.15 * 2 / 64
            assert [zeros[i].index for i in nearest.argmin(axis=1)] == index.tolist()
    assert told_apart > 50


def test_indices_add_up_on_grids_that_are_cut():
    """Over the triangle of a categorical distribution, and round a hole."""
    rng = np.random.default_rng(5)
    g = nodes(40, "categorical3_expectation", Extent(0.0, 1.0, 0.0, 1.0))
    g.usable[8:13, 8:13] = False
    counted = 0
    for _ in range(200):
        c = rng.normal(size=(2, 16))
        x, y = np.moveaxis(4 * g.x - 1, -1, 0)
        powers = np.stack([x**i * y**j for i in range(4) for j in range(4)], axis=-1)
        field = g.chart.pull(g.theta, powers @ c.T)
        zeros = singularities(g, field)
        counted += len(zeros)
        assert sum(zero.index for zero in zeros) == boundary_index(g, field)
    assert counted > 100


def test_a_zero_goes_round_where_the_grid_does():
    """On the circle of μ: one zero that goes round twice is one track, and no edge is crossed."""
    manifold = manifold_of("von_mises")
    flow = compute.AttentionFlow(manifold, 40, chart="parameters", boundary="periodic")
    g, tracker = flow.grid, Tracker(flow.grid)
    assert g.wraps == (True, False)
    middle = g.x[20, 0, 1]
    for t in np.linspace(0.0, 4 * np.pi, 161):
        turned = g.x[..., 0] - t
        field = np.stack([np.sin(turned), 1.0 + np.cos(turned) - (g.x[..., 1] - middle - 0.03)], -1)
        zeros = singularities(g, g.chart.pull(g.theta, field))
        assert sum(zero.index for zero in zeros) == boundary_index(g, g.chart.pull(g.theta, field))
        tracker.add(float(t), zeros)
    tracks = tracker.tracks()
    assert sorted(len(track.times) for track in tracks)[0] == 161
    assert {track.birth.cause for track in tracks} == {"record"}
    assert {track.death.cause for track in tracks} == {"record"}
    canvas = MagicMock(spec=Canvas)
    extent = Extent(g.x[0, 0, 0], g.x[-1, -1, 0], g.x[0, 0, 1], g.x[-1, -1, 1])
    zero_lives.show(canvas, tracks, g.chart, extent)
    for call in canvas.set_curve.call_args_list:
        leaps = np.abs(np.diff(call.args[1].xy[:, 0]))
        assert np.nanmax(leaps) < 1.0


def test_a_flow_tells_of_its_zeros():
    flow = compute.AttentionFlow(manifold_of("gaussian"), 24)
    found = flow.evolve(initial_fields.random(flow.grid, 3), 0.4, records=40)
    assert sum(zero.index for zero in found.singularities) == found.boundary_index
    alive = [track for track in found.tracks if track.death.cause == "record"]
    assert len(alive) == len(found.singularities)
    assert {track.times[0] for track in found.tracks if track.birth.cause == "record"} == {0.0}
    for k, track in enumerate(found.tracks):
        if track.death.cause == "pair":
            other = found.tracks[track.death.partner]
            assert other.death == replace(track.death, partner=k)
            assert other.index == -track.index
    scalar = compute.AttentionFlow(manifold_of("gaussian"), 8, "scalar")
    assert scalar.evolve(np.ones((8, 8)), 0.1).tracks == ()


def test_lines_of_a_pair_lie_side_by_side():
    tracks = followed(nodes(), np.linspace(0.0, 0.6, 61), pair(0.4321))
    shown = zero_lives.lives(tracks)
    assert [life.partners[1] for life in shown] == [1, 0]
    assert [life.causes for life in shown] == [("record", "pair")] * 2
    canvas = MagicMock(spec=Canvas)
    zero_lives.show(canvas, tracks, nodes().chart, SQUARE)
    drawn = {call.args[0]: call.args[1].xy for call in canvas.set_curve.call_args_list}
    np.testing.assert_allclose(drawn["plus"][-1], drawn["minus"][-1])
    assert zero_lives.lives(()) == ()


def test_the_window_sees_the_same_past_at_the_same_time():
    scene = scene_file.load("gaussian")
    layers = replace(scene.layers, singularities=True)
    flow = FlowSettings(side=24, initial="random", seed=3, pace=0.01)
    for time in (0.3, 0.1):
        found = []
        at = replace(scene, layers=layers, flow=replace(flow, time=time))
        flowing.wanted(Subject.of(at)).perform(ReferenceEngine(), found.append, lambda: False)
        assert {float(track.times.max()) for track in found[-1].lives} <= set(0.01 * np.arange(31))
        assert max(track.times.max() for track in found[-1].lives) == pytest.approx(time)
        alive = [track for track in found[-1].lives if track.death.cause == "record"]
        assert len(alive) == len(found[-1].zeros)


def test_the_commands(capsys):
    arguments = ["flow", "gaussian", "--field", "random", "--seed", "3", "--grid", "24", "--json"]
    assert main([*arguments, "--records", "30", "--engine", "reference"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["times"]) == 31
    assert found["index_sum"] == found["boundary_index"]
    assert {"index", "times", "theta", "x", "kinds", "birth", "death"} == set(found["tracks"][0])
    assert {track["birth"]["cause"] for track in found["tracks"]} <= {"record", "pair", "edge"}
    asked = ["topology", "attention:bank", "--grid", "64", "--engine", "reference", "--json"]
    assert main(asked) == 0
    pairs = json.loads(capsys.readouterr().out)["pairs"]
    assert pairs[0]["death"] is None and len(pairs) > 1
    assert each(abs(pair["death"] - pair["birth"]) > 0.03 for pair in pairs[1:])
    assert main(["topology", "gaussian", "--scalar", "taste", "--engine", "reference"]) == 2
    assert "scalar must be one of entropy" in capsys.readouterr().err
