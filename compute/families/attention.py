"""Attention: the softmax over n keys, with the query as the parameter.

On the plane q = q₀ + Uθ of query space the logits are ℓ_j(θ) = b_j + T_j·θ with T_j = Uᵀk_j/(τ√d),
b_j = q₀·k_j/(τ√d), and p = softmax ℓ is an exponential family in its natural coordinates:
    ψ = log Σ e^ℓ_j,  η = ∇ψ = Σ p_j T_j,  g = Cov_p(T),  T_abc = third central moments of T under p,
    Γ_ij,k = ½ T_ijk.
All moments are of the centred c_j = T_j − η.  The plane is incomplete: g decays exponentially where
one key takes all the weight, and curves stop there.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from compute import heads, sphere
from compute.chart_hull import hull
from compute.charts import Chart, parameters
from compute.family import Family
from compute.manifold import GENERIC_SCALARS, Landmarks, LocalGeometry, Manifold, Slot, Support
from compute.types import Extent, Floats, points

# g is taken for zero where its trace falls to this share of max_j |T_j − T̄|²: one key has it all, and
# what the others have is lost in η's rounding.
CORNER = {4: 1e-12, 8: 1e-26}
# Curvature is shown where D exceeds this share of (tr g/2)²: below, its digits are noise (float32).
CURVATURE_FLOOR = 1e-10
# a curvature is shown where rounding, so many eps of its terms, leaves it known to this share
NOISE, KNOWN_TO = 4.0, 1e-2
# of so few keys K is summed over all triples, without cancellation (as many as the kernels unroll)
FEW = 8
UNROLL = 8
MOST_KEYS = 4096


class Softmax:
    """p(θ) = softmax(b + Tθ) over n keys; T (n, 2), b (n,).  Arrays of θ are (..., 2)."""

    def __init__(self, keys: Floats, bias: Floats) -> None:
        self.keys = keys
        self.bias = bias
        self.centre = keys.mean(axis=0)
        self.spread2 = float(np.max(np.sum((keys - self.centre) ** 2, axis=1), initial=0.0))

    def weights(self, theta: Floats) -> Floats:
        """p (..., n)."""
        logits = theta @ (self.keys - self.centre).astype(theta.dtype).T + self.bias.astype(
            theta.dtype
        )
        with np.errstate(under="ignore"):
            weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
            p: Floats = weights / weights.sum(axis=-1, keepdims=True)
        return p

    def mean(self, theta: Floats) -> Floats:
        """η = Σ p_j T_j (..., 2)."""
        eta: Floats = self.weights(theta) @ self.keys.astype(theta.dtype)
        return eta

    def _moments(self, theta: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """p (..., n), the centred keys' columns c₁, c₂ (..., n), and g packed (..., 3)."""
        p = self.weights(theta)
        keys = self.keys.astype(theta.dtype)
        eta = p @ keys
        c1 = keys[:, 0] - eta[..., :1]
        c2 = keys[:, 1] - eta[..., 1:]
        with np.errstate(under="ignore"):
            g = np.stack(
                [(p * c1 * c1).sum(-1), (p * c1 * c2).sum(-1), (p * c2 * c2).sum(-1)], axis=-1
            )
        return p, c1, c2, g

    def geometry(self, theta: Floats) -> LocalGeometry:
        """g, Γ_ij,k and T_ijk; det 0 in the corners where one key has all the weight."""
        p, c1, c2, g = self._moments(theta)
        with np.errstate(under="ignore"):
            a, b, c = p * c1 * c1, p * c1 * c2, p * c2 * c2
            cubic = np.stack(
                [(a * c1).sum(-1), (a * c2).sum(-1), (b * c2).sum(-1), (c * c2).sum(-1)], -1
            )
            det = g[..., 0] * g[..., 2] - g[..., 1] ** 2
        corner = CORNER[theta.itemsize] * self.spread2
        det = np.where(g[..., 0] + g[..., 2] > corner, det, 0.0)
        first = 0.5 * np.stack([cubic[..., 0:3], cubic[..., 1:4]], axis=-2)
        return LocalGeometry(g, first, cubic, det)

    def curvature(self, theta: Floats) -> Floats:
        """K: of up to `FEW` keys by sums without cancellation, of more by whitened third moments.

        NaN where g is too nearly singular for the value to mean anything, or rounding exceeds it.
        """
        return self._by_triples(theta) if len(self.keys) <= FEW else self._whitened(theta)

    def _by_triples(self, theta: Floats) -> Floats:
        """With S_abc = (T_b − T_a) × (T_c − T_a), [ab] = Σ_c p_c S_abc and D = Σ p_a p_b p_c S_abc²,
        K = ¼ Σ (p_a p_b p_c S_abc²/D) ([ab][bc][ca]/(S_abc D)), both over a < b < c.
        """
        p, keys = self.weights(theta), (self.keys - self.centre).astype(theta.dtype)
        a, b, c = np.array(list(combinations(range(len(keys)), 3)), int).reshape(-1, 3).T
        area = _cross(keys[b] - keys[a], keys[c] - keys[a])
        flat = area == 0.0
        every = keys[None, :, :] - keys[:, None, :]
        bracket = np.einsum("...c,abc->...ab", p, _cross(every[:, :, None], every[:, None, :]))
        with np.errstate(under="ignore"):
            share = p[..., a] * p[..., b] * p[..., c] * area**2
            det = share.sum(-1)
            known = det > np.finfo(theta.dtype).tiny
            det = np.where(known, det, 1.0)[..., None]
            root = np.sqrt(det)
            turn = (bracket[..., a, b] / root) * (bracket[..., c, a] / root) * bracket[..., b, c]
            value = (share / det * turn / np.where(flat, 1.0, area)).sum(-1)
        return np.where(known, 0.25 * value, np.nan)

    def _whitened(self, theta: Floats) -> Floats:
        """K = ¼(κ̂₁₁₂² + κ̂₁₂₂² − κ̂₁₁₁κ̂₁₂₂ − κ̂₁₁₂κ̂₂₂₂), κ̂ the third moments of L⁻¹c, g = LLᵀ."""
        p, c1, c2, g = self._moments(theta)
        with np.errstate(under="ignore"):
            det = g[..., 0] * g[..., 2] - g[..., 1] ** 2
            usable = det > CURVATURE_FLOOR * (0.5 * (g[..., 0] + g[..., 2])) ** 2
            safe = np.where(usable, det, 1.0)
            l11 = np.sqrt(np.where(usable, g[..., 0], 1.0))
            l21 = g[..., 1] / l11
            l22 = np.sqrt(safe) / l11
            w1 = c1 / l11[..., None]
            w2 = (c2 - l21[..., None] * w1) / l22[..., None]
            pair = p * w1 * w2
            k111, k112 = (p * w1**3).sum(-1), (pair * w1).sum(-1)
            k122, k222 = (pair * w2).sum(-1), (p * w2**3).sum(-1)
            terms = np.stack([k112**2, k122**2, -k111 * k122, -k112 * k222])
            value = 0.25 * terms.sum(0)
            lost = NOISE * np.finfo(theta.dtype).eps * np.abs(terms).sum(0)
            lost = lost * (1.0 + g[..., 0] * g[..., 2] / safe)
        usable &= lost < KNOWN_TO * np.maximum(1.0, np.abs(value))
        return np.where(usable, value, np.nan)

    def scalar(self, name: str, theta: Floats, index: int) -> Floats:
        """ "entropy" −Σ p log p in nats, "probability" of key ``index``, "log_partition" ψ in nats."""
        if name == "log_partition":
            logits = theta @ self.keys.T + self.bias
            highest = logits.max(axis=-1)
            with np.errstate(under="ignore"):
                return np.asarray(
                    highest + np.log(np.exp(logits - highest[..., None]).sum(axis=-1))
                )
        p = self.weights(theta)
        if name == "probability":
            return p[..., index]
        with np.errstate(under="ignore"):
            entropy: Floats = -(p * np.log(np.maximum(p, np.finfo(p.dtype).tiny))).sum(-1)
        return entropy

    def divergence(self, theta: Floats, other: Floats) -> Floats:
        """KL(p‖q) = log Σ p_j e^{(φ − θ)·c_j} in nats, in which ψ and η have cancelled."""
        move = other - theta
        keys = self.keys - self.centre
        p = self.weights(theta)
        step = move @ keys.T - ((p @ keys) * move).sum(axis=-1, keepdims=True)
        highest = step.max(axis=-1)
        with np.errstate(under="ignore"):
            total = (p * np.exp(step - highest[..., None])).sum(axis=-1)
        return np.asarray(highest + np.log(total))

    def distance_bounds(self, theta: Floats, other: Floats) -> tuple[Floats, Floats]:
        """(2 arccos Σ√(pq), √J): every Fisher–Rao distance lies between them."""
        p, q = self.weights(theta), self.weights(other)
        jeffreys = ((other - theta) * (self.mean(other) - self.mean(theta))).sum(-1)
        return sphere.distance(p, q), np.sqrt(np.maximum(jeffreys, 0.0))


