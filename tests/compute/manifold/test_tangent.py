"""The algebra of one tangent plane, on packed components, against full matrices in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from compute.manifold import tangent
from compute.manifold.tangent import LocalGeometry
from tests.claims import each

DRAW = np.random.default_rng(11)
ROOTS = DRAW.normal(size=(6, 2, 2))
METRICS = ROOTS @ ROOTS.swapaxes(-1, -2)
V, W = DRAW.normal(size=(2, 6, 2))


def local(metrics):
    """Matrices (n, 2, 2) with random symbols, packed."""
    first, cubic = DRAW.normal(size=(len(metrics), 2, 3)), DRAW.normal(size=(len(metrics), 4))
    packed = np.stack([metrics[:, 0, 0], metrics[:, 0, 1], metrics[:, 1, 1]], axis=-1)
    return LocalGeometry(packed, first, cubic, np.linalg.det(metrics))


def full(packed):
    """Symmetric matrices (n, 2, 2) of packed ones."""
    return packed[..., [[0, 1], [1, 2]]]


def test_inner_products_and_lengths_are_those_of_the_matrix():
    here = local(METRICS)
    vw = np.einsum("ni,nij,nj->n", V, METRICS, W)
    np.testing.assert_allclose(tangent.inner(here.metric, V, W), vw, rtol=1e-13)
    vv = np.einsum("ni,nij,nj->n", V, METRICS, V)
    np.testing.assert_allclose(tangent.norm(here.metric, V) ** 2, vv, rtol=1e-13)
    assert tangent.norm(np.array([1.0, -1.0 - 1e-15, 1.0]), np.array([1.0, 1.0])) == 0.0


def test_a_raised_covector_is_the_solution_of_g_u():
    here = local(METRICS)
    want = np.linalg.solve(METRICS, V[..., None])[..., 0]
    np.testing.assert_allclose(tangent.raised(here, V), want, rtol=1e-10)


@pytest.mark.parametrize("alpha", [-1.0, 0.0, 0.5])
def test_the_alpha_connection_takes_half_alpha_of_the_cubic_tensor(alpha):
    here = local(METRICS)
    # T_ijk with k = 1, 2 as matrices of the other two indices
    cubes = full(here.cubic[..., :3]), full(here.cubic[..., 1:])
    found = tangent.connection_first(here, alpha)
    for k, cube in enumerate(cubes):
        want = full(here.first[:, k]) - 0.5 * alpha * cube
        np.testing.assert_allclose(full(found[:, k]), want, atol=1e-14)


def test_two_equations_are_solved_unless_they_are_one():
    matrices = np.concatenate([ROOTS, [[[1.0, 2.0], [2.0, 4.0]]]])
    right = np.concatenate([V, [[1.0, 1.0]]])
    found = tangent.solve2(matrices, right)
    np.testing.assert_allclose(found[:-1], np.linalg.solve(ROOTS, V[..., None])[..., 0], rtol=1e-10)
    assert found[-1].tolist() == [0.0, 0.0]


def test_a_metric_is_singular_up_to_the_threshold_and_where_it_vanishes():
    nearly = np.array([[[1.0, 0.5], [0.5, 0.5]], [[1.0, 0.5], [0.5, 0.4]], np.zeros((2, 2))])
    here = local(nearly)
    # D/(g₁₁g₂₂) is ½ and ⅜
    assert tangent.is_singular(here, 0.5).tolist() == [True, True, True]
    assert tangent.is_singular(here, 0.4).tolist() == [False, True, True]
    assert tangent.is_singular(here).tolist() == [False, False, True]
    assert tangent.regular(here).det.tolist() == [*here.det[:2].tolist(), 1.0]
    assert each((tangent.regular(here).metric == here.metric).ravel())
