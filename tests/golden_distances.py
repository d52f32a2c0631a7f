"""Golden cases without a manifold of two parameters: attention by distances, Wasserstein, qubits."""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.api.attention import GeometricAttention
from compute.attention.query_space import QuerySpace
from compute.divergences.wasserstein import (
    Normal,
    centred_distance,
    displaced,
    qubit_distances,
    wasserstein,
)
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest

Case = dict[str, Any]


def attend(case: Case, engine: Engine) -> dict[str, Any]:
    params = case["params"]
    arrays = [np.array(params[name]) for name in "QKV"]
    found = {
        mode: GeometricAttention(mode, params["tau"], engine).attend(*arrays)
        for mode in ("flat", "ambient", "jeffreys")
    }
    return {
        "plain": found["flat"].softmax,
        "flat_limit_with_norm_bias": found["flat"].output,
        "fr_ambient_sq_dist": found["ambient"].distances ** 2,
        "fr_ambient_output": found["ambient"].output,
        "jeffreys": found["jeffreys"].distances ** 2,
        "jeffreys_output": found["jeffreys"].output,
    }


def wasserstein2(case: Case, engine: Engine) -> dict[str, Any]:
    inputs = case["inputs"]
    if case["family"] == "gaussian":
        from compute.families import manifold as manifold_of

        a, b = (np.array(inputs[name]) for name in ("theta_a", "theta_b"))
        first, second = (Normal(p[:1], p[1:, None] ** 2) for p in (a, b))
        between = displaced(first, second, inputs["t"])
        paths = engine.connect(ConnectRequest(manifold_of("gaussian"), a[None], b[None]))
        return {
            "w2": wasserstein(first, second),
            "midpoint_t": [between.mean[0], np.sqrt(between.covariance[0, 0])],
            "fisher_rao": paths.length[0],
        }
    first, second = (Normal(inputs[f"m_{n}"], inputs[f"S_{n}"]) for n in "ab")
    return {
        "w2": wasserstein(first, second),
        "cov_t": displaced(first, second, inputs["t"]).covariance,
        "fisher_rao_centred": centred_distance(first, second),
    }


def distances(case: Case, engine: Engine) -> dict[str, Any]:
    found = qubit_distances(case["inputs"]["bloch_a"], case["inputs"]["bloch_b"])
    return {
        "fidelity": found.fidelity,
        "bures_angle": found.bures_angle,
        "bures_chordal": found.bures_chordal,
        "qfi_geodesic_distance": found.geodesic,
    }


def full_space(case: Case, engine: Engine) -> dict[str, Any]:
    space = QuerySpace(case["params"]["K"])
    a, b = (np.array(case["inputs"][name]) for name in ("q_a", "q_b"))
    return {"distance": space.distance(a, b), "p_a": space.weights(a), "p_b": space.weights(b)}


KINDS = {
    "distance_full_query_space_affinely_independent_keys": full_space,
    "attend": attend,
    "wasserstein2": wasserstein2,
    "distances": distances,
}
