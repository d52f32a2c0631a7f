"""Geodesics of a metric with a symmetry, by one quadrature and one unknown (Clairaut).

In coordinates (u, w), with e^w the squared length of the Killing field ∂_u,
    ds² = a(w) dw² + e^w du²,
the momentum p = e^w u' is constant, and with e^w = p² cosh² τ
    ds = 2 √a dτ,   du = (2/p) √a sech² τ dτ,
which has no singular point where the geodesic turns, at τ = 0.  For constant a these are the half
circles of the Poincaré half-plane.  Starting from the end with smaller w, the only unknown is τ₀ there;
the integral of du decreases with τ₀ like e^∓τ₀.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.polynomial import legendre

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.definitions.special_functions import log_cosh
from compute.geodesics import known_curves
from compute.manifold.symmetry import Revolution
from compute.manifold.tangent import norm
from compute.requests.geodesics import ConnectRequest, Paths

# nodes of a quadrature on each part of τ, and maximum length of a part
NODES, PART = 12, 1.0
# beyond ±FARTHEST u is constant to all digits
FARTHEST = 60.0
ROUNDS, CLOSE = 60, 1e-13
# iterations for inverting the length along a part
STEPS = 6
# a miss above this share of the length is not called converged
MISS_LIMIT = 1e-8
# pairs at once: about 10 MB
MOST = 512


def connect(request: ConnectRequest, engine: str = "reference") -> Paths:
    """Solve a request for Levi-Civita geodesics of a manifold with a `Revolution`, in float64.

    Each is unique.  LEFT_DOMAIN if it leaves the domain; residual: the miss at the end.
    """
    surface = request.manifold.revolution
    assert surface is not None
    a, b = surface.chart.forward(request.start), surface.chart.forward(request.end)
    turned = a[:, 1] > b[:, 1]
    first, last = np.where(turned[:, None], b, a), np.where(turned[:, None], a, b)
    across = last[:, 0] - first[:, 0]
    x, slope, length = _joined(surface, first[:, 1], last[:, 1], np.abs(across), request.steps)
    side = np.where(across < 0.0, -1.0, 1.0)[:, None]
    x[..., 0] = first[:, :1] + side * x[..., 0]
    slope[..., 0] *= side
    x = np.where(turned[:, None, None], x[:, ::-1], x)
    slope = np.where(turned[:, None, None], -slope[:, ::-1], slope)
    theta = surface.chart.inverse(x)
    velocity = surface.chart.pull(theta, slope)
    # the integration ends at the higher point
    high = np.where(turned[:, None], request.start, request.end)
    gap = np.where(turned[:, None], theta[:, 0], theta[:, -1]) - high
    miss = norm(request.manifold.geometry(high).metric, gap)
    paths = known_curves.paths_of(request, theta, velocity, engine)
    missed = (paths.status == Status.OK) & (miss > MISS_LIMIT * length)
    return replace(
        paths,
        residual=np.where(paths.status == Status.OK, miss, paths.residual),
        status=np.where(missed, Status.NOT_CONVERGED, paths.status).astype(np.int32),
    )


def repaired(request: ConnectRequest, paths: Paths) -> Paths:
    """Return ``paths`` with those that did not converge replaced by results of the quadrature."""
    todo = np.flatnonzero(paths.status != Status.OK)
    if request.alpha != 0.0 or request.manifold.revolution is None or todo.size == 0:
        return paths
    own = replace(request, start=request.start[todo], end=request.end[todo])
    return known_curves.put(paths, todo, connect(own, paths.engine))


def _joined(
    surface: Revolution, low: Floats, high: Floats, across: Floats, steps: int
) -> tuple[Floats, Floats, Floats]:
    """Return (u, w), starting at u = 0, and velocities (n, steps + 1, 2), and lengths (n,), of
    geodesics from w ``low`` to ``high`` that change u by ``across`` ≥ 0, each (n,).
    """
    x, slope = np.empty((2, len(low), steps + 1, 2))
    length = np.empty_like(low)
    for i in range(0, len(low), MOST):
        part = slice(i, i + MOST)
        tau = _root(surface, low[part], high[part], across[part])
        x[part], slope[part], length[part] = _along(surface, low[part], high[part], tau, steps)
    return x, slope, length


def _root(surface: Revolution, low: Floats, high: Floats, across: Floats) -> Floats:
    """Return τ₀ (n,), by bracketed Newton iteration on the logarithm of ∫du."""
    wanted = np.log(np.maximum(across, 1e-300))
    below, above = np.full_like(low, -FARTHEST), np.full_like(low, FARTHEST)
    tau = np.clip(_circle(surface, low, high, across), -FARTHEST, FARTHEST)
    todo = np.arange(len(low))
    for _ in range(ROUNDS):
        checkpoint()
        value, slope = _sum(surface, low[todo], high[todo], tau[todo])
        gap = value - wanted[todo]
        at = tau[todo]
        below[todo] = np.where(gap > 0.0, at, below[todo])
        above[todo] = np.where(gap < 0.0, at, above[todo])
        falls = slope < 0.0
        trial = at - np.where(falls, gap, 0.0) / np.where(falls, slope, 1.0)
        inside = falls & np.isfinite(trial) & (trial > below[todo]) & (trial < above[todo])
        trial = np.where(inside, trial, 0.5 * (below[todo] + above[todo]))
        open_ = (np.abs(gap) > CLOSE) & (np.abs(trial - at) > 1e-15 * np.abs(at))
        tau[todo[open_]] = trial[open_]
        todo = todo[open_]
        if todo.size == 0:
            break
    return tau


def _circle(surface: Revolution, low: Floats, high: Floats, across: Floats) -> Floats:
    """Return τ₀ (n,) for constant a, from the centre of the half circle through both points."""
    scale = 2 * np.sqrt(surface.profile(0.5 * (low + high))[0])
    first, last = scale * np.exp(-0.5 * low), scale * np.exp(-0.5 * high)
    across = np.maximum(across, 1e-100)
    steep = (across + (last - first) / across * (last + first)) / (2 * first)
    return np.asarray(-np.arcsinh(steep))


def _last(low: Floats, high: Floats, tau: Floats) -> Floats:
    """Return τ₁ (n,): cosh τ₁ − 1 = e^r (cosh τ₀ − 1) + e^r − 1, r half the increase of w."""
    rise = 0.5 * (high - low)
    end: Floats = 2 * np.arcsinh(
        np.sqrt(np.exp(rise) * np.sinh(0.5 * tau) ** 2 + 0.5 * np.expm1(rise))
    )
    return end


def _sum(surface: Revolution, low: Floats, high: Floats, tau: Floats) -> tuple[Floats, Floats]:
    """Return log ∫du from τ₀ up to w ``high``, and its derivative by τ₀, each (n,)."""
    end = _last(low, high, tau)
    width = end - tau
    parts = max(int(np.ceil(width.max() / PART)), 1)
    at, weights = legendre.leggauss(NODES)
    share = ((np.arange(parts)[:, None] + 0.5 * (at + 1.0)) / parts).ravel()
    weight = np.tile(0.5 * weights / parts, parts)
    between = tau[:, None] + share * width[:, None]
    a, bend = surface.profile(low[:, None] + 2 * (log_cosh(between) - log_cosh(tau)[:, None]))
    root, fall = np.sqrt(a), np.cosh(between) ** -2
    total = width * ((root * fall) @ weight)
    turn = width * ((bend / root * fall) @ weight)
    first, last = (
        np.sqrt(surface.profile(w)[0]) * np.cosh(t) ** -2 for w, t in ((low, tau), (high, end))
    )
    rises = end > 0.0
    lead = np.where(rises, np.tanh(tau) / np.where(rises, np.tanh(end), 1.0), -1.0)
    change = last * lead - first - np.tanh(tau) * turn
    moves = total > 0.0
    safe = np.where(moves, total, 1.0)
    value = np.log(2.0) - 0.5 * low + log_cosh(tau) + np.log(safe)
    slope = np.tanh(tau) + change / safe
    return np.where(moves, value, -np.inf), np.where(moves, slope, 0.0)


def _along(
    surface: Revolution, low: Floats, high: Floats, tau: Floats, steps: int
) -> tuple[Floats, Floats, Floats]:
    """Return (u, w) and velocities (n, steps + 1, 2) at equal lengths, and the length (n,).

    √a and √a sech² τ are polynomials in each part, whose integrals are known; the first is inverted.
    """
    end = _last(low, high, tau)
    level, log_p = low - 2 * log_cosh(tau), 0.5 * low - log_cosh(tau)
    parts = max(int(np.ceil((end - tau).max() / PART)), 1)
    half = 0.5 * (end - tau)[:, None] / parts
    middle = tau[:, None] + (2 * np.arange(parts) + 1) * half
    at = legendre.leggauss(NODES)[0]
    between = middle[..., None] + half[..., None] * at
    root = np.sqrt(surface.profile(level[:, None, None] + 2 * log_cosh(between))[0])
    # Legendre series of the two integrals, from the middle of each part
    fit = np.linalg.inv(legendre.legvander(at, NODES - 1))
    series = [legendre.legint(np.moveaxis(2 * half[..., None] * values @ fit.T, -1, 0))
              for values in (root, root * np.cosh(between) ** -2)]  # fmt: skip
    sums = [legendre.legval(1.0, c) - legendre.legval(-1.0, c) for c in series]
    done = [np.concatenate([np.zeros((len(low), 1)), np.cumsum(s, axis=1)], axis=1) for s in sums]
    length = done[0][:, -1]
    wanted = length[:, None] * np.linspace(0.0, 1.0, steps + 1)
    part = (done[0][:, None, 1:-1] <= wanted[..., None]).sum(axis=-1)
    row = np.arange(len(low))[:, None]
    own = [c[:, row, part] for c in series]
    offset = [d[row, part] - legendre.legval(-1.0, c) for d, c in zip(done, own, strict=True)]
    slopes = legendre.legder(own[0])
    place = np.zeros_like(wanted)
    for _ in range(STEPS):
        gap = legendre.legval(place, own[0], tensor=False) + offset[0] - wanted
        rate = legendre.legval(place, slopes, tensor=False)
        place = np.clip(place - gap / np.where(rate > 0.0, rate, 1.0), -1.0, 1.0)
    u = np.exp(-log_p)[:, None] * (legendre.legval(place, own[1], tensor=False) + offset[1])
    tau = middle[row, part] + half * place
    w = level[:, None] + 2 * log_cosh(tau)
    root = np.sqrt(surface.profile(w)[0])
    across = length[:, None] * np.exp(-log_p)[:, None] * np.cosh(tau) ** -2
    slope = np.stack([across, length[:, None] * np.tanh(tau) / root], axis=-1)
    return np.stack([u, w], axis=-1), slope, length
