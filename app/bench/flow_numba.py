"""The step of the flow in numba: reads links.f32, own.f32 and state.f32, prints its best time as JSON.

Nine points a node in float32, real and imaginary parts apart, each stage a compiled loop over rows that
runs on all cores; coefficients.f64 holds μ, ν, gain and base of every stage.
"""

import json
import time

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

Array = NDArray[np.float32]

shape = np.fromfile("shape.i64", np.int64)
ROWS, COLUMNS = shape
links = np.fromfile("links.f32", np.float32).reshape(4, 2, ROWS, COLUMNS)
own = np.fromfile("own.f32", np.float32).reshape(2, ROWS, COLUMNS)
start = np.fromfile("state.f32", np.float32).reshape(2, ROWS, COLUMNS)
stages = np.fromfile("coefficients.f64", np.float64).reshape(-1, 4).astype(np.float32)


@njit(inline="always")  # type: ignore[untyped-decorator]  # numba is in another environment
def along(
    x: Array, y: Array, i: int, j: int, a: float, b: float, here_x: float, here_y: float
) -> tuple[float, float]:
    """Return w z − Re w own of a link w = a + ib to the node (i, j)."""
    return a * (x[i, j] - here_x) - b * y[i, j], a * (y[i, j] - here_y) + b * x[i, j]


@njit(parallel=True, fastmath=True)  # type: ignore[untyped-decorator]  # as above
def stage(
    now: Array, after: Array, first: Array, links: Array, own: Array,
    mu: float, nu: float, gain: float, base: float, begins: bool,
) -> None:  # fmt: skip
    """after = μ now + ν after + gain · L now + base · first; with ``begins`` first = L now as well."""
    x, y = now[0], now[1]
    for i in prange(1, ROWS - 1):
        for j in range(1, COLUMNS - 1):
            hx, hy = x[i, j], y[i, j]
            p0, q0 = along(x, y, i, j + 1, links[0, 0, i, j], links[0, 1, i, j], hx, hy)
            p1, q1 = along(x, y, i + 1, j, links[1, 0, i, j], links[1, 1, i, j], hx, hy)
            p2, q2 = along(x, y, i + 1, j + 1, links[2, 0, i, j], links[2, 1, i, j], hx, hy)
            p3, q3 = along(x, y, i + 1, j - 1, links[3, 0, i, j], links[3, 1, i, j], hx, hy)
            p4, q4 = along(x, y, i, j - 1, links[0, 0, i, j - 1], -links[0, 1, i, j - 1], hx, hy)
            p5, q5 = along(x, y, i - 1, j, links[1, 0, i - 1, j], -links[1, 1, i - 1, j], hx, hy)
            p6, q6 = along(
                x, y, i - 1, j - 1, links[2, 0, i - 1, j - 1], -links[2, 1, i - 1, j - 1], hx, hy
            )
            p7, q7 = along(
                x, y, i - 1, j + 1, links[3, 0, i - 1, j + 1], -links[3, 1, i - 1, j + 1], hx, hy
            )
            rest, moved = own[0, i, j], own[1, i, j]
            lx = moved * (p0 + p1 + p2 + p3 + p4 + p5 + p6 + p7 + rest * hx)
            ly = moved * (q0 + q1 + q2 + q3 + q4 + q5 + q6 + q7 + rest * hy)
            if begins:
                first[0, i, j], first[1, i, j] = lx, ly
                after[0, i, j], after[1, i, j] = base * lx, base * ly
            else:
                after[0, i, j] = mu * hx + nu * after[0, i, j] + gain * lx + base * first[0, i, j]
                after[1, i, j] = mu * hy + nu * after[1, i, j] + gain * ly + base * first[1, i, j]


def step(state: Array, one: Array, other: Array, first: Array) -> None:
    """Advance by one step: increments change places until the last is added."""
    other[:] = 0
    now, after = one, other
    stage(state, one, first, links, own, *stages[0], True)
    for row in stages[1:]:
        stage(now, after, first, links, own, *row, False)
        now, after = after, now
    state += now


state = start.copy()
rooms = [np.zeros_like(state) for _ in range(3)]
step(state, *rooms)
state.tofile("ends.f32")
times = []
for _ in range(15):
    began = time.perf_counter()
    step(state, *rooms)
    times.append(time.perf_counter() - began)
print(json.dumps({"seconds": min(times)}))
