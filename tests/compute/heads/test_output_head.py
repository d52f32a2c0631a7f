"""The output layer as a head: the lumped key, and the manifold on a plane of hidden states."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import compute
from compute.families import manifold
from compute.heads import output_file
from compute.heads.head_selection import chosen, file_of
from compute.heads.output_head import MOST_KEYS, choose
from compute.heads.output_layer import OutputLayer
from tests.compute.steering import outputs

LAYER = outputs.random(500, 8, 1.5)


def rows(choice, states):
    logits = states @ choice.K.T + choice.bias
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize(("a", "b"), [(0, 1), (4, 2)])
def test_the_distributions_of_the_pair_are_exact(a, b):
    choice = choose(LAYER, a, b, most=60)
    p = outputs.softmax(LAYER, LAYER.hidden[[a, b]])
    assert len(choice.K) == 60 and choice.left == 441
    np.testing.assert_allclose(
        rows(choice, LAYER.hidden[[a, b]])[:, :-1], p[:, choice.chosen], atol=1e-14
    )
    np.testing.assert_allclose(choice.rest, 1 - p[:, choice.chosen].sum(axis=1), atol=1e-14)
    # the likeliest of either are chosen
    best = np.argsort(-p.max(axis=0))[:59]
    assert set(choice.chosen) == set(best)


def test_the_lumped_key_is_their_mean_but_along_the_line():
    choice = choose(LAYER, 0, 1, most=60)
    p = outputs.softmax(LAYER, LAYER.hidden[[0, 1]])
    others = np.setdiff1d(np.arange(500), choice.chosen)
    means = p[:, others] @ LAYER.unembedding[others] / p[:, others].sum(axis=1, keepdims=True)
    way = LAYER.hidden[1] - LAYER.hidden[0]
    off = choice.K[-1] - means.mean(axis=0)
    np.testing.assert_allclose(off - way * (off @ way) / (way @ way), 0, atol=1e-12)
    # so its mass is a little too large between them, and nearly right near them
    middle = LAYER.hidden[[0, 1]].mean(axis=0)
    true = outputs.softmax(LAYER, middle)[others].sum()
    assert true < rows(choice, middle)[-1] < 1.5 * true


def test_few_words_need_no_lumped_key():
    choice = choose(LAYER, 0, 1)
    assert choice.left == 0 and choice.rest.tolist() == [0, 0] and len(choice.K) == 500
    np.testing.assert_allclose(
        rows(choice, LAYER.hidden), outputs.softmax(LAYER, LAYER.hidden), atol=1e-14
    )
    assert MOST_KEYS == 4096


def test_a_factor_multiplies_keys_and_not_the_bias():
    scaled = OutputLayer(
        "s", LAYER.unembedding, LAYER.hidden, LAYER.bias, LAYER.words, LAYER.tokens, scale=0.25
    )
    p = outputs.softmax(scaled, LAYER.hidden)
    np.testing.assert_allclose(np.exp(scaled.log_rows(LAYER.hidden)), p, atol=1e-14)
    choice = choose(scaled, 0, 1, 50)
    lumped = rows(choice, LAYER.hidden[:2])[:, -1]
    np.testing.assert_allclose(lumped, choice.rest, atol=1e-14)


def test_the_head_is_a_family_on_the_plane_of_three_tokens(tmp_path):
    path = outputs.written(tmp_path / "out.npz", outputs.random(5000, 8, 1.5))
    family = f"attention:{path}?output=1,4"
    found = manifold(family)
    head, plane = chosen({"source": path, "output": "1,4"})
    assert plane.triple is not None and plane.triple[:2] == plane.pins == (1, 4)
    file = file_of({"source": path, "output": "1,4"})
    assert (file.layers, file.heads, file.part) == (1, 1, "output layer")
    assert file.key_labels[-1] == "(905 other words)" and len(file.key_labels) == 4096
    assert head.factor == 1.0
    # the metric is the covariance of all keys but the few of little mass
    layer = outputs.random(5000, 8, 1.5)
    p = outputs.softmax(layer, layer.hidden[1])
    K = layer.unembedding.astype(float) @ plane.U
    g = (K - p @ K).T @ (p[:, None] * (K - p @ K))
    packed = found.geometry(plane.theta[1]).metric
    np.testing.assert_allclose(packed[:3], [g[0, 0], g[0, 1], g[1, 1]], rtol=2e-2)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("1", "output must be the numbers of two tokens, I,J, got '1'"),
        ("1,2,3", "output must be the numbers of two tokens, I,J, got '1,2,3'"),
        ("a,b", "output must be numbers such as"),
        ("1,1", "two tokens of different hidden states, got 1 and 1"),
        ("0,6", "must be from 0 to 5, got 6"),
    ],
)
def test_a_pair_that_is_none_is_refused(tmp_path, output, words):
    path = outputs.written(tmp_path / "out.npz", LAYER)
    with pytest.raises(ValueError, match=words):
        manifold(f"attention:{path}?output={output}")


def test_a_plane_needs_a_third_token(tmp_path):
    path = outputs.written(tmp_path / "two.npz", outputs.random(50, 4, tokens=2))
    with pytest.raises(ValueError, match="a plane needs a third token beside 0,1"):
        manifold(f"attention:{path}?output=0,1")


def test_a_row_that_stands_for_others_is_the_lumped_key():
    layer = outputs.random(40, 6)
    lumped = replace(layer, others=1000)
    p = outputs.softmax(layer, layer.hidden[[1, 4]])
    found = choose(lumped, 1, 4)
    assert found.left == 1000 and len(found.chosen) == 39
    assert found.labels[-1] == "(1000 other words)"
    np.testing.assert_allclose(found.rest, p[:, -1], rtol=1e-12)
    np.testing.assert_array_equal(found.K, layer.unembedding.astype(float))
    few = choose(lumped, 1, 4, 10)
    assert 39 not in few.chosen and few.left == 1039 - 9
    np.testing.assert_allclose(few.rest, 1 - p[:, few.chosen].sum(axis=1), rtol=1e-9)


def test_the_bundled_output_layer_has_the_numbers_of_all_words():
    """Against a forward pass with all 49,152 words: probabilities, bounds and length of one pair."""
    layer = output_file.load("cat")
    p = outputs.softmax(layer, layer.hidden)
    the, top, mat = (layer.words.index(word) for word in ("Ġthe", "Ġtop", "Ġmat"))
    for token, word, own in (
        (20, the, 0.31783),
        (20, top, 0.28576),
        (30, the, 0.91163),
        (32, mat, 0.85064),
    ):
        assert p[token, word] == pytest.approx(own, abs=layer.verified)
    assert layer.verified < 1e-3 and layer.others + len(layer) - 1 == 49152
    found = compute.steer("cat", 20, 30)
    assert found.status.name == "OK"
    assert found.length == pytest.approx(1.4829, rel=5e-3)
    assert found.lower == pytest.approx(1.4691, rel=5e-3)
    assert found.upper == pytest.approx(1.5399, rel=5e-3)
    for path in found.routes:
        assert path.leak.max() == pytest.approx(0.074, abs=1e-3)
