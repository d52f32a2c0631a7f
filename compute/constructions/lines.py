"""Geodesics without ends: the straight lines of constructions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from compute.core.arrays import Bools, Floats, Ints, same_length
from compute.core.refusal import Refused, shown
from compute.core.status import Status
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import norm
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest
from compute.statistics.logarithms import logarithms
from compute.studies.retry import second_try

R = TypeVar("R")
# nodes on a line from its start to another place
STEPS = 16
# parameter below which a place is the start itself
HERE = 1e-150


@dataclass(frozen=True, eq=False)
class Line:
    """n geodesics γ with γ(0) = start (n, 2), γ'(0) = velocity (n, 2) of length speed (n,)."""

    start: Floats
    velocity: Floats
    speed: Floats
    status: Ints


def checked(manifold: Manifold, **stated: Floats) -> list[Floats]:
    """Return points (n, 2) of equal number.

    Raises ValueError for points outside the domain, and where two of them coincide.
    """
    found = {name: points_of(manifold, name, value) for name, value in stated.items()}
    same_length(**found)
    names = list(found)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            same = np.flatnonzero((found[one] == found[other]).all(axis=1))
            if len(same):
                at = shown(tuple(found[one][same[0]].tolist()))
                raise Refused(f"{one.upper()} and {other.upper()} must differ, got {at} for both")
    return list(found.values())


def through(engine: Engine, manifold: Manifold, a: Floats, b: Floats) -> Line:
    """Return the geodesics γ with γ(0) = a and γ(1) = b, both (n, 2)."""
    found = logarithms(engine, manifold, a, b)
    speed = norm(manifold.geometry(a).metric, found.vectors)
    return Line(a, found.vectors, speed, found.status)


def tolerance(engine: Engine, exact: float, rough: float) -> float:
    """Return the tolerance of a construction: ``rough`` with an engine in float32."""
    return exact if engine.name == "reference" else rough


def halfway(engine: Engine, manifold: Manifold, a: Floats, b: Floats) -> tuple[Line, Places]:
    """Return the geodesics γ with γ(0) = a and γ(1) = b (n, 2), and their places at t = ½, which are
    nodes of theirs.
    """
    request = ConnectRequest(manifold, a, b, 0.0, STEPS)
    paths = second_try(engine, request, engine.connect(request))
    speed = norm(manifold.geometry(a).metric, paths.velocity[:, 0])
    middle = paths.theta[:, STEPS // 2], paths.velocity[:, STEPS // 2]
    return (
        Line(a, paths.velocity[:, 0], speed, paths.status),
        Places(*middle, np.full(len(a), 0.5), paths.status),
    )


def along(engine: Engine, manifold: Manifold, line: Line, t: Floats, steps: int = STEPS) -> Paths:
    """Return the geodesics from γ(0) to γ(t), t (n,)."""
    velocity = line.velocity * t[:, None]
    return engine.shoot(ShootRequest(manifold, line.start, velocity, 0.0, steps))


@dataclass(frozen=True, eq=False)
class Places:
    """Points on lines: theta = γ(t), velocity = γ'(t) (n, 2); reached (n,): t, or where the line ends
    before; status (n,).
    """

    theta: Floats
    velocity: Floats
    reached: Floats
    status: Ints


def at(engine: Engine, manifold: Manifold, line: Line, t: Floats, steps: int = STEPS) -> Places:
    """Return the points of lines at t (n,), as ends of geodesics with ``steps`` steps."""
    moved = np.abs(t) > HERE
    theta, velocity = line.start.copy(), line.velocity.copy()
    reached, status = t.copy(), line.status.copy()
    if moved.any():
        some = Line(line.start[moved], line.velocity[moved], line.speed[moved], status[moved])
        paths = along(engine, manifold, some, t[moved], steps)
        theta[moved] = paths.theta[:, -1]
        velocity[moved] = paths.velocity[:, -1] / t[moved][:, None]
        reached[moved] = t[moved] * paths.reached
        status[moved] = first_failure(some.status, paths.status)
    return Places(theta, velocity, reached, status)


def first_failure(*statuses: Ints) -> Ints:
    """Return the first status of each row (n,) that is not OK, or OK."""
    found = np.zeros_like(statuses[0])
    for status in statuses:
        found = np.where(found == Status.OK, status, found)
    return np.asarray(found, np.int32)


def kept(good: Bools, values: Floats) -> Floats:
    """Return values (..., k, ...), NaN in the rows (...) that are not good."""
    rows = good.reshape(*good.shape, *([1] * (values.ndim - good.ndim)))
    return np.where(rows, values, np.nan)


def without_failures(found: R) -> R:
    """Return a result with NaN for all numbers of the rows whose status is not OK."""
    values = vars(found)
    good = np.asarray(values["status"] == Status.OK)
    return replace(found, **{k: kept(good, v) for k, v in values.items() if k != "status"})  # type: ignore[type-var]


def in_shape(found: R, alone: bool) -> R:
    """Return a result of one row without its batch dimension if it is ``alone``; its status is then a
    `Status`.
    """
    if not alone:
        return found
    values = {name: value[0] for name, value in vars(found).items()}
    if values["status"].ndim == 0:
        values["status"] = Status(int(values["status"]))
    return replace(found, **values)  # type: ignore[type-var]
