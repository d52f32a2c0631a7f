"""Stable time steps of ż = Lz, and of backward heat that is stopped before it blows up.

Runge–Kutta–Legendre super-time-stepping of order 2 with s stages is stable for
τ ≤ (2/ρ)(s² + s − 2)/4, ρ a bound of the spectrum of L.  (Meyer, Balsara, Aslam 2014) It is written in
increments d_j = Y_j − z, to avoid cancellation against z in float32:
    d_j = μ_j d_{j−1} + ν_j d_{j−2} + γ_j τ (L d_{j−1} + b_{j−1} L z),   d₀ = 0,  d₁ = b₁ w τ L z.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from compute.core.status import Status
from compute.requests.flow import FlowRequest

# maximum stages per step; longer steps would blur the slow modes
MOST_STAGES = 21
# backward heat stops when the norm has grown by this factor
GROWTH = 10.0
# step relative to the stability limit
SAFE = 0.9
# steps of backward heat between two checks of the norm
BATCH = 64
# for heat: tolerance per step, relative to the norm at its end.  Some dozen steps suffice while the
# norm falls fast, so that the total error stays below a thousandth
TOLERANCE = 5e-5
# two half steps are this factor closer to the exact result than to the full step
THIRD = 3.0
# shortest step relative to the time of the stiffest mode
FINEST = 0.5
# norms below this share of the initial norm count as 0
NOTHING = 1e-9

# state, length of a step, steps, stages → state
Advance = Callable[[np.ndarray, float, int, int], np.ndarray]


@dataclass(frozen=True, eq=False)
class Evolution:
    """states at the recorded times, starting with the initial one; steps: number of steps; dt_limit:
    the largest stable Euler step; status: OK, or NOT_CONVERGED if growth stopped it early; limiter: in
    words, why steps were shorter than requested, or "".  errors: estimated time-stepping errors at the
    recorded times, relative to the norms, NaN without an estimate; settled: the error of a step that
    need not be shortened, infinite until there is one.
    """

    times: list[float]
    states: list[np.ndarray]
    steps: int
    dt_limit: float
    status: Status
    limiter: str
    errors: list[float]
    settled: float = np.inf


def longest(bound: float, stages: int = MOST_STAGES) -> float:
    """Return the longest RKL2 step for a spectrum in [−bound, 0]; infinite for bound 0."""
    return SAFE * (2.0 / bound) * (stages**2 + stages - 2) / 4 if bound > 0 else np.inf


def fewest(span: float, bound: float) -> tuple[int, int]:
    """Return the number of steps for a span, and the fewest stages of each."""
    count = max(1, int(np.ceil(span / longest(bound))))
    stages = 3
    while longest(bound, stages) < span / count and stages < MOST_STAGES:
        stages += 2
    return count, stages


@dataclass(frozen=True, eq=False)
class Stepper:
    """Steps of ż = Lz with spectrum in [−bound, small], with error estimates.

    norm: the norm in which L is symmetric.
    """

    advance: Advance
    norm: Callable[[np.ndarray], float]
    bound: float

    def plan(self, span: float, step: float = np.inf) -> int:
        """Return the number of equal steps, none longer than ``step``, for a span."""
        count, _ = fewest(span, self.bound)
        return int(np.ceil(span / step)) if span / count > step else count

    def one(self, z: np.ndarray, size: float, count: int = 1) -> np.ndarray:
        """Return the state after a number of steps of a size."""
        return self.advance(z, size, count, fewest(size, self.bound)[1])

    def compared(
        self, z: np.ndarray, size: float, least: float, whole: np.ndarray | None = None
    ) -> tuple[np.ndarray, float, int]:
        """Return the state after a step of a size, its error relative to its norm, and the number of
        steps.

        The step is compared with two half steps, and halved if they differ too much.  ``least``: a norm
        treated as 0; ``whole``: the state after the step, if known.
        """
        if whole is None:
            whole = self.one(z, size)
        half = self.one(z, 0.5 * size)
        after = self.one(half, 0.5 * size)
        error = self.norm(after - whole) / THIRD / max(self.norm(after), least)
        if error <= TOLERANCE or size * self.bound < FINEST:
            return after, error, 1
        middle, first, some = self.compared(z, 0.5 * size, least, half)
        after, second, more = self.compared(middle, 0.5 * size, least)
        return after, first + second, some + more


def diffuse(
    stepper: Stepper,
    z: np.ndarray,
    time: float,
    records: int,
    step: float = np.inf,
    settled: float = np.inf,
) -> Evolution:
    """Integrate ż = Lz over ``time``, by steps of at most ``step``.

    Each step is compared with two half steps until one need not be shortened.  From then on the
    relative error of a step does not grow, since fast modes have decayed: 1, 2, 4 … full steps are made
    between comparisons.  ``settled``: the error of such a step, if known from before; then none is
    compared.
    """
    bound = stepper.bound
    limit = 2.0 / bound if bound > 0 else np.inf
    times, states, errors, steps, count = [0.0], [z], [0.0], 0, 1
    least = NOTHING * stepper.norm(z) or 1.0
    known, batch = np.isfinite(settled), 1
    for target in np.linspace(0.0, time, records + 1)[1:]:
        span, error = float(target) - times[-1], errors[-1]
        count = left = stepper.plan(span, step)
        while left > 0:
            some = left
            if not known:
                z, more, made = stepper.compared(z, span / count, least)
                steps, left, error = steps + made, left - 1, error + more
                settled, batch = (more, 2 * batch) if made == 1 else (np.inf, 1)
                some = min(left, batch // 2)
            if some > 0:
                z = stepper.one(z, span / count, some)
                steps, left, error = steps + some, left - some, error + some * settled
        times.append(float(target))
        states.append(z)
        errors.append(error)
    wanted = min(step, time / records)
    words = limited(wanted, time / records / count, limit)
    return Evolution(times, states, steps, limit, Status.OK, words, errors, settled)


def limited(wanted: float, made: float, limit: float) -> str:
    """Describe how the grid shortens a requested step; "" if it does not."""
    if made >= wanted * (1 - 1e-9):
        return ""
    return (
        f"Steps were reduced from {wanted:.3g} to {made:.2g}: the stiffest grid cell limits "
        f"Euler’s method to {limit:.2g}."
    )


@lru_cache(maxsize=32)
def legendre(stages: int) -> tuple[tuple[float, float, float, float], ...]:
    """Return (μ, ν, γ, γ b) of the stages from the second, preceded by (0, 0, 0, b₁ w)."""
    s = stages
    b = [1 / 3, 1 / 3, *((j * j + j - 2) / (2 * j * (j + 1)) for j in range(2, s + 1))]
    w = 4.0 / (s * s + s - 2)
    rows = [(0.0, 0.0, 0.0, b[1] * w)]
    for j in range(2, s + 1):
        mu, nu = (2 * j - 1) / j * b[j] / b[j - 1], -(j - 1) / j * b[j] / b[j - 2]
        rows.append((mu, nu, mu * w, mu * w * b[j - 1]))
    return tuple(rows)


def advanced(request: FlowRequest) -> np.ndarray:
    """Return the state after the steps of a request, in float64."""
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
    """Return the increment of one RKL2 step."""
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
    """Integrate a flow that may grow, by Euler's method, until the step before ‖z‖ has grown
    GROWTH-fold.
    """
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
            status = Status.NOT_CONVERGED
            return Evolution(times, states, steps, step, status, words, [np.nan] * len(times))
    words = limited(time / records, size, step)
    return Evolution(times, states, steps, step, Status.OK, words, [np.nan] * len(times))


def _bounded(
    advance: Advance,
    norm: Callable[[np.ndarray], float],
    z: np.ndarray,
    size: float,
    count: int,
    largest: float,
) -> tuple[np.ndarray, int]:
    """Return the state after ``count`` steps, or the last one whose norm is below ``largest``, by
    bisection.
    """
    done, batch = 0, BATCH
    while done < count and batch > 0:
        some = min(batch, count - done)
        following = advance(z, size, some, 1)
        if norm(following) < largest:
            z, done = following, done + some
        else:
            batch = some // 2
    return z, done
