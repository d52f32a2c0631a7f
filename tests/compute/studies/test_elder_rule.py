"""Joining components: how many persist from level to level, counted by SciPy's labelling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import generate_binary_structure, label

from compute.studies.elder_rule import joins
from compute.studies.topology import persistence

STRUCTURE = {False: generate_binary_structure(2, 1), True: generate_binary_structure(2, 2)}


@pytest.mark.parametrize("corners", [False, True])
def test_two_minima_join_at_the_lowest_way_between_them(corners):
    #         a ridge from top to bottom, whose lowest pixel is 6, or the corner below 5
    rank = np.array([[0, 7, 3], [2, 8, 1], [4, 6, 5]])
    births, deaths = joins(rank, corners)
    assert births.tolist() == [1]
    assert deaths.tolist() == [6]


def test_corners_join_what_edges_do_not():
    rank = np.array([[0, 3], [2, 1]])
    assert [part.tolist() for part in joins(rank, corners=True)] == [[], []]
    assert [part.tolist() for part in joins(rank, corners=False)] == [[1], [2]]


def test_what_comes_first_is_one():
    rank = np.array([[0, 6, 4, 7, 1], [2, 8, 5, 9, 3]])
    assert joins(rank, False, source=4)[0].tolist() == [4]
    assert sorted(joins(rank, False)[0].tolist()) == [1, 4]
    assert [len(part) for part in joins(np.array([[0]]), True)] == [0, 0]


def counted(f, low, high, corners):
    """How many components of {f ≤ low} are distinct ones of {f ≤ high}."""
    labels, _ = label(f <= high, STRUCTURE[corners])
    return len(np.unique(labels[f <= low]))


def alive(found, dimension, low, high):
    here = found.dimension == dimension
    return int((here & (found.birth <= low) & (found.death > high)).sum())


@pytest.mark.parametrize("kind", ["ties", "masked", "slope"])
@pytest.mark.parametrize("superlevel", [False, True])
def test_persistent_betti_numbers_are_those_of_labels(superlevel, kind):
    """These numbers for all pairs of levels determine the diagram."""
    rng = np.random.default_rng(7)
    sign = -1 if superlevel else 1
    for _ in range(4):
        f = rng.integers(0, 6, (9, 12)).astype(float)
        if kind == "masked":
            f[rng.random(f.shape) < 0.2] = np.nan
        if kind == "slope":
            f += np.arange(12) + rng.random(f.shape).round(1)
        found = persistence(sign * f, superlevel)
        up = found if not superlevel else _upward(found)
        closed = np.pad(np.where(np.isfinite(f), f, np.inf), 1, constant_values=np.inf)
        levels = np.unique(f[np.isfinite(f)])
        for i, low in enumerate(levels):
            for high in levels[i::3]:
                rest = -np.nextafter(closed, -np.inf)  # {f > high} = {rest ≤ …}
                above = counted(rest, -high, -low, corners=superlevel)
                assert alive(up, 0, low, high) == counted(f, low, high, corners=not superlevel)
                assert alive(up, 1, low, high) == above - 1


def _upward(found):
    return replace(found, birth=-found.birth, death=-found.death)


def pixel_by_pixel(rank, corners):
    """Pairs (birth, death) by union–find over all pixels, as they enter."""
    steps = [(0, 1), (1, 0), (0, -1), (-1, 0)] + [(1, 1), (1, -1), (-1, 1), (-1, -1)] * corners
    place = {int(r): index for index, r in np.ndenumerate(rank)}
    parent, pairs = {}, set()

    def root(i):
        while parent[i] != i:
            i = parent[i]
        return i

    for level in range(rank.size):
        parent[level] = level
        row, column = place[level]
        for down, right in steps:
            y, x = row + down, column + right
            inside = 0 <= y < rank.shape[0] and 0 <= x < rank.shape[1]
            if inside and rank[y, x] < level:
                older, younger = sorted((root(level), root(int(rank[y, x]))))
                parent[younger] = older
                # a pixel that joins what is there is no component of its own
                if older != younger and younger != level:
                    pairs.add((younger, level))
    return pairs


@pytest.mark.parametrize("corners", [False, True])
@pytest.mark.parametrize("kind", ["noise", "ties", "plateaus", "unknown"])
def test_joins_are_those_of_all_pixels(kind, corners):
    rng = np.random.default_rng(3)
    for _ in range(20):
        f = rng.normal(size=rng.integers(1, 14, 2))
        if kind == "ties":
            f = np.round(f)
        if kind == "plateaus":
            f = np.maximum(f, 0.0)
        if kind == "unknown":
            f[rng.random(f.shape) < 0.3] = np.inf
        rank = np.empty(f.size, np.int32)
        rank[np.argsort(f, axis=None, kind="stable")] = np.arange(f.size)
        rank = rank.reshape(f.shape)
        births, deaths = joins(rank, corners)
        found = list(zip(births.tolist(), deaths.tolist(), strict=True))
        assert set(found) == pixel_by_pixel(rank, corners)
        assert len(set(found)) == len(found)
