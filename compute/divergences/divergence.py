"""Divergences between members of a family, beside the Fisher–Rao distance.

Closed forms are used if a family has them.  For an exponential family the Kullback–Leibler divergence
is the Bregman divergence of ψ, and with the midpoint m in natural coordinates
    −log ∫√(pq) = ½ψ(a) + ½ψ(b) − ψ(m) = ½(KL(m‖a) + KL(m‖b)),
a sum of positive terms.  For other densities they are integrals over the whole sample space
(`density_overlap`), replaced by a reason if infinite or unknown.  For nearby a and b, where all of
these would cancel, see `near_pairs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from compute.core.arrays import Floats
from compute.divergences import density_overlap, near_pairs
from compute.manifold.charts import Chart, named
from compute.manifold.manifold import COUNTS, Manifold, Support, known_inside
from compute.manifold.tangent import full

# outward steps for bracketing the boundary of a ball, and halvings of that step
MARCH, HALVINGS = 120, 50
TINY = 1e-300
# Fisher lengths below which KL and the Bhattacharyya angle are those of `separation`: for
# exponential families, and for others, whose expansion is accurate to about d⁶
NEAR, NEAREST = 0.5, 3e-3
# and for densities with a kink, where the expansion is accurate to about 1e-6 d
NEAREST_ONE_SIDED = 1e-4
# the divergence below which a ball is drawn as an ellipse of the metric, off by 1e-5 of its radius
SMALL_BALL = 1e-10
NAMES = ("forward", "backward", "bhattacharyya", "wasserstein")
DISCRETE = ("outcomes", COUNTS)
# the most counts that are summed, and a probability that is left out
MOST_COUNTS, RARE = 4e6, 1e-18
ON_LINES = ("line", "half-line", "interval", "two half-lines")
STATES = "undefined before a measurement"
INFINITE = "infinite, or too large for float64"  # of closed forms
ROWS = {
    "forward": density_overlap.FORWARD,
    "backward": density_overlap.BACKWARD,
    "bhattacharyya": density_overlap.APART,
}


@dataclass(frozen=True)
class Divergences:
    """Between p_a and p_b: KL(a‖b) and KL(b‖a) in nats, 2 arccos ∫√(p_a p_b), and Wasserstein-2 in
    units of x.

    A value is None if infinite or unknown, and ``why`` says which; W₂ is None without a reason if the
    sample space is not a line.
    """

    forward: float | None = None
    backward: float | None = None
    bhattacharyya: float | None = None
    wasserstein: float | None = None
    why: Mapping[str, str] = field(default_factory=dict)

    @property
    def jeffreys(self) -> float | None:
        """KL(a‖b) + KL(b‖a)."""
        if self.forward is None or self.backward is None:
            return None
        return self.forward + self.backward


def natural_chart(manifold: Manifold) -> Chart | None:
    """Return the chart of natural coordinates, or None."""
    return named(manifold.charts, "natural")


def divergences(
    manifold: Manifold, a: Floats, b: Floats, wanted: Sequence[str] = NAMES
) -> Divergences | None:
    """Return the divergences ``wanted`` between a and b (2,), in float64; None if the family has no
    distributions.
    """
    both = manifold.support(np.stack([a, b]))
    if both.space == "none":
        return None
    if both.space == "measurements":
        return Divergences(why={"forward": STATES})
    names = [name for name in wanted if name != "wasserstein" or both.space in ON_LINES]
    near = _near(manifold, a, b)
    found, why = _found(manifold, a, b, [name for name in names if name not in near])
    found = found | near
    known = {name: found[name] for name in names if np.isfinite(found[name])}
    return Divergences(**known, why={name: why[name] for name in names if name not in known})


Found = dict[str, float]


def _found(
    manifold: Manifold, a: Floats, b: Floats, names: list[str]
) -> tuple[Found, dict[str, str]]:
    """Return the divergences of these names, also for close a and b, with reasons for those not
    finite.
    """
    found, why = _closed(manifold, a, b), dict.fromkeys(NAMES, INFINITE)
    both = manifold.support(np.stack([a, b]))
    if both.space in DISCRETE:
        x = both.x if both.space == "outcomes" else _counts(manifold, both, a, b)
        found = _of_outcomes(manifold, x, a, b) | found
    rest = [name for name in names if name not in found]
    if rest and both.space not in DISCRETE:
        values, words = _of_densities(manifold, a, b, rest)
        found, why = found | values, why | words
    return found, why


def _near(manifold: Manifold, a: Floats, b: Floats) -> Found:
    """Return KL in both directions and the Bhattacharyya angle for nearby a and b; {} otherwise."""
    if manifold.kinked:
        return _near_kinked(manifold, a, b)
    chart, kl = natural_chart(manifold), manifold.divergence
    d, three = near_pairs.length(manifold, a, b), None
    with np.errstate(all="ignore"):
        if chart is not None and kl is not None:
            if d < NEAR or float(kl(a, b)) < NEAR**2:
                three = near_pairs.along_natural(manifold, chart, a, b)
        elif d < NEAREST:
            three = near_pairs.expanded(manifold, a, b, partial(_three, manifold))
    if three is None:
        return {}
    forward, backward, apart = three
    return {"forward": forward, "backward": backward, "bhattacharyya": _angle(apart)}


def _near_kinked(manifold: Manifold, a: Floats, b: Floats) -> Found:
    """Return the Bhattacharyya angle alone: KL of such a family is a closed form at any separation."""

    def apart(p: Floats, q: Floats) -> float:
        angle = _found(manifold, p, q, ["bhattacharyya"])[0]["bhattacharyya"]
        return float(2.0 * np.sin(angle / 4.0) ** 2)

    if near_pairs.length(manifold, a, b) >= NEAREST_ONE_SIDED:
        return {}
    found = near_pairs.one_sided(manifold, a, b, apart)
    return {} if found is None else {"bhattacharyya": _angle(found)}


def _three(manifold: Manifold, a: Floats, b: Floats) -> near_pairs.Three | None:
    """Return KL in both directions and 1 − ∫√(p_a p_b) for a pair at moderate distance, or None if one
    is unknown.
    """
    names = ["forward", "backward", "bhattacharyya"]
    found = _found(manifold, a, b, names)[0]
    if not all(np.isfinite(found.get(name, np.nan)) for name in names):
        return None
    forward, backward, angle = (found[name] for name in names)
    return forward, backward, float(2.0 * np.sin(angle / 4.0) ** 2)


def _closed(manifold: Manifold, a: Floats, b: Floats) -> Found:
    """Return the divergences with a closed form."""
    found: Found = {}
    kl, chart = manifold.divergence, natural_chart(manifold)
    if kl is not None:
        found["forward"], found["backward"] = _positive(kl(a, b)), _positive(kl(b, a))
    if kl is not None and chart is not None:
        middle = chart.inverse(0.5 * (chart.forward(a) + chart.forward(b)))
        minus_log = max(0.5 * float(kl(middle, a) + kl(middle, b)), 0.0)
        found["bhattacharyya"] = _angle(-np.expm1(-minus_log))
    if manifold.wasserstein is not None:
        closed = float(manifold.wasserstein(a, b))
        # the integrals know why it is infinite
        found |= {"wasserstein": closed} if np.isfinite(closed) else {}
    return found


def _positive(value: Floats | float) -> float:
    """Clip small negative values caused by rounding."""
    return float(np.maximum(value, 0.0))


def _angle(apart: float) -> float:
    """Return 2 arccos ∫√(pq) of 1 − ∫√(pq) = ½∫(√p − √q)², which is accurate for short distances."""
    return float(4.0 * np.arcsin(np.sqrt(np.clip(apart, 0.0, 1.0) / 2.0)))


def _counts(manifold: Manifold, support: Support, a: Floats, b: Floats) -> Floats:
    """Return 0, 1 … up to where both probabilities are below `RARE`; tails are geometric."""
    highest = float(support.x[-1])
    while highest < MOST_COUNTS:
        if manifold.density(np.stack([a, b]), np.array([highest])).max() < RARE:
            break
        highest *= 1.5
    return np.arange(highest + 1.0)


def _of_outcomes(manifold: Manifold, x: Floats, a: Floats, b: Floats) -> Found:
    """Return the divergences as sums over outcomes x (k,)."""
    both = np.stack([a, b])
    if manifold.log_density is not None:
        p, q = manifold.log_density(both, x)
        p, q = p - np.log(np.exp(p).sum()), q - np.log(np.exp(q).sum())
    else:
        p, q = np.log(manifold.density(both, x))
    with np.errstate(all="ignore"):
        forward, backward, apart = (float(part.sum()) for part in density_overlap.parts(p, q))
    return {"forward": forward, "backward": backward, "bhattacharyya": _angle(apart)}


def _of_densities(
    manifold: Manifold, a: Floats, b: Floats, names: list[str]
) -> tuple[Found, dict[str, str]]:
    """Return the named divergences of two densities, with reasons for NaN."""
    pair = density_overlap.pair(manifold, a, b)
    missing = "unknown: the family has no density on a line" if pair is None else pair.missing()
    if pair is None or missing:
        return dict.fromkeys(names, np.nan), dict.fromkeys(names, missing)
    integrals = pair.integrals()
    found = {
        "forward": _positive(integrals[density_overlap.FORWARD]),
        "backward": _positive(integrals[density_overlap.BACKWARD]),
        "bhattacharyya": _angle(integrals[density_overlap.APART]),
    }
    words = {name: pair.unknown(row) for name, row in ROWS.items() if name in names}
    if "wasserstein" in names:
        found["wasserstein"] = density_overlap.wasserstein(pair)
        words["wasserstein"] = density_overlap.missing_wasserstein(pair)
    return {name: found[name] for name in names}, words


def bregman(manifold: Manifold, a: Floats, b: Floats) -> tuple[float, float]:
    """Return KL(a‖b) and KL(b‖a) in nats at two θ (2,) of a family with closed forms, accurate at any
    distance.
    """
    near, kl = _near(manifold, a, b), manifold.divergence
    assert kl is not None
    if near:
        return near["forward"], near["backward"]
    return _positive(kl(a, b)), _positive(kl(b, a))


def balls(manifold: Manifold, a: Floats, b: Floats, directions: int = 96) -> tuple[Floats, Floats]:
    """Return outlines (k, 2), closed, of {θ: KL(p_a‖p_θ) ≤ KL(p_a‖p_b)} and of {θ: KL(p_θ‖p_a) ≤
    KL(p_b‖p_a)}.

    For exponential families, along straight lines in natural coordinates from a, on which both
    increase; NaN in directions where the domain ends first.
    """
    chart, kl = natural_chart(manifold), manifold.divergence
    if chart is None or kl is None:
        raise ValueError(f"{manifold.name} has no chart of natural coordinates")
    limits = bregman(manifold, a, b)
    start = chart.forward(a)
    metric = full(manifold.geometry(a).metric)
    back = np.linalg.inv(chart.jacobian(a))
    root = np.linalg.inv(np.linalg.cholesky(back.T @ metric @ back).T)
    angle = np.linspace(0.0, 2 * np.pi, directions + 1)
    wheel = np.stack([np.cos(angle), np.sin(angle)], axis=1) @ root.T

    def at(radius: Floats, which: int) -> Floats:
        """Return a divergence at a radius in each direction; infinite beyond the domain."""
        theta = chart.inverse(start + radius[:, None] * wheel)
        inside = known_inside(manifold, theta)
        theta = np.where(inside[:, None], theta, a)
        found = kl(theta, a) if which else kl(a, theta)
        return np.where(inside & np.isfinite(found), found, np.inf)

    edges = [
        # such a small ball is an ellipse of the metric, and KL at single points has no digits
        np.full(directions + 1, np.sqrt(2.0 * limit))
        if limit < SMALL_BALL
        else _edge(partial(at, which=i), limit, directions + 1)
        for i, limit in enumerate(limits)
    ]
    forward, backward = (chart.inverse(start + edge[:, None] * wheel) for edge in edges)
    return forward, backward


def _edge(divergence: Callable[[Floats], Floats], limit: float, directions: int) -> Floats:
    """Return the radius (k,) in each direction at which a divergence passes the limit; NaN if it does
    not.
    """
    # at a small distance d the divergence is d²/2
    size = np.sqrt(2 * max(limit, TINY))
    low, high = np.zeros(directions), np.full(directions, np.nan)
    for reach in size * np.geomspace(0.1, 1e12, MARCH):
        open_ = np.isnan(high)
        beyond = divergence(np.full(directions, reach)) > limit
        high = np.where(open_ & beyond, reach, high)
        low = np.where(open_ & ~beyond, reach, low)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + np.nan_to_num(high))
        beyond = divergence(middle) > limit
        low, high = np.where(beyond, low, middle), np.where(beyond & ~np.isnan(high), middle, high)
    # where the domain ends first, the divergence has not reached its limit
    met = np.isfinite(divergence(np.nan_to_num(high)))
    return np.where(np.isnan(high) | ~met, np.nan, high)
