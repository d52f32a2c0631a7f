"""WGSL functions, one by one, compared with their NumPy twins."""

from __future__ import annotations

import numpy as np
import pytest

from compute.definitions import special_functions
from compute.families import manifold as manifold_of
from compute.gpu.probe import evaluate
from compute.manifold.tangent import LocalGeometry, contracted, inner, raised

pytestmark = pytest.mark.gpu


@pytest.fixture
def session(gpu_engine):
    return gpu_engine.session


@pytest.fixture
def random():
    return np.random.default_rng(3)


# measured: relative to the value, or to 1 where that is larger
SPECIAL = {
    "digamma": (0.01, 1e4, 2e-6),
    "log_gamma": (0.01, 1e4, 5e-6),
    "trigamma": (0.01, 1e4, 6e-7),
    "tetragamma": (0.01, 1e4, 8e-7),
    "pentagamma": (0.01, 1e4, 8e-7),
    "x_trigamma_minus_1": (0.01, 1e4, 3e-6),
    "x_trigamma_slope": (0.01, 1e4, 3e-6),
    "log_bessel_i0": (1e-3, 500.0, 1e-6),
    "log_cosh": (1e-3, 500.0, 1e-6),
    "bessel_ratio": (1e-3, 500.0, 5e-7),
    "bessel_ratio_slope": (1e-3, 500.0, 6e-6),
    "bessel_ratio_bend": (1e-3, 500.0, 8e-6),
    "bessel_curvature": (1e-3, 500.0, 1e-4),
    "erfcx": (1e-3, 500.0, 1e-6),
    "mean_log_root": (1e-4, 2e5, 5e-6),
}
ABSOLUTE = {"digamma", "log_gamma", "log_bessel_i0", "log_cosh", "mean_log_root"}


def test_every_special_function_has_a_twin():
    assert set(special_functions.FUNCTIONS) <= set(SPECIAL)


@pytest.mark.parametrize("name", sorted(special_functions.FUNCTIONS))
def test_special_functions(session, name):
    low, high, tolerance = SPECIAL[name]
    x = np.geomspace(low, high, 2001).astype(np.float32)
    found = evaluate(session, f"{name}(x)", "//!include lib/special.wgsl\n", x=x)
    expected = special_functions.FUNCTIONS[name](x.astype(np.float64))
    scale = np.maximum(np.abs(expected), 1.0 if name in ABSOLUTE else 0.0)
    assert np.max(np.abs(found - expected) / scale) < tolerance


@pytest.mark.parametrize("name", sorted(special_functions.PAIRED))
def test_special_functions_of_two_arguments(session, random, name):
    x = (10.0 ** random.uniform(-2, 4, 2001)).astype(np.float32)
    d = (10.0 ** random.uniform(-3, 3, 2001)).astype(np.float32)
    found = evaluate(session, f"{name}(x, d)", "//!include lib/special.wgsl\n", x=x, d=d)
    expected = special_functions.PAIRED[name](x.astype(np.float64), d.astype(np.float64))
    assert np.max(np.abs(found / expected - 1)) < 1e-6


def test_tensor_functions(session, random):
    n = 100
    v, w, u = random.normal(size=(3, n, 2))
    a = random.normal(size=(n, 2, 2))
    g = a @ a.swapaxes(1, 2) + 0.1 * np.eye(2)
    metric = np.stack([g[:, 0, 0], g[:, 0, 1], g[:, 1, 1]], axis=-1)
    first = random.normal(size=(n, 2, 3))
    local = LocalGeometry(metric, first, np.zeros((n, 4)), np.linalg.det(g))
    include = "//!include lib/connection.wgsl\n"
    at = "Geometry(metric, f1, f2, vec4f(), det)"
    given = {"metric": metric, "f1": first[:, 0], "f2": first[:, 1], "det": local.det}
    cases = {
        "inner(metric, v, w)": (inner(metric, v, w), {"metric": metric, "v": v, "w": w}),
        f"raised({at}, u)": (raised(local, u), {**given, "u": u}),
        f"contracted({at}, v, w)": (contracted(first, v, w), {**given, "v": v, "w": w}),
        f"christoffel({at}, v, w)": (
            raised(local, contracted(first, v, w)),
            {**given, "v": v, "w": w},
        ),
        f"log_condition({at})": (np.log10(np.linalg.cond(g)), given),
    }
    for expression, (expected, inputs) in cases.items():
        kind = "f32" if expected.ndim == 1 else "vec2f"
        found = evaluate(session, expression, include, result=kind, **inputs)
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-5, err_msg=expression)


def test_attention_margin_is_the_manifolds(session, random):
    manifold = manifold_of("attention:bank")
    theta = random.normal(size=(50, 2)) * 5
    include = "//!include lib/tensor.wgsl\n//!include family\n"
    found = evaluate(session, "margin(theta)", include, manifold.slot, theta=theta)
    np.testing.assert_allclose(found, manifold.margin(theta), rtol=1e-5)
