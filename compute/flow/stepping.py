"""Steps of ż = Lz that cannot blow up, and of backward heat that is stopped before it does.

Runge–Kutta–Legendre super-time-stepping of order 2 with s stages is stable for
τ ≤ (2/ρ)(s² + s − 2)/4, ρ the bound of L's spectrum.  (Meyer, Balsara, Aslam 2014)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from compute.types import Status

STAGES = 9
# backward heat stops when the norm has grown by this factor
GROWTH = 10.0
# share of the limit that a step takes
SAFE = 0.9

Rate = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Evolution:
    """states at the recorded times, first the initial one; steps made; dt_limit: the largest stable
    step of Euler's method; status: OK, or NOT_CONVERGED where growth stopped it early.
    """

    times: list[float]
    states: list[np.ndarray]
    steps: int
    dt_limit: float
    status: Status


def longest(bound: float) -> float:
    """The longest step of RKL2 that is taken for a spectrum in [−bound, 0]; infinite for none."""
    return SAFE * (2.0 / bound) * (STAGES**2 + STAGES - 2) / 4 if bound > 0 else np.inf


def diffuse(rate: Rate, z: np.ndarray, bound: float, time: float, records: int) -> Evolution:
    """ż = rate(z), dissipative with spectrum in [−bound, small], over ``time``."""
    limit = 2.0 / bound if bound > 0 else np.inf
    largest = longest(bound)
    times, states, steps = [0.0], [z], 0
    for target in np.linspace(0.0, time, records + 1)[1:]:
        span = float(target) - times[-1]
        count = max(1, int(np.ceil(span / largest)))
        for _ in range(count):
            z = _legendre(rate, z, span / count)
        steps += count
        times.append(float(target))
        states.append(z)
    return Evolution(times, states, steps, limit, Status.OK)


def _legendre(rate: Rate, start: np.ndarray, step: float) -> np.ndarray:
    """One step of RKL2."""
    s = STAGES
    b = [1 / 3, 1 / 3, *((j * j + j - 2) / (2 * j * (j + 1)) for j in range(2, s + 1))]
    w = 4.0 / (s * s + s - 2)
    first = rate(start)
    before, now = start, start + b[1] * w * step * first
    for j in range(2, s + 1):
        mu, nu = (2 * j - 1) / j * b[j] / b[j - 1], -(j - 1) / j * b[j] / b[j - 2]
        gain = mu * w
        following = (
            mu * now + nu * before + (1 - mu - nu) * start
            + gain * step * rate(now) - (1 - b[j - 1]) * gain * step * first
        )  # fmt: skip
        before, now = now, following
    return now


def sharpen(
    rate: Rate,
    norm: Callable[[np.ndarray], float],
    z: np.ndarray,
    step: float,
    time: float,
    records: int,
) -> Evolution:
    """ż = rate(z) that may grow, by Euler's method; stops where ‖z‖ has grown GROWTH-fold."""
    largest = GROWTH * max(norm(z), np.finfo(float).tiny)
    times, states, steps = [0.0], [z], 0
    for target in np.linspace(0.0, time, records + 1)[1:]:
        count = max(1, int(np.ceil((float(target) - times[-1]) / step)))
        size = (float(target) - times[-1]) / count
        for done in range(count):
            following = z + size * rate(z)
            if not norm(following) < largest:
                return Evolution(
                    [*times, times[-1] + done * size], [*states, z], steps, step,
                    Status.NOT_CONVERGED,
                )  # fmt: skip
            z = following
            steps += 1
        times.append(float(target))
        states.append(z)
    return Evolution(times, states, steps, step, Status.OK)
