"""The steering bench: closed forms of its paths, bounds, refusals."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute import Status, open_engine
from compute.families.attention import of_head
from compute.requests.geodesics import ConnectRequest
from compute.steering.bench import STRAIGHT, steer
from tests.compute.steering import outputs

ENGINE = open_engine("reference")
LAYER = outputs.random(900, 12, 1.5)


@pytest.fixture(scope="module", params=[4096, 300])
def found(request):
    """The paths with all words as keys, and with a lumped key."""
    return steer(LAYER, 1, 4, ENGINE, keys=request.param)


def test_the_e_path_is_straight_in_the_hidden_state(found):
    e = found.routes[0]
    a, b = LAYER.hidden[[1, 4]]
    np.testing.assert_allclose(e.states, a + e.t[:, None] * (b - a), atol=1e-12)
    # so log p is linear in t but for its norm: ratios of two words are geometric means
    p = outputs.softmax(LAYER, e.states)
    odds = np.log(p[:, :5] / p[:, 5:10])
    np.testing.assert_allclose(odds[4], (odds[0] + odds[8]) / 2, atol=1e-10)


def test_the_m_path_is_straight_in_the_mean(found):
    m = found.routes[1]
    eta = outputs.softmax(LAYER, m.states) @ LAYER.unembedding.astype(float)
    straight = (1 - m.t)[:, None] * eta[0] + m.t[:, None] * eta[-1]
    miss = np.linalg.norm(eta - straight, axis=1).max() / np.linalg.norm(eta[-1] - eta[0])
    assert miss == pytest.approx(m.bend.max(), abs=1e-12)
    # exact with all words; with a lumped key corrected
    assert miss < (1e-7 if not found.choice.left else 2e-5)
    assert found.routes[0].bend.max() > 5 * miss
    assert found.off > 0.01


def test_all_paths_join_the_two_tokens(found):
    p = outputs.softmax(LAYER, LAYER.hidden[[1, 4]])
    for path in found.routes:
        np.testing.assert_allclose(path.states[[0, -1]], LAYER.hidden[[1, 4]], atol=1e-9)
        np.testing.assert_allclose(path.p[[0, -1], 0], p.max(axis=1), atol=1e-9)
        assert (path.leak[[0, -1]] <= 0.1).all() and path.kl[0] == pytest.approx(0, abs=1e-12)


def test_the_distance_lies_between_its_bounds(found):
    p = outputs.softmax(LAYER, LAYER.hidden[[1, 4]])
    lower = 2 * np.arccos(np.sqrt(p[0] * p[1]).sum())
    assert found.lower == pytest.approx(lower, abs=1e-10)
    assert found.lower < found.length < found.upper
    assert found.status == found.length_status == Status.OK
    assert found.likely == tuple(
        np.searchsorted(np.cumsum(-np.sort(-p)), 0.9, "left") + 1 for p in p
    )


def test_the_geodesic_is_shorter_than_the_straight_line_in_its_plane(found):
    theta = np.linspace(*found.plane.theta[[1, 4]], 400)
    roots = np.sqrt(outputs.softmax(LAYER, found.plane.q0 + theta @ found.plane.U.T))
    line = 2 * np.linalg.norm(np.diff(roots, axis=0), axis=1).sum()
    curve = found.plane.q0 + found.plane.theta[1] @ found.plane.U.T
    np.testing.assert_allclose(curve, LAYER.hidden[1], atol=1e-10)
    # with a lumped key distances are of its partition
    assert found.length < line * (1 + 1e-4 if not found.choice.left else 1.01)


def test_a_path_that_is_not_solved_is_not_ok(monkeypatch):
    monkeypatch.setattr("compute.steering.mean_path.ROUNDS", 1)
    assert steer(LAYER, 1, 4, ENGINE).status == Status.NOT_CONVERGED


def test_an_m_path_that_the_lumped_key_bends_is_not_ok(monkeypatch):
    monkeypatch.setattr("compute.steering.mean_path.CORRECTIONS", 0)
    found = steer(LAYER, 1, 4, ENGINE, keys=100)
    bent = found.routes[1].bend > STRAIGHT
    assert bent.sum() == 7 and found.status == Status.NOT_VERIFIED
    np.testing.assert_array_equal(found.routes[1].status, np.where(bent, Status.NOT_VERIFIED, 0))
    assert (found.routes[0].status == Status.OK).all()


def test_the_length_is_over_all_words_and_an_upper_bound_of_the_distance():
    # with much mass in the lumped key, its own geodesic is shorter than the lower bound
    flat = outputs.random(5000, 12, 0.6)
    few, every = (steer(flat, 1, 4, ENGINE, keys=keys) for keys in (40, 4096))
    assert few.choice.rest.min() > 0.3 and few.lower == every.lower
    assert few.lower < every.length <= few.length * (1 + 1e-9) and few.length < 1.05 * every.length
    whole = steer(LAYER, 1, 4, ENGINE)
    manifold = of_head(whole.choice.file().head(0, 0), whole.plane)
    ends = whole.plane.theta[[1]], whole.plane.theta[[4]]
    paths = ENGINE.connect(ConnectRequest(manifold, *ends, 0.0, 64))
    assert whole.length == pytest.approx(paths.length[0], rel=1e-6)


@pytest.mark.parametrize(
    ("a", "b", "options", "words"),
    [
        (1, 1, {}, "two tokens of different hidden states, got 1 and 1"),
        (6, 1, {}, r"the first token of random must be from 0 to 5, got 6"),
        (1, -1, {}, r"the second token of random must be from 0 to 5, got -1"),
        (1, 2, {"points": 1}, "points must be from 2 to 129, got 1"),
        (1, 2, {"points": 1000}, "points must be from 2 to 129, got 1000"),
        (1, 2, {"budget": 0.0}, r"the KL budget must be positive and finite, got 0\.0"),
        (1, 2, {"budget": float("nan")}, "the KL budget must be positive and finite, got nan"),
        (1, 2, {"keys": 2}, "the number of keys must be from 3 to 4096, got 2"),
        (1, 2, {"third": 6}, "must be from 0 to 5, got 6"),
        (1, 2, {"third": 2}, "lie on one line"),
    ],
)
def test_what_is_wrong_is_named(a, b, options, words):
    with pytest.raises(ValueError, match=words):
        steer(LAYER, a, b, ENGINE, **options)


def test_states_with_the_same_next_word_are_refused():
    rows = np.column_stack([LAYER.unembedding[:50, :3], np.zeros(50)])
    hidden = np.array([[1.0, 2, 3, 0], [1, 2, 3, 9], [0, 1, 1, 1]])
    layer = compute.heads.output_layer.OutputLayer(
        "flat", rows, hidden, np.zeros(50), tuple(map(str, range(50))), ("a", "b", "c")
    )
    with pytest.raises(ValueError, match="tokens 0 and 1 have the same next word"):
        steer(layer, 0, 1, ENGINE)