def attention_manifold(
    K: ArrayLike,
    q0: ArrayLike | None = None,
    U: ArrayLike | None = None,
    temperature: float = 1.0,
    bias: ArrayLike | None = None,
) -> Manifold:
    """The statistical manifold of softmax attention over the keys K (n, d), on a plane of queries.

    q = q₀ + Uθ with q0 (d,) and orthonormal columns U (d, 2); ``bias (n,)`` is added to the logits
    (a mask drops its keys instead).  Without q0 the origin, without U the first two axes.
    Raises ValueError for shapes that do not fit, fewer than 3 or more than 4096 keys, numbers that
    are not finite, a temperature that is not positive, or keys that lie on one line.
    """
    keys = heads.matrix("K", K)
    n, d = keys.shape
    origin = np.zeros(d) if q0 is None else heads.vector("q0", q0, d)
    plane = np.eye(d)[:, :2] if U is None else heads.matrix("U", U, (d, 2))
    if not (np.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be positive and finite, got {temperature!r}")
    scale = 1.0 / (temperature * np.sqrt(d))
    offset = np.zeros(n) if bias is None else heads.vector("bias", bias, n)
    return softmax_manifold(keys @ plane * scale, keys @ origin * scale + offset)


def softmax_manifold(
    T: ArrayLike,
    b: ArrayLike,
    *,
    key: str = "attention",
    labels: tuple[str, ...] = (),
    landmarks: Landmarks | None = None,
    pins: tuple[int, int] | None = None,
) -> Manifold:
    """The exponential family with logits b + Tθ, T (n, 2), b (n,).  Raises as `attention_manifold`."""
    keys = points("T", T)
    logits = heads.vector("b", b, len(keys))
    if not 3 <= len(keys) <= MOST_KEYS:
        raise ValueError(f"a plane of attention needs 3 to {MOST_KEYS} keys, got {len(keys)}")
    family = Softmax(keys, logits)
    spread = np.linalg.svd(keys - family.centre, compute_uv=False)
    if spread[1] <= 1e-9 * max(spread[0], 1e-300):
        raise ValueError(
            "the keys lie on one line in this plane of queries: its metric is singular"
        )
    marks = landmarks.theta if landmarks is not None else np.zeros((0, 2))
    radius = _radius(family, marks)
    view = _view(marks) if len(marks) else Extent(-radius / 8, radius / 8, -radius / 8, radius / 8)
    first = tuple(marks[pins[0]]) if pins else (view.x0 / 2, view.y0 / 3)
    second = tuple(marks[pins[1]]) if pins else (view.x1 / 2, view.y1 / 3)
    return Manifold(
        key=key,
        name="attention",
        title="Attention over keys",
        coordinates=("θ₁", "θ₂"),
        domain=f"|θ| < {radius:.4g}",
        line_element=FAMILY.line_element,
        margin=lambda theta: radius - np.hypot(theta[..., 0], theta[..., 1]),
        geometry=family.geometry,
        curvature=family.curvature,
        scalar=family.scalar,
        scalars=("entropy", "probability", "log_partition", *GENERIC_SCALARS),
        density=lambda theta, x: family.weights(theta),
        support=lambda theta: Support(
            np.arange(float(len(keys))), labels or _numbers(len(keys)), "key", "outcomes"
        ),
        charts=(parameters(("θ₁", "θ₂"), also=("natural",)), _moment_chart(family, labels)),
        slot=_slot(family, radius),
        interior=(0.0, 0.0),
        view=view,
        pins=((float(first[0]), float(first[1])), (float(second[0]), float(second[1]))),
        landmarks=landmarks,
        bounds=family.distance_bounds,
        divergence=family.divergence,
    )


def _cross(u: Floats, v: Floats) -> Floats:
    cross: Floats = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    return cross


def _numbers(n: int) -> tuple[str, ...]:
    return tuple(str(j + 1) for j in range(n))


def _radius(family: Softmax, marks: Floats) -> float:
    """Beyond this |θ| nothing happens in float32: logits differ by hundreds of nats."""
    reach = 200.0 / np.sqrt(max(family.spread2, 1e-300))
    far = float(np.max(np.hypot(marks[:, 0], marks[:, 1]), initial=0.0))
    return float(max(reach, 4.0 * far))


def _view(marks: Floats) -> Extent:
    """The landmarks with a border, at equal scale on both axes of a 3:2 canvas."""
    low, high = marks.min(axis=0), marks.max(axis=0)
    middle = (low + high) / 2
    half = 0.8 * max((high - low)[0] / 1.5, (high - low)[1], 1e-3)
    return Extent(
        middle[0] - 1.5 * half, middle[0] + 1.5 * half, middle[1] - half, middle[1] + half
    )


def _moment_chart(family: Softmax, labels: tuple[str, ...]) -> Chart:
    """η(θ): the polygon of the keys, where the point is plain attention's output for V = T."""

    corners = hull(family.keys)

    def jacobian(theta: Floats) -> Floats:
        g = family.geometry(np.asarray(theta)).metric
        rows = np.stack([g[..., 0], g[..., 1], g[..., 1], g[..., 2]], axis=-1)
        return rows.reshape(*rows.shape[:-1], 2, 2)

    return Chart(
        "expectation",
        "Expectation (moment polygon)",
        ("η₁", "η₂"),
        family.mean,
        lambda eta: _query_of(family, eta),
        jacobian,
        equal=True,
        outline=family.keys[[*corners, corners[0]]],
        corners=tuple((labels[j], tuple(map(float, family.keys[j]))) for j in corners if labels),
        view=_polygon_view(family.keys[corners]),
    )


def _polygon_view(corners: Floats) -> Extent:
    """The polygon with a border."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    border = 0.12 * float(np.max(high - low))
    return Extent(low[0] - border, high[0] + border, low[1] - border, high[1] + border)


def _query_of(family: Softmax, eta: Floats, rounds: int = 40) -> Floats:
    """θ(η) by damped Newton on the convex ψ(θ) − η·θ; NaN outside the keys' convex hull."""
    target = np.asarray(eta, dtype=np.float64).reshape(-1, 2)
    theta = np.zeros_like(target)
    scale = np.sqrt(family.spread2)
    for _ in range(rounds):
        local = family.geometry(theta)
        miss = target - family.mean(theta)
        det = np.maximum(local.metric[:, 0] * local.metric[:, 2] - local.metric[:, 1] ** 2, 1e-280)
        step = np.stack(
            [
                local.metric[:, 2] * miss[:, 0] - local.metric[:, 1] * miss[:, 1],
                local.metric[:, 0] * miss[:, 1] - local.metric[:, 1] * miss[:, 0],
            ],
            axis=-1,
        )
        step /= det[:, None]
        # ψ is self-concordant-like: a step that moves no logit by more than 1 always descends
        longest = np.maximum(np.linalg.norm(step, axis=1) * scale, 1.0)
        theta = theta + step / longest[:, None]
    reached = np.linalg.norm(target - family.mean(theta), axis=1) < 1e-6 * scale
    return np.where(reached[:, None], theta, np.nan).reshape(np.shape(eta))


def _slot(family: Softmax, radius: float) -> Slot:
    """Keys in storage, padded to the unrolled width with keys of no weight."""
    count = -(-len(family.keys) // UNROLL) * UNROLL
    table = np.zeros((count, 4), np.float32)
    table[:, 2] = -1e30
    table[: len(family.keys), 0:2] = family.keys - family.centre
    table[: len(family.keys), 2] = family.bias - family.bias.max()
    return Slot(
        "//!include families/attention.wgsl",
        buffers={"keys": table},
        constants={
            "KEY_COUNT": count,
            "RADIUS": radius,
            "CORNER": CORNER[4] * family.spread2,
            "CENTRE_1": family.centre[0],
            "CENTRE_2": family.centre[1],
            "HIGHEST": family.bias.max(),
        },
        # two passes at an anchor, and one again where the reference has moved too far
        loops=4 * count // UNROLL,
    )


def _build(
    key: str, source: str, layer: int, head: int, tokens: str, temperature: float
) -> Manifold:
    """The plane through three queries of one head; ``tokens`` "i,j,k", or "" for the default."""
    if not (np.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be positive and finite, got {temperature!r}")
    chosen = heads.load(source).head(layer, head)
    triple = heads.token_triple(tokens, chosen) if tokens else heads.default_triple(chosen)
    plane = heads.plane_through(chosen, triple)
    scale = 1.0 / (temperature * np.sqrt(chosen.k.shape[1]))
    return softmax_manifold(
        chosen.k @ plane.U * scale,
        chosen.k @ plane.q0 * scale,
        key=key,
        labels=chosen.key_labels,
        landmarks=Landmarks(plane.theta, chosen.query_labels, plane.residual),
        pins=(triple[0], triple[1]),
    )


_DEFAULTS: dict[str, Any] = {
    "source": "bank",
    "layer": 4,
    "head": 9,
    "tokens": "",
    "temperature": 1.0,
}

FAMILY = Family(
    name="attention",
    title="Attention of a head",
    coordinates=("θ₁", "θ₂"),
    domain="the plane of queries",
    line_element="ds² = Σ pⱼ ((Tⱼ − η)·dθ)²,  p = softmax(b + Tθ),  η = Σ pⱼ Tⱼ",
    curvature="varies",
    charts=("parameters", "expectation"),
    closed_forms=(),
    build=_build,
    parameters=_DEFAULTS,
)
