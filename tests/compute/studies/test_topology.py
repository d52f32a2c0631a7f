"""Persistence: closed forms, an own union–find, duality, and what depends on the chart."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from compute.families import manifold as manifold_of
from compute.geodesics.scalar_field import scalar_at
from compute.manifold.extent import Extent
from compute.manifold.manifold import known_inside
from compute.studies.topology import persistence, places

Y, X = np.mgrid[-1:1:101j, -2:2:201j]


def wells(deeper=1.0):
    """(x² − 1)² + 2y² − (deeper)·x/10: minima near x = ±1, a saddle near 0."""
    return (X**2 - 1) ** 2 + 2 * Y**2 - deeper * X / 10


def test_two_wells_have_one_finite_pair():
    f = wells()
    found = persistence(f, threshold=1e-3)
    lasting, dying = found.death == np.inf, np.isfinite(found.death)
    assert found.dimension.tolist() == [0, 0]
    assert lasting.sum() == dying.sum() == 1
    middle = f[50]  # y = 0
    assert found.birth[lasting][0] == f.min() == middle[100:].min()
    assert found.birth[dying][0] == middle[:100].min()
    assert found.death[dying][0] == middle[60:140].max()
    row, column = found.death_cell[dying][0]
    assert (row, middle[column]) == (50, middle[60:140].max())
    assert (found.birth_cell[:, 0] == 50).all()
    assert found.death_cell[lasting].tolist() == [[-1, -1]]


def test_a_hill_is_a_ring_of_the_sublevel_and_a_part_of_the_superlevel():
    f = np.exp(-8 * ((X - 0.5) ** 2 + Y**2)) + 0.4 * np.exp(-8 * ((X + 0.7) ** 2 + Y**2))
    low, high = persistence(f, threshold=0.05), persistence(f, superlevel=True, threshold=0.05)
    rings = low.dimension == 1
    assert rings.sum() == 2
    np.testing.assert_allclose(low.death[rings], [f[50, 125], f[50, 65]], atol=1e-4)
    assert high.birth.tolist() == sorted(low.death[rings], reverse=True)
    assert high.death[0] == -np.inf
    assert (high.birth_cell == low.death_cell[rings]).all()


def components(f, corners):
    """Finite pairs (birth, death) and births of what lasts in {f ≤ level}: the elder rule, by hand."""
    columns = f.shape[1]
    parent, lowest, pairs = {}, {}, []

    def root(i):
        while parent[i] != i:
            i = parent[i]
        return i

    steps = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    steps += [(-1, -1), (-1, 1), (1, -1), (1, 1)] if corners else []
    for i in np.argsort(f, axis=None, kind="stable"):
        r, c = divmod(int(i), columns)
        if not np.isfinite(f[r, c]):
            continue
        parent[r, c], lowest[r, c] = (r, c), f[r, c]
        for dr, dc in steps:
            if (r + dr, c + dc) in parent:
                a, b = sorted((root((r + dr, c + dc)), root((r, c))), key=lowest.__getitem__)
                if a != b:
                    parent[b] = a
                    pairs.append((lowest[b], f[r, c]))
    return sorted(p for p in pairs if p[0] < p[1]), sorted(
        lowest[i] for i in parent if parent[i] == i
    )


def rough(seed, masked):
    rng = np.random.default_rng(seed)
    f = rng.normal(size=(23, 31))
    if masked:
        f[np.hypot(*(np.mgrid[:23, :31] - np.array([11, 15]).reshape(2, 1, 1))) > 10] = np.nan
        f[:, 14] = np.nan
    return f


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("superlevel", [False, True])
def test_parts_are_those_of_union_and_find(superlevel, masked):
    for seed in range(5):
        f = rough(seed, masked)
        found, sign = persistence(f, superlevel), -1 if superlevel else 1
        parts, dying = found.dimension == 0, np.isfinite(found.death)
        pairs, lasting = components(sign * f, corners=not superlevel)
        got = zip(sign * found.birth[parts & dying], sign * found.death[parts & dying], strict=True)
        assert sorted(got) == pairs
        assert sorted(sign * found.birth[parts & ~dying]) == lasting
        assert len(lasting) == (2 if masked else 1)
        at = found.birth_cell.T
        assert (f[*at] == found.birth).all()
        assert (f[*found.death_cell[dying].T] == found.death[dying]).all()


def test_rings_are_the_parts_of_what_they_leave_out():
    """Alexander's duality: a ring of {f ≤ c} goes round a part of {f > c} that is not the outside."""
    for seed in range(5):
        f = rough(seed, False)
        found = persistence(f)
        rings = found.dimension == 1
        outside = np.pad(f, 1, constant_values=99.0)
        pairs, _ = components(-outside, corners=False)
        got = zip(-found.death[rings], -found.birth[rings], strict=True)
        assert sorted(got) == pairs


