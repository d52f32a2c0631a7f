"""Steps of ż = Lz that cannot blow up, and of backward heat that is stopped before it does.

Runge–Kutta–Legendre super-time-stepping of order 2 with s stages is stable for
τ ≤ (2/ρ)(s² + s − 2)/4, ρ the bound of L's spectrum.  (Meyer, Balsara, Aslam 2014)
It is written in increments d_j = Y_j − z, so that float32 loses nothing of them beside z:
    d_j = μ_j d_{j−1} + ν_j d_{j−2} + γ_j τ (L d_{j−1} + b_{j−1} L z),   d₀ = 0,  d₁ = b₁ w τ L z.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from compute.flow.request import FlowRequest
from compute.types import Status

# stages of a step at most; a step as long as the slowest modes would blur them
MOST_STAGES = 21
# backward heat stops when the norm has grown by this factor
GROWTH = 10.0
# share of the limit that a step takes
SAFE = 0.9
# steps of backward heat between two looks at the norm
BATCH = 64

# state, length of a step, steps, stages → state
Advance = Callable[[np.ndarray, float, int, int], np.ndarray]


@dataclass(frozen=True, eq=False)
class Evolution:
    """states at the recorded times, first the initial one; steps made; dt_limit: the largest stable
    step of Euler's method; status: OK, or NOT_CONVERGED where growth stopped it early; limiter: what
    made the steps shorter than they were wanted, in words, or "".
    """

    times: list[float]
    states: list[np.ndarray]
    steps: int
    dt_limit: float
    status: Status
    limiter: str


def longest(bound: float, stages: int = MOST_STAGES) -> float:
    """The longest step of RKL2 that is taken for a spectrum in [−bound, 0]; infinite for none."""
    return SAFE * (2.0 / bound) * (stages**2 + stages - 2) / 4 if bound > 0 else np.inf


def fewest(span: float, bound: float) -> tuple[int, int]:
    """Steps that a span takes, and the fewest stages of each."""
    count = max(1, int(np.ceil(span / longest(bound))))
    stages = 3
    while longest(bound, stages) < span / count and stages < MOST_STAGES:
        stages += 2
    return count, stages


def diffuse(
    advance: Advance,
    z: np.ndarray,
    bound: float,
    time: float,
    records: int,
    step: float = np.inf,
) -> Evolution:
    """ż = Lz with its spectrum in [−bound, small] over ``time``, by steps of ``step`` at most."""
    limit = 2.0 / bound if bound > 0 else np.inf
    times, states, steps, count = [0.0], [z], 0, 1
    for target in np.linspace(0.0, time, records + 1)[1:]:
        span = float(target) - times[-1]
        count, stages = fewest(span, bound)
        if span / count > step:
            count = int(np.ceil(span / step))
            stages = fewest(span / count, bound)[1]
        z = advance(z, span / count, count, stages)
        steps += count
        times.append(float(target))
        states.append(z)
    wanted = min(step, time / records)
    words = limited(wanted, time / records / count, limit)
    return Evolution(times, states, steps, limit, Status.OK, words)


def limited(wanted: float, made: float, limit: float) -> str:
    """What the grid lets a step be where it is shorter than wanted, in words; "" where it is not."""
    if made >= wanted * (1 - 1e-9):
        return ""
    return (
        f"Steps of {wanted:.3g} are reduced to {made:.2g}: the stiffest cell of the grid lets Euler’s "
        f"method go on by {limit:.2g} at most."
    )


@lru_cache(maxsize=32)
def legendre(stages: int) -> tuple[tuple[float, float, float, float], ...]:
    """(μ, ν, γ, γ b) of the stages from the second on, and first (0, 0, 0, b₁ w)."""
    s = stages
    b = [1 / 3, 1 / 3, *((j * j + j - 2) / (2 * j * (j + 1)) for j in range(2, s + 1))]
    w = 4.0 / (s * s + s - 2)
    rows = [(0.0, 0.0, 0.0, b[1] * w)]
    for j in range(2, s + 1):
        mu, nu = (2 * j - 1) / j * b[j] / b[j - 1], -(j - 1) / j * b[j] / b[j - 2]
        rows.append((mu, nu, mu * w, mu * w * b[j - 1]))
    return tuple(rows)


def advanced(request: FlowRequest) -> np.ndarray:
    """The state after the steps of a request, in float64."""
    z, step, rate = request.state, request.step, request.operator.applied
    for _ in range(request.count):
        first = rate(z)
        if request.damping is not None:
            z = z - step * (first + request.damping * rate(first))
        elif request.stages == 1:
            z = z + step * first
        else:
            z = z + _increment(rate, first, step, request.stages)
    return z


def _increment(
    rate: Callable[[np.ndarray], np.ndarray], first: np.ndarray, step: float, stages: int
) -> np.ndarray:
    """What one step of RKL2 adds."""
    (start, *rows) = legendre(stages)
    before, now, part = np.zeros_like(first), start[3] * step * first, np.empty_like(first)
    for mu, nu, gain, base in rows:
        # in place: fresh memory would cost as much as the sums
        before *= nu
        for factor, term in ((step * gain, rate(now)), (mu, now), (step * base, first)):
            before += np.multiply(term, factor, out=part)
        before, now = now, before
    return now


def sharpen(
    advance: Advance,
    norm: Callable[[np.ndarray], float],
    z: np.ndarray,
    step: float,
    time: float,
    records: int,
) -> Evolution:
    """A flow that may grow, by Euler's method; stops at the step before ‖z‖ has grown GROWTH-fold."""
    largest = GROWTH * max(norm(z), np.finfo(float).tiny)
    times, states, steps, size = [0.0], [z], 0, step
    for target in np.linspace(0.0, time, records + 1)[1:]:
        span = float(target) - times[-1]
        count = max(1, int(np.ceil(span / step)))
        size = span / count
        z, done = _bounded(advance, norm, z, size, count, largest)
        steps += done
        if done > 0:
            states.append(z)
            times.append(float(target) if done == count else times[-1] + done * size)
        if done < count:
            words = limited(time / records, size, step)
            return Evolution(times, states, steps, step, Status.NOT_CONVERGED, words)
    return Evolution(
        times, states, steps, step, Status.OK, limited(time / records, size, step)
    )  # fmt: skip


def _bounded(
    advance: Advance,
    norm: Callable[[np.ndarray], float],
    z: np.ndarray,
    size: float,
    count: int,
    largest: float,
) -> tuple[np.ndarray, int]:
    """The state after ``count`` steps, or the last before its norm is ``largest``, found by halving."""
    done, batch = 0, BATCH
    while done < count and batch > 0:
        some = min(batch, count - done)
        following = advance(z, size, some, 1)
        if norm(following) < largest:
            z, done = following, done + some
        else:
            batch = some // 2
    return z, done
