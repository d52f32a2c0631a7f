"""Groups of heads: redundant copies, clusters about medoids, and which files can be compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compute.atlas.head_distances import HeadDistances, Place, comparable, head_distances
from compute.atlas.head_groups import head_groups, nearest, redundant
from compute.heads.head import load

CAT, BANK, TROPHY = load("cat"), load("bank"), load("trophy")


def of_points(x):
    values = np.abs(np.subtract.outer(np.array(x), np.array(x)))
    return HeadDistances(tuple(Place(0, 0, i) for i in range(len(x))), values, 5)


def test_clusters_on_a_line_are_those_one_sees():
    groups = head_groups(of_points([0.0, 0.1, 0.3, 5.0, 5.2, 9.0]), 3)
    assert groups.labels.tolist() == [0, 0, 0, 1, 1, 2] and groups.medoids.tolist()[0] == 1
    assert groups.plane.share == pytest.approx(1.0, abs=1e-9)
    inside, outside = (0.1 + 0.3) / 2, (5.0 + 5.2) / 2
    assert groups.widths[0] == pytest.approx((outside - inside) / outside, abs=1e-12)
    assert np.isnan(head_groups(of_points([0.0, 1.0]), 1).widths).tolist() == [True, True]
    assert len(head_groups(of_points([0.0, 1.0]), 4).medoids) == 2
    with pytest.raises(ValueError, match="at least 1, got 0"):
        head_groups(of_points([0.0, 1.0]), 0)


def test_pairs_below_the_threshold_are_redundant_and_no_others():
    apart = of_points([0.0, 0.15, 0.3, 5.0])
    assert [pair[:2] for pair in redundant(apart, 0.2)] == [(0, 1), (1, 2)]
    assert redundant(apart, 0.15) == [], "the threshold itself is not below it"
    at, gaps = nearest(apart)
    assert at.tolist() == [1, 0, 1, 2] and gaps.tolist() == pytest.approx([0.15, 0.15, 0.15, 4.7])
    for wrong in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="threshold must be positive"):
            redundant(apart, wrong)


def test_a_copied_head_is_found_in_a_bundled_file():
    q, k = (np.concatenate([of[4:5, :3], of[4:5, :1]], axis=1) for of in (CAT.q, CAT.k))
    file = replace(CAT, q=q, k=k, layer_numbers=(), attention=None)
    pairs = redundant(head_distances([file]), 1e-3)
    assert [pair[:2] for pair in pairs] == [(0, 3)] and pairs[0][2] < 1e-6


def test_what_can_be_compared_is_one_line():
    assert comparable([CAT]) == "one text: all heads are compared"
    assert comparable([BANK, TROPHY]).startswith("2 texts of one model")
    other = replace(BANK, q=BANK.q[:2], k=BANK.k[:2], layer_numbers=(), attention=None)
    assert comparable([BANK, other]).startswith("2 models over the same tokens")
    with pytest.raises(ValueError, match="not of one model and differ in their tokens"):
        comparable([BANK, CAT])
    alone = replace(BANK, q=BANK.q[:1, :1], k=BANK.k[:1, :1], layer_numbers=(), attention=None)
    with pytest.raises(ValueError, match="distances need 2 to 2000 heads, got 1"):
        comparable([alone])
    single = replace(
        BANK, q=BANK.q[:, :, :1], k=BANK.k[:, :, :1], tokens=BANK.tokens[:1],
        key_tokens=BANK.key_tokens[:1], attention=None,
    )  # fmt: skip
    with pytest.raises(ValueError, match="has one key: all rows are the same"):
        head_distances([single])
