"""Golden files: from a case to a computation, one function for each kind of case."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from compute.definitions.softmax_family import Softmax
from compute.families import manifold
from compute.families.attention import attention_manifold, softmax_manifold
from compute.manifold.convex_hull import hull
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, ShootRequest
from compute.requests.geometry import GeometryRequest
from compute.requests.transport import TransportRequest
from compute.studies import jacobi_fields
from compute.studies.geodesic_fan import Spray
from compute.studies.holonomy import ellipse, holonomy

Case = dict[str, Any]
STEPS = 256


# golden names of families whose parameter is in the name
SPECIFICATIONS = {"student_t5": "student_t:nu=5"}


def manifold_of(case: Case) -> Manifold:
    """The manifold of a case; ValueError for a family that the program does not have."""
    params = case["params"]
    if "T" in params:
        return softmax_manifold(params["T"], params["b"])
    if "generator" in params:
        return attention_manifold(*generated(params), params["temperature"])
    if "K" in params and "U" in params:
        return attention_manifold(params["K"], params["q0"], params["U"], params["temperature"])
    weight = {"w": params["w"]} if "w" in params else {}
    return manifold(SPECIFICATIONS.get(case["family"], case["family"]), **weight)


def generated(params: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """K, q0 and U by the rule that the case's ``generator`` states."""
    n, d = params["n"], params["d"]
    state, values = 7, []
    for _ in range(n * d):
        state = (1103515245 * state + 12345) % 2**31
        values.append(1.7 * (2 * state / 2**31 - 1))
    i = np.arange(d)
    u1 = np.cos(0.7 * i)
    u1 /= np.linalg.norm(u1)
    u2 = np.sin(0.31 * i**2 + 1)
    u2 -= u1 * (u1 @ u2)
    u2 /= np.linalg.norm(u2)
    return np.reshape(values, (n, d)), 0.3 * np.sin(i + 1), np.stack([u1, u2], axis=1)


