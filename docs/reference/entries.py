"""The entries of the table: a value, the digits on which independent methods agree, and the methods."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import mpmath as mp
import numpy as np

from compute import AttentionGeodesic
from compute.divergences.divergence import divergences
from compute.engine.reference import ReferenceEngine
from compute.families import manifold
from compute.requests.geometry import GeometryRequest

from . import curves, differences, means
from . import formulas as stated
from .cases import Case, Point

ENGINE = ReferenceEngine()
# digits beyond which float64 says nothing
MOST = 14
PROGRAM = "the program, float64"
BY_MEANS = "means over the sample space, 40 digits"
BY_SLOPES = "derivatives of the metric, 40 digits"
BY_DISTANCE = "second derivatives of the squared distance, 40 digits"
BY_FORMULA = "the formula of the metric, 40 digits"
BY_POLYNOMIAL = "a polynomial at Chebyshev points, SciPy"
BY_CLOSED_FORM = "closed form, 40 digits"
BY_INTEGRAL = "∫p log(p/q) or a sum, 40 digits"

# below these a component that vanishes is compared with 0
SMALLEST = {"christoffel": 1e-3, "cubic": 1e-3, "curvature": 1e-3}

Entry = dict[str, Any]


def entry(found: Mapping[str, Any], scale: float = 0.0) -> Entry:
    """Return the entry of values by method, the most precise first; all have one shape.

    The digits are those of the largest difference between methods, relative to the largest component,
    or to ``scale`` if that is larger; they are None for one method alone.
    """
    values = [np.asarray(value, float) for value in found.values()]
    size = max(float(np.abs(values[0]).max()), scale)
    off = max((float(np.abs(v - values[0]).max()) for v in values[1:]), default=None)
    digits = None if off is None else _digits(off / size if size > 0 else off)
    return {
        "value": rounded(values[0], size, digits or MOST),
        "digits": digits,
        "methods": list(found),
    }


def _digits(relative: float) -> int:
    if relative >= 1:
        return 0
    return MOST if relative < 10.0**-MOST else math.floor(-math.log10(relative))


def rounded(value: np.ndarray, size: float, digits: int) -> Any:
    """Return nested lists, every component to the last decimal place of ``digits`` of size."""
    places = digits - 1 - (math.floor(math.log10(size)) if size > 0 else 0)
    return np.vectorize(lambda v: round(float(v), places) + 0.0)(value).tolist()


def local(specification: str, theta: Point) -> dict[str, Entry]:
    """Return g, Γ^k_ij, T and K at a point."""
    own, exact = program(specification, theta), exactly(specification, theta)
    found = {}
    for name, value in own.items():
        other = {method: _floats(v) for method, v in exact.get(name, {}).items()}
        if name != "cubic" or other:
            found[name] = entry({**other, PROGRAM: value}, SMALLEST.get(name, 0.0))
    return found


def program(specification: str, theta: Point) -> dict[str, Any]:
    """Return what the program says at a point, in float64."""
    own = ENGINE.geometry(GeometryRequest(manifold(specification), np.array([theta])))
    names = ("metric", "christoffel", "cubic", "curvature")
    return {name: getattr(own, name)[0] for name in names}


def _floats(value: Any) -> np.ndarray:
    return np.vectorize(float)(np.array(value, object))


def exactly(specification: str, theta: Point) -> dict[str, dict[str, Any]]:
    """Return the values in 40 digits by name and method."""
    found, family = means.means(specification, theta), manifold(specification)
    first = curvature = None
    entries: dict[str, dict[str, Any]] = {}
    if found is not None:
        entries = {"metric": {BY_MEANS: found.metric}, "cubic": {BY_MEANS: found.cubic}}
        first, curvature, metric, how = found.first, found.curvature, found.metric, BY_MEANS
    if found is None or family.name in means.KINKED:
        packed = differences.metric(specification, theta)
        slopes = differences.first_and_curvature(specification, theta)
        if packed is None or slopes is None:
            return entries
        metric, how = [[packed[0], packed[1]], [packed[1], packed[2]]], BY_SLOPES
        first, curvature = slopes
        entries.setdefault("metric", _other_metric(specification, theta, metric))
    entries["christoffel"] = {how: _raised(metric, first)}
    entries["curvature"] = {how: curvature}
    return entries


def _other_metric(specification: str, theta: Point, metric: Any) -> dict[str, Any]:
    """Return the metric by the distance, or by its formula."""
    packed = differences.metric_by_distance(specification, theta)
    if packed is None:
        return {BY_FORMULA: metric}
    return {BY_DISTANCE: [[packed[0], packed[1]], [packed[1], packed[2]]]}


def _raised(metric: Any, first: Any) -> Any:
    """Return Γ^k_ij = g^kl Γ_ij,l, indexed [k, i, j]."""
    with mp.workdps(stated.DIGITS):
        (a, b), (_, c) = metric
        det = a * c - b * b
        inverse = [[c / det, -b / det], [-b / det, a / det]]
        return [
            [[sum(inverse[k][m] * first[i][j][m] for m in (0, 1)) for j in (0, 1)] for i in (0, 1)]
            for k in (0, 1)
        ]


def between(specification: str, a: Point, b: Point) -> dict[str, Entry]:
    """Return the distance, the lengths of e- and m-geodesic, and KL both ways; what there is."""
    found = {}
    for name, alpha in (("distance", 0.0), ("e_length", 1.0), ("m_length", -1.0)):
        made = _length(specification, a, b, alpha)
        if made is not None:
            found[name] = made
    return found | _divergences(specification, a, b)


def _length(specification: str, a: Point, b: Point, alpha: float) -> Entry | None:
    family = manifold(specification)
    solver = AttentionGeodesic(family, alpha, ENGINE)
    path = solver.compute_path(a, b)
    if not path.status.arrived:
        return None
    values: dict[str, Any] = {}
    if alpha == 0.0:
        closed = stated.closed_form(specification, "distance", a, b)
        values = {} if closed is None else {BY_CLOSED_FORM: float(closed)}
    curve = curves.length(specification, a, b, alpha, path.theta)
    if curve is not None:
        values[BY_POLYNOMIAL] = curve.length
    made = entry({**values, PROGRAM: path.length})
    bounds = solver.distance_bounds(path)
    if bounds is not None and alpha == 0.0:
        made["bounds"] = list(bounds)
    return made


def _divergences(specification: str, a: Point, b: Point) -> dict[str, Entry]:
    found = divergences(manifold(specification), np.array(a), np.array(b))
    if found is None:
        return {}
    made = {}
    for name, value, ends in (
        ("kl_forward", found.forward, (a, b)),
        ("kl_backward", found.backward, (b, a)),
    ):
        exact = means.divergence(specification, *ends)
        if value is not None:
            own = {} if exact is None else {BY_INTEGRAL: float(exact)}
            made[name] = entry({**own, PROGRAM: value})
    return made


def family(case: Case) -> dict[str, Any]:
    """Return all entries of one family."""
    made = manifold(case.specification)
    return {
        "family": made.name,
        "specification": case.specification,
        "title": made.title,
        "coordinates": list(made.coordinates),
        "points": [
            {"theta": list(theta), **local(case.specification, theta)} for theta in case.points
        ],
        "pairs": [
            {"start": list(a), "end": list(b), **between(case.specification, a, b)}
            for a, b in case.pairs
        ],
    }
