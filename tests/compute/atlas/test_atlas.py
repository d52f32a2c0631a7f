"""The scores of heads and the distances between them, against plain NumPy from the stored rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute import open_engine
from compute.atlas.attention_pattern import NO_REPEAT, NO_SELF, pattern
from compute.atlas.fisher_spectrum import effective_dimension
from compute.atlas.head_distances import head_distances
from compute.atlas.head_scores import HeadScores, all_scores, on_plane, scores
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.heads.head import HeadFile, load
from compute.heads.query_plane import plane_of

CAT, BANK = load("cat"), load("bank")
LAYERS = {1: 0, 11: 1, 16: 2, 17: 3, 18: 4, 24: 5}


def softmax(file: HeadFile, layer: int, head: int) -> Floats:
    """Return the rows of a head without the program's own code."""
    q, k = (a[layer, head].astype(float) for a in (file.q, file.k))
    scores = q @ k.T / np.sqrt(k.shape[1])
    if file is CAT:
        scores = np.where(np.tril(np.ones(scores.shape, bool)), scores, -np.inf)
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(p / p.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(("file", "layer", "head"), [(CAT, 3, 5), (CAT, 4, 8), (BANK, 2, 6)])
def test_shares_are_means_of_the_rows(file: HeadFile, layer: int, head: int) -> None:
    p, found = softmax(file, layer, head), pattern(file, layer, head)
    logs = np.log(np.where(p > 0, p, 1.0))
    assert found.entropy == pytest.approx(-(p * logs).sum(axis=1).mean(), abs=1e-9)
    assert found.first_key == pytest.approx(p[:, 0].mean(), abs=1e-12)
    assert found.previous_token == pytest.approx(np.diagonal(p, -1).mean(), abs=1e-12)
    after = {}
    for i, token in enumerate(file.tokens):
        earlier = [j for j in range(i) if file.tokens[j] == token]
        if earlier:
            after[i] = earlier[-1] + 1
    share = np.mean([p[i, j] for i, j in after.items()])
    assert found.induction == pytest.approx(share, abs=1e-12)
    assert found.followers == len(after)


def test_every_score_of_every_head_is_that_of_plain_numpy() -> None:
    """All heads of the causal model, by rows that are computed here, and the distances between them."""
    roots = []
    for layer in range(CAT.layers):
        for head in range(CAT.heads):
            p, found = softmax(CAT, layer, head), pattern(CAT, layer, head)
            roots.append(np.sqrt(p))
            last: dict[str, int] = {}
            after = []
            for i, token in enumerate(CAT.tokens):
                after += [p[i, last[token] + 1]] if token in last else []
                last[token] = i
            keys = CAT.k[layer, head].astype(float)
            metrics = [np.cov(keys.T, aweights=row, ddof=0) for row in p[1:]]
            expected = {
                "entropy": -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=1).mean(),
                "first_key": p[:, 0].mean(),
                "previous_token": np.diagonal(p, -1).mean(),
                "induction": np.mean(after),
            }
            for name, value in expected.items():
                assert getattr(found, name) == pytest.approx(value, abs=1e-9), (layer, head, name)
            dimension = np.mean([np.trace(g) ** 2 / (g**2).sum() for g in metrics])
            assert effective_dimension(CAT, layer, head) == pytest.approx(dimension, abs=1e-6)
    apart, every = head_distances([CAT]).values, np.array(roots)
    for i in range(0, len(every), 5):
        cosines = np.clip((every[i] * every).sum(axis=2), -1.0, 1.0)
        np.testing.assert_allclose(apart[i], 2 * np.arccos(cosines).mean(axis=1), atol=1e-6)


def test_known_heads_come_first() -> None:
    every = {(LAYERS[n], h): pattern(CAT, LAYERS[n], h) for n in LAYERS for h in range(9)}
    best = {
        kind: max(every, key=lambda place: getattr(every[place], kind))
        for kind in ("first_key", "induction", "previous_token")
    }
    assert best == {
        "first_key": (LAYERS[18], 8),
        "induction": (LAYERS[17], 5),
        "previous_token": (LAYERS[16], 0),
    }
    second = max(set(every) - {best["induction"]}, key=lambda place: every[place].induction)
    assert second == (LAYERS[18], 6)


def test_shares_that_are_undefined_say_why() -> None:
    once = replace(CAT, tokens=tuple("abcdefg") + tuple(map(str, range(26))))
    once = replace(once, key_tokens=once.tokens)
    assert np.isnan(pattern(once, 3, 5).induction) and pattern(once, 3, 5).problem == NO_REPEAT
    other = replace(CAT, key_tokens=tuple(map(str, range(33))))
    found = pattern(other, 3, 5)
    assert np.isnan(found.previous_token) and found.problem == NO_SELF
    assert np.isfinite(found.first_key)


def test_effective_dimension_is_that_of_the_covariance_of_the_keys() -> None:
    for file, place in ((CAT, (2, 0)), (BANK, (4, 6))):
        p, keys = softmax(file, *place), file.k[place].astype(float)
        ratios = []
        for row in p:
            g = np.cov(keys.T, aweights=row, ddof=0)
            if row.max() < 1:
                ratios.append(np.trace(g) ** 2 / (g**2).sum())
        assert effective_dimension(file, *place) == pytest.approx(
            np.mean(ratios), rel=1e-9, abs=0.0
        )


