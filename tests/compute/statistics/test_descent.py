"""Descents: one step to the maximum of a likelihood, the formula of mirror descent, and failures."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute.core.refusal import Refused
from compute.core.status import Status
from compute.samples.samples import Sample
from compute.statistics.descent import descent, divergence_to, gradient
from compute.statistics.likelihood import likelihood

GAMMA, NORMALS = compute.family("gamma"), compute.family("gaussian")
X = np.array([0.4, 1.1, 1.9, 2.2, 3.7])


def loss_of(family):
    function = likelihood(family, Sample("x", X, np.ones(len(X)), 0))
    return lambda theta: -function.mean(theta)


@pytest.mark.parametrize(("family", "start"), [(GAMMA, (1.0, 2.0)), (NORMALS, (0.5, 2.0))])
def test_a_whole_step_of_mirror_descent_is_the_maximum_likelihood_point(family, start):
    found = descent(family, loss_of(family), np.array(start), "mirror", 1.0, 3)
    best = compute.fit(X, family).theta[0]
    np.testing.assert_allclose(found.theta[1], best, rtol=1e-7)
    assert found.status == Status.OK


def test_mirror_descent_of_normals_is_its_formula():
    """E[x] and E[x²] each go a share γ of the way to their sample means."""
    found = descent(NORMALS, loss_of(NORMALS), np.array([0.5, 2.0]), "mirror", 0.3, 4)
    first, second = 0.5, 0.5**2 + 2.0**2
    for k in range(5):
        np.testing.assert_allclose(found.theta[k], [first, np.sqrt(second - first**2)], rtol=1e-8)
        first, second = first + 0.3 * (X.mean() - first), second + 0.3 * ((X**2).mean() - second)


def test_steps_of_gradient_and_natural_gradient_are_their_formulas():
    """∂_μ L = (μ − x̄)/σ², ∂_σ L = 1/σ − E(x − μ)²/σ³ and g = diag(1, 2)/σ²."""
    mu, sigma = 0.5, 2.0
    slope = np.array([(mu - X.mean()) / sigma**2, 1 / sigma - ((X - mu) ** 2).mean() / sigma**3])
    at = np.array([mu, sigma])
    np.testing.assert_allclose(gradient(NORMALS, loss_of(NORMALS), at), slope, rtol=1e-9)
    plain = descent(NORMALS, loss_of(NORMALS), at, "gradient", 0.1, 1)
    np.testing.assert_allclose(plain.theta[1], at - 0.1 * slope, rtol=1e-10)
    natural = descent(NORMALS, loss_of(NORMALS), at, "natural", 0.1, 1)
    np.testing.assert_allclose(natural.theta[1], at - 0.1 * sigma**2 * slope / [1, 2], rtol=1e-10)


def test_a_gradient_that_is_too_large_leaves_the_domain_and_says_so():
    found = descent(NORMALS, loss_of(NORMALS), np.array([0.5, 0.1]), "gradient", 50.0, 5)
    assert found.status in (Status.LEFT_DOMAIN, Status.NOT_CONVERGED)
    small = descent(NORMALS, loss_of(NORMALS), np.array([0.5, 3.0]), "gradient", 30.0, 5)
    assert small.status == Status.LEFT_DOMAIN
    assert len(small.theta) == len(small.loss) == 1
    early = descent(NORMALS, loss_of(NORMALS), np.array([0.5, 2.0]), "natural", 0.01, 3)
    assert early.status == Status.NOT_CONVERGED
    assert (np.diff(early.loss) < 0).all()


def test_the_divergence_to_a_point_is_least_there():
    target = np.array([1.5, 0.7])
    found = descent(GAMMA, divergence_to(GAMMA, target), np.array([2.5, 1.7]), "natural", 0.5, 200)
    assert found.status == Status.OK
    np.testing.assert_allclose(found.theta[-1], target, rtol=1e-6)


@pytest.mark.parametrize(
    ("family", "kind", "rate", "steps", "words"),
    [
        ("gaussian", "newton", 0.1, 5, "method must be one of gradient, natural, mirror"),
        ("gaussian", "natural", -1.0, 5, "rate must be positive, got -1.0"),
        ("gaussian", "natural", "fast", 5, "rate must be positive, got 'fast'"),
        ("gaussian", "natural", 0.1, 0, "steps must be a whole number from 1 to 10000, got 0"),
        ("gaussian", "natural", 0.1, 1.5, "steps must be a whole number from 1 to 10000, got 1.5"),
        ("cauchy", "mirror", 0.1, 5, "no expectation parameters for mirror descent"),
    ],
)
def test_wrong_use_is_refused(family, kind, rate, steps, words):
    manifold = compute.family(family)
    with pytest.raises(Refused, match=words):
        descent(manifold, lambda theta: theta[:, 0], np.array([0.0, 1.0]), kind, rate, steps)