def test_a_domain_with_a_hole_keeps_its_ring():
    f = X + 0 * Y
    f[np.hypot(X, Y) < 0.4] = np.nan
    found = persistence(f, threshold=0.1)
    assert found.dimension.tolist() == [0, 1]
    assert found.death.tolist() == [np.inf, np.inf]
    assert found.death_cell.tolist() == [[-1, -1], [-1, -1]]


def test_a_threshold_leaves_the_rest_as_it_is():
    f = wells() + 0.02 * np.random.default_rng(0).normal(size=X.shape)
    every, some = persistence(f), persistence(f, threshold=0.3)
    assert len(every.birth) > 100 > len(some.birth) == 2
    assert every.birth[:2].tolist() == some.birth.tolist()
    assert (np.diff(every.persistence[1:]) <= 0).all()


SIDE = 110


@lru_cache
def pixels(name, chart, inside):
    """θ (k, 2) of the pixels of a chart's rectangle that hold ``inside(manifold, θ)``, and which."""
    manifold = manifold_of(name)
    drawn = next(c for c in manifold.charts if c.name == chart)
    view = manifold.view
    grid = np.meshgrid(np.linspace(view.x0, view.x1, 200), np.linspace(view.y0, view.y1, 200))
    theta = manifold.charts[0].inverse(np.stack(grid, axis=-1).reshape(-1, 2))
    theta = theta[manifold.in_domain(theta)]
    x = drawn.forward(theta[inside(manifold, theta)])
    extent = Extent(*np.stack([x.min(axis=0), x.max(axis=0)]).T.ravel()).grown(0.02)
    cells = np.stack(np.mgrid[:SIDE, :SIDE], axis=-1).reshape(-1, 2)
    theta = places(drawn, extent, (SIDE, SIDE), cells)
    known = known_inside(manifold, theta)
    known[known] &= inside(manifold, theta[known])
    return theta[known], known


def mapped(name, chart, scalar, inside):
    """A scalar over the rectangle of a chart, seen only inside."""
    theta, known = pixels(name, chart, inside)
    values = np.full(known.shape, np.nan)
    values[known] = scalar_at(manifold_of(name), scalar, theta, 0)[0]
    return values.reshape(SIDE, SIDE)


def levels(f, superlevel=False):
    """The marked pairs as rows (dimension, birth, death), sorted."""
    share = 0.05 * np.ptp(f[np.isfinite(f)])
    found = persistence(f, superlevel, share)
    rows = np.stack([found.dimension, found.birth, found.death], axis=1)
    return rows[np.lexsort(rows.T[::-1])]


def disc(manifold, theta):
    return np.linalg.norm(theta - (-2.0, 1.0), axis=-1) < 4.5


@pytest.mark.parametrize("scalar", ["entropy", "curvature"])
@pytest.mark.parametrize("superlevel", [False, True])
def test_diagrams_of_invariants_do_not_depend_on_the_chart(scalar, superlevel):
    maps = [
        mapped("attention:bank", chart, scalar, disc) for chart in ("parameters", "expectation")
    ]
    one, other = (levels(f, superlevel) for f in maps)
    assert len(one) == len(other) >= 2
    np.testing.assert_allclose(one, other, atol=0.02 * np.ptp(maps[0][np.isfinite(maps[0])]))


def probable(manifold, theta):
    """Where all three outcomes have more than a tenth."""
    p = manifold.density(theta, np.arange(3.0))
    return (p > 0.1).all(axis=-1)


def test_of_log_det_g_they_do():
    """On three outcomes, by θ and by p: the entropy has three wells round one hill in either, D is
    p₁p₂p₃ in one and 1/(p₁p₂p₃) in the other.
    """
    names = ("categorical3_natural", "categorical3_expectation")

    def entropy(*p):
        return -sum(q * np.log(q) for q in p)

    corner, side, top = entropy(0.8, 0.1, 0.1), entropy(0.45, 0.45, 0.1), np.log(3)
    for name in names:
        chart = manifold_of(name).charts[0].name
        dimension, birth, death = levels(mapped(name, chart, "entropy", probable)).T
        assert dimension.tolist() == [0, 0, 0, 1]
        # the wells are alike: which of them is the oldest is for the pixels to say
        np.testing.assert_allclose(birth, [corner, corner, corner, side], atol=0.03)
        np.testing.assert_allclose(sorted(death), [side, side, top, np.inf], atol=0.03)
    theta, p = (
        levels(mapped(name, manifold_of(name).charts[0].name, "log_det", probable))
        for name in names
    )
    assert theta[:, 0].tolist() == [0, 0, 0, 1]
    assert p[:, 0].tolist() == [0]
    assert theta[-1, 2] == pytest.approx(np.log10(1 / 27), abs=1e-3)
    assert p[0, 1] == pytest.approx(np.log10(27), abs=1e-3)


def test_wrong_use():
    with pytest.raises(ValueError, match="two axes"):
        persistence(np.zeros(4))
    with pytest.raises(ValueError, match="finite value"):
        persistence(np.full((4, 4), np.nan))
    with pytest.raises(ValueError, match="threshold must be finite and not negative, got -1"):
        persistence(np.zeros((4, 4)), threshold=-1)