def test_a_sink_and_a_softcap_count_in_the_metric() -> None:
    """With a sink as a key at 0, and the slopes of a softcap, by differences of the rows."""
    ones = np.ones((CAT.layers, CAT.heads))
    file = replace(CAT, sinks=0.5 * ones, softcap=3.0 * ones)
    q, k = CAT.q[1, 1].astype(float), CAT.k[1, 1].astype(float)

    def roots(query: Floats, seen: int) -> Floats:
        logits = np.append(3.0 * np.tanh(k[:seen] @ query / 8 / 3.0), 0.5)
        p = np.exp(logits - logits.max())
        return np.asarray(2.0 * np.sqrt(p / p.sum()))

    ratios = []
    for i, query in enumerate(q):
        step = 1e-5 * np.eye(len(query))
        slopes = [(roots(query + e, i + 1) - roots(query - e, i + 1)) / 2e-5 for e in step]
        g = np.array(slopes) @ np.array(slopes).T
        ratios.append(np.trace(g) ** 2 / (g**2).sum())
    assert effective_dimension(file, 1, 1) == pytest.approx(np.mean(ratios), rel=1e-7)


@pytest.mark.parametrize("file", [BANK, load("trophy")], ids=lambda file: file.name)
def test_geometry_of_the_plane(file: HeadFile) -> None:
    """Condition numbers and curvatures by moments of the keys on the plane of the three tokens; of an
    odd and of an even number of queries.
    """
    found = on_plane(open_engine("reference"), file, 1, 8)
    plane = plane_of(file.head(1, 8))
    keys = file.k[1, 8].astype(float) @ plane.U / np.sqrt(32)
    offsets = file.k[1, 8].astype(float) @ plane.q0 / np.sqrt(32)
    conditions, curvatures = [], []
    for theta in plane.theta:
        p = np.exp(keys @ theta + offsets)
        p /= p.sum()
        c = keys - p @ keys
        g, t = np.einsum("j,ja,jb->ab", p, c, c), np.einsum("j,ja,jb,jc->abc", p, c, c, c)
        inverse = np.linalg.inv(g)
        riemann = t[0, 1] @ inverse @ t[0, 1] - t[0, 0] @ inverse @ t[1, 1]
        conditions.append(np.linalg.cond(g))
        curvatures.append(abs(riemann) / (4 * np.linalg.det(g)))
    assert found.condition == pytest.approx(np.median(conditions), rel=1e-9, abs=0.0)
    assert found.curvature_max == pytest.approx(max(curvatures), rel=1e-9, abs=0.0)
    assert found.status == Status.OK and found.conjugate_points == 0


def test_a_head_without_a_plane_says_why() -> None:
    one = replace(
        BANK, q=np.asarray(BANK.q[0, 0])[None, None, :1], k=np.asarray(BANK.k[0, 0])[None, None, :1],
        tokens=BANK.tokens[:1], key_tokens=BANK.key_tokens[:1],
    )  # fmt: skip
    found = scores(open_engine("reference"), one, 0, 0)
    assert found.on_plane.problem and np.isnan(found.on_plane.curvature_max)
    assert found.first_key == 1.0 and np.isnan(found.previous_token)
    assert np.isnan(found.effective_dimension)


def test_a_head_of_equal_keys_has_a_singular_metric() -> None:
    q, k = (np.asarray(of[0, 0])[None, None] for of in (BANK.q, BANK.k))
    file = replace(BANK, q=q, k=np.zeros_like(k), layer_numbers=(), attention=None)
    found = on_plane(open_engine("reference"), file, 0, 0)
    assert np.isinf(found.condition) and np.isnan(found.curvature_max)
    assert found.status != Status.OK


def test_scores_come_head_by_head() -> None:
    one = replace(CAT, q=np.asarray(CAT.q[0, 0])[None, None], k=np.asarray(CAT.k[0, 0])[None, None])
    found = list(
        all_scores(open_engine("reference"), replace(one, attention=None, layer_numbers=()))
    )
    assert [(of.layer, of.head) for of in found] == [(0, 0)]
    assert isinstance(found[0], HeadScores) and found[0].verified is None


def test_distances_are_mean_arcs_between_rows() -> None:
    found = head_distances([CAT])
    index = {(place.layer, place.head): i for i, place in enumerate(found.places)}
    assert found.queries == 33 and found.values.shape == (54, 54)
    for first, second in (((4, 7), (4, 8)), ((0, 2), (3, 5))):
        p, other = softmax(CAT, *first), softmax(CAT, *second)
        arcs = 2.0 * np.arccos(np.minimum(np.sqrt(p * other).sum(axis=1), 1.0))
        between = found.values[index[first], index[second]]
        assert between == pytest.approx(arcs.mean(), abs=1e-7)
    assert (found.values == found.values.T).all() and (np.diag(found.values) == 0).all()


def test_distances_over_texts_and_models() -> None:
    """Texts of one model: means over the texts.  Other models: over the same tokens, or refused."""
    trophy = load("trophy")
    both, each = head_distances([BANK, trophy]), [head_distances([f]) for f in (BANK, trophy)]
    mean = sum(one.queries * one.values for one in each) / sum(one.queries for one in each)
    np.testing.assert_allclose(both.values, mean, atol=1e-12)
    with pytest.raises(ValueError, match="bank and cat are not of one model"):
        head_distances([BANK, CAT])
    other = replace(CAT, model="another")
    found = head_distances([CAT, other])
    assert len(found.places) == 108
    np.testing.assert_allclose(np.diag(found.values[:54, 54:]), 0.0, atol=0)