def geometry(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    theta = np.array([case["inputs"]["theta"]], dtype=float)
    found = engine.geometry(GeometryRequest(manifold, theta))
    result = {
        "metric": found.metric[0],
        "christoffel": found.christoffel[0],
        "kappa": found.cubic[0],
        "gauss_curvature": found.curvature[0],
        "det_metric": found.det[0],
        "sqrt_det": np.sqrt(found.det[0]),
    }
    if manifold.name == "attention":
        support = manifold.support(theta)
        result |= {
            "p": manifold.density(theta, support.x)[0],
            "entropy": manifold.scalar("entropy", theta, 0)[0],
            "psi": manifold.scalar("log_partition", theta, 0)[0],
            "eta": manifold.charts[1].forward(theta)[0],
        }
    return result


def exp_map(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    inputs = case["inputs"]
    paths = engine.shoot(
        ShootRequest(manifold, np.array([inputs["theta"]]), np.array([inputs["v"]]), steps=STEPS)
    )
    return {
        "theta_end": paths.theta[0, -1],
        "v_end": paths.velocity[0, -1],
        "theta_half": paths.theta[0, STEPS // 2],
        "length": paths.length[0],
    }


def log_map(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    a, b = (np.array([case["inputs"][name]], dtype=float) for name in ("theta_a", "theta_b"))
    paths = engine.connect(ConnectRequest(manifold, a, b, steps=STEPS))
    result = {
        "v": paths.velocity[0, 0],
        "distance": paths.length[0],
        "energy": paths.energy[0],
        "midpoint": paths.theta[0, STEPS // 2],
        "gauss_curvature": engine.geometry(GeometryRequest(manifold, a)).curvature[0],
    }
    if manifold.bounds is not None:
        low, high = manifold.bounds(a, b)
        result |= {
            "bhattacharyya_lower_bound_on_d": low[0],
            "jeffreys_upper_bound_on_d2": high[0] ** 2,
        }
    return result


def alpha_ivp(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    inputs = case["inputs"]
    request = ShootRequest(
        manifold, np.array([inputs["theta"]]), np.array([inputs["v"]]), inputs["alpha"], STEPS
    )
    end = engine.shoot(request).theta[0, -1]
    return {"theta_end": end, "eta_end": manifold.charts[1].forward(end)}


def alpha_bvp(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    inputs = case["inputs"]
    a, b = (np.array([inputs[name]], dtype=float) for name in ("theta_a", "theta_b"))
    steps = 200  # t = 0.3 is then a node
    paths = engine.connect(ConnectRequest(manifold, a, b, case["params"]["alpha"], steps))
    return {"theta_t": paths.theta[0, round(inputs["t"] * steps)], "v0": paths.velocity[0, 0]}


def transport_bezier(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    a, b, c, d = np.array(case["inputs"]["bezier"], dtype=float)
    t = np.linspace(0.0, 1.0, STEPS + 1)[:, None]
    s = 1 - t
    theta = s**3 * a + 3 * t * s * s * b + 3 * t * t * s * c + t**3 * d
    velocity = 3 * s * s * (b - a) + 6 * t * s * (c - b) + 3 * t * t * (d - c)
    return _transported(case, manifold, engine, theta, velocity)


def holonomy_ellipse(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    inputs = case["inputs"]
    found = holonomy(engine, manifold, ellipse(inputs["center"], inputs["radii"]))
    return {
        "matrix": found.matrix,
        "angle": found.angle,
        "integral_K_dA": found.integral_curvature,
    }


def conjugate_point(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    inputs = case["inputs"]
    theta, v = np.array([inputs["theta"]]), 2.0 * np.array([inputs["v_unit"]])
    paths = engine.shoot(ShootRequest(manifold, theta, v, steps=4 * STEPS))
    known, curvature = jacobi_fields.curvature_along(engine, manifold, paths)
    _, zero = jacobi_fields.first_zero(curvature * paths.energy[:, None], known)
    length = paths.length[0]
    # a spray of one ray, whose curve between two nodes is a cubic
    ray = Spray(
        angle=np.zeros(1),
        r=length * paths.t,
        theta=paths.theta,
        velocity=paths.velocity,
        spread=np.full(paths.theta.shape[:2], np.nan),
        conjugate=length * zero,
        status=paths.status,
        engine=paths.engine,
    )
    return {
        "arc_length_to_conjugate_point": zero[0] * length,
        "theta_conjugate": ray.caustic()[0],
        "K_at_origin": engine.geometry(GeometryRequest(manifold, np.zeros((1, 2)))).curvature[0],
    }


def det_asymptotic(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    det = geometry(case, manifold, engine)["det_metric"]
    w, m = case["inputs"]["theta"]
    return {"det_metric": det, "leading": w**2 * m**4 / 2}


def _transported(
    case: Case, manifold: Manifold, engine: Engine, theta: np.ndarray, velocity: np.ndarray
) -> dict[str, Any]:
    vector = np.array([case["inputs"]["V0"]], dtype=float)
    found = engine.transport(TransportRequest(manifold, theta[None], velocity[None], vector))
    return {
        "V_end": found.vectors[0, -1],
        "transport_matrix": found.operators[0, -1],
        "frame_angle": found.angle[0, -1],
    }


def transport_geodesic(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    inputs = case["inputs"]
    paths = engine.shoot(
        ShootRequest(manifold, np.array([inputs["theta"]]), np.array([inputs["v"]]), steps=STEPS)
    )
    found = _transported(case, manifold, engine, paths.theta[0], paths.velocity[0])
    return found | {"theta_end": paths.stop[0]}


def jacobi_scalar(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    inputs = case["inputs"]
    steps = 2 * STEPS
    theta, v = np.array([inputs["theta"]], dtype=float), np.array([inputs["v"]], dtype=float)
    paths = engine.shoot(ShootRequest(manifold, theta, v, steps=steps))
    curvature = engine.geometry(GeometryRequest(manifold, paths.theta[0])).curvature
    j, slope = jacobi_fields.scalar_jacobi(curvature[None] * paths.energy[:, None], 1.0 / steps)
    return {"J": j[0, -1], "dJ": slope[0, -1]}


def total_curvature(case: Case, manifold: Manifold, engine: Engine) -> dict[str, Any]:
    """∫K dA over the whole plane in polar coordinates, r = Rs³ by Gauss–Legendre in s; the area; of
    the polygon of keys its vertices, and what is visible of the others' hull from each.

    What the engine leaves out as too nearly singular is summed over triples of keys.
    """
    s, weights = np.polynomial.legendre.leggauss(200)
    radius, angles = 160.0, 1600
    s, weights = 0.5 * (s + 1), 0.5 * weights
    r, dr = radius * s**3, 3 * radius * s**2 * weights
    phi = 2 * np.pi * (np.arange(angles) + 0.5) / angles
    theta = (r[:, None, None] * np.stack([np.cos(phi), np.sin(phi)], axis=-1)).reshape(-1, 2)
    det, curvature = np.full((2, len(theta)), np.nan)
    inside = manifold.in_domain(theta)
    found = engine.geometry(GeometryRequest(manifold, theta[inside]))
    det[inside], curvature[inside] = found.det, found.curvature
    masked = np.flatnonzero(~np.isfinite(curvature))
    keys, bias = (np.array(case["params"][name], float) for name in "Tb")
    for part in np.array_split(masked, 1 + len(masked) // 8192):
        det[part], curvature[part] = _by_triples(keys, bias, theta[part])
    area = np.repeat(r * dr * 2 * np.pi / angles, angles) * np.sqrt(np.maximum(det, 0.0))
    corners = hull(keys)
    return {
        "integral_K_dA": (area * curvature).sum(),
        "area": area.sum(),
        "hull_vertices": len(corners),
        "corner_counts": [_visible(np.delete(keys, j, axis=0), keys[j]) for j in corners],
    }


def _by_triples(keys: np.ndarray, bias: np.ndarray, theta: np.ndarray) -> tuple[Any, Any]:
    """D = Σ p_a p_b p_c S_abc² and K (n,) at θ (n, 2), without cancellation; 0 where all underflows."""
    family = Softmax(keys, bias)
    p = family.weights(theta)
    triples = np.array(list(combinations(range(len(keys)), 3)))
    a, b, c = keys[triples].transpose(1, 0, 2)
    size = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    with np.errstate(under="ignore"):
        det = p[:, triples].prod(axis=-1) @ size**2
    return det, np.nan_to_num(family.curvature_by_triples(theta))


def _visible(keys: np.ndarray, eye: np.ndarray) -> int:
    """How many edges of the convex hull of keys (n, 2) are seen from a point outside."""
    ring = keys[hull(keys)]
    if len(ring) == 2:
        return 1
    after = np.roll(ring, -1, axis=0)
    turns = [np.linalg.det([b - a, eye - a]) for a, b in zip(ring, after, strict=True)]
    return int((np.array(turns) < 0).sum())  # the ring runs counter-clockwise


KINDS: dict[str, Callable[[Case, Manifold, Engine], dict[str, Any]]] = {
    "geometry": geometry,
    "exp_map": exp_map,
    "log_map": log_map,
    "log_map_three_keys_equals_sphere": log_map,
    "log_map_rectangle_keys_flat": log_map,
    "alpha_geodesic_ivp": alpha_ivp,
    "alpha_geodesic_bvp": alpha_bvp,
    "parallel_transport_bezier": transport_bezier,
    "parallel_transport_geodesic": transport_geodesic,
    "holonomy_ellipse": holonomy_ellipse,
    "jacobi_scalar": jacobi_scalar,
    "total_curvature": total_curvature,
    "conjugate_point": conjugate_point,
    "det_asymptotic": det_asymptotic,
}
