"""Logarithms of many points at one, certified and rough, against closed forms and rays."""

from __future__ import annotations

import numpy as np
import pytest

import compute
from compute.requests.geodesics import ShootRequest
from compute.statistics.logarithms import RoughLogarithms, exp_near, logarithms

REFERENCE = compute.open_engine("reference")
BETA, STUDENT = compute.family("beta"), compute.family("student_t")
AT = np.array([1.2, 0.9])
LAWS = np.array([[0.5, 0.6], [3.0, 1.0], [1.2, 0.9], [1.0, 5.0]])


@pytest.mark.parametrize("name", ["beta", "attention", "birnbaum_saunders"])
def test_rough_logarithms_are_the_certified_ones_also_from_the_curves_before(name):
    family = compute.family(name)
    assert RoughLogarithms.pay(family)
    pin, middle = np.array(family.pins[0]), np.array(family.interior)
    ends = pin + (middle - pin) * np.array([[0.2, 0.5], [0.9, 0.3], [0.4, 0.7]])
    rough = RoughLogarithms(family, ends)
    for share in (0.5, 0.45):
        at = pin + share * (middle - pin)
        wanted, found = logarithms(REFERENCE, family, at, ends), rough.at(at)
        assert found is not None and wanted.worst == compute.Status.OK
        np.testing.assert_allclose(found.vectors, wanted.vectors, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(found.lengths, wanted.lengths, rtol=1e-7)


def test_the_logarithm_of_a_point_at_itself_is_0():
    found = RoughLogarithms(BETA, LAWS).at(AT)
    assert found is not None and found.lengths[2] == 0.0 and not found.vectors[2].any()


def test_rough_logarithms_do_not_pay_where_there_is_a_closed_form():
    assert not any(RoughLogarithms.pay(compute.family(n)) for n in ("gaussian", "gamma", "custom"))


@pytest.mark.parametrize(("family", "theta"), [(BETA, AT), (STUDENT, np.array([0.5, 2.0]))])
def test_a_short_exponential_misses_the_ray_by_the_third_order(family, theta):
    v = np.array([0.3, -0.2])
    misses = []
    for size in (0.1, 0.05):
        ray = REFERENCE.shoot(ShootRequest(family, theta[None], size * v[None], 0.0, 16))
        misses.append(np.abs(exp_near(family, theta, size * v) - ray.theta[0, -1]).max())
    assert 0.0 < misses[1] < misses[0] / 6 < 1e-5


def test_a_short_exponential_never_leaves_the_domain():
    theta = np.array([1e5, 1.0])
    assert np.isnan(exp_near(compute.family("poisson_poisson"), theta, np.array([1e3, 0.0]))).all()
