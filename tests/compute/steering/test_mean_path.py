"""The m-path against closed forms, and against its definition by other means."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from compute.core.status import Status
from compute.steering import mean_path as module
from compute.steering.mean_path import mean_path
from tests.compute.steering import outputs

T = np.linspace(0.0, 1.0, 9)


def weights(K, bias, theta):
    logits = theta @ K.T + bias
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def keys(n, d, size=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=n), size * rng.normal(size=(2, d))


@pytest.mark.parametrize(("n", "d"), [(5, 4), (5, 9)])
def test_with_independent_keys_it_is_the_mixture_itself(n, d):
    K, bias, ends = keys(n, d)
    p = weights(K, bias, mean_path(K, bias, ends, T).theta)
    mixed = (1 - T)[:, None] * p[0] + T[:, None] * p[-1]
    assert np.abs(p - mixed).max() < 1e-7


@pytest.mark.parametrize(("n", "d", "size"), [(200, 4, 1.0), (600, 40, 1.0), (600, 40, 4.0)])
def test_means_interpolate_linearly(n, d, size):
    K, bias, ends = keys(n, d, size)
    found = mean_path(K, bias, ends, T)
    eta = weights(K, bias, found.theta) @ K
    straight = (1 - T)[:, None] * eta[0] + T[:, None] * eta[-1]
    spread = np.sqrt(((K - K.mean(axis=0)) ** 2).sum(axis=1).mean())
    assert np.linalg.norm(eta - straight, axis=1).max() < 1e-8 * spread
    assert (found.status == Status.OK).all()
    np.testing.assert_array_equal(found.theta[[0, -1]], ends)


def test_it_is_the_nearest_of_the_family_to_the_mixture():
    K, bias, ends = keys(30, 3)
    p = weights(K, bias, ends)
    mixed = 0.5 * p[0] + 0.5 * p[1]

    def kl(theta):
        return float(mixed @ np.log(mixed / weights(K, bias, theta)))

    found = mean_path(K, bias, ends, np.array([0.0, 0.5, 1.0])).theta[1]
    other = minimize(kl, ends.mean(axis=0), method="BFGS", options={"gtol": 1e-10})
    np.testing.assert_allclose(found, other.x, atol=1e-5)
    assert kl(found) > 0.01, "the mixture is not of the family"


def test_ends_that_are_nearly_one_word_each_are_joined():
    layer = outputs.random(3000, 96, 14.0)
    K, ends = layer.keys(np.arange(3000)), layer.hidden[:2]
    assert weights(K, layer.bias, ends).max(axis=1).min() > 0.94
    found = mean_path(K, layer.bias, ends, T)
    assert (found.status == Status.OK).all()
    p = weights(K, layer.bias, found.theta)
    top = p[[0, -1]].argmax(axis=1)
    np.testing.assert_allclose(p[4, top], 0.5, atol=0.05)


def test_an_unreached_point_says_so(monkeypatch):
    monkeypatch.setattr(module, "ROUNDS", 1)
    K, bias, ends = keys(200, 4, 3.0)
    found = mean_path(K, bias, ends, T)
    assert found.status[4] == Status.NOT_CONVERGED and found.miss[4] > module.ARRIVED
    assert found.status[0] == found.status[-1] == Status.OK


def test_keys_that_span_fewer_dimensions_leave_a_direction_free():
    K, bias, ends = keys(40, 5)
    flat = np.column_stack([K, K[:, :3]])
    long = np.column_stack([ends, np.zeros((2, 3))])
    found = mean_path(flat, bias, long, T)
    assert (found.status == Status.OK).all()
    p = weights(flat, bias, found.theta)
    np.testing.assert_allclose(p, weights(K, bias, mean_path(K, bias, ends, T).theta), atol=1e-7)


def test_a_mean_of_a_larger_family_is_made_straight():
    K, bias, ends = keys(60, 4)
    extra = np.random.default_rng(9).normal(size=(15, 4))
    every, levels = np.vstack([K, extra]), np.append(bias, np.full(15, -1.0))

    def mean(theta):
        return weights(every, levels, theta) @ every

    def bend(found):
        eta = mean(found.theta)
        straight = eta[0] + T[:, None] * (eta[-1] - eta[0])
        return np.linalg.norm(eta - straight, axis=1).max() / np.linalg.norm(eta[-1] - eta[0])

    assert bend(mean_path(K, bias, ends, T)) > 0.01
    found = mean_path(K, bias, ends, T, mean)
    assert bend(found) < module.STRAIGHT and (found.status == Status.OK).all()
