"""Softmax over n keys as an exponential family in θ (2,): NumPy functions and WGSL slot."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from compute.core import sphere
from compute.core.arrays import Floats
from compute.core.sphere import log_partition
from compute.manifold.manifold import Slot
from compute.manifold.tangent import LocalGeometry, Spray

# g counts as zero where its trace falls to this share of max_j |T_j − T̄|²: one key has all the
# attention, and the rest is lost in the rounding of η.
CORNER = {4: 1e-12, 8: 1e-26}
# Curvature is shown where D exceeds this share of (tr g/2)²: below, its digits are noise (float32).
CURVATURE_FLOOR = 1e-10
# a curvature is shown if rounding (this many eps of its terms) leaves this relative accuracy
NOISE, KNOWN_TO = 4.0, 1e-2
# up to this many keys K is summed over all triples, without cancellation (as in the kernels)
FEW = 8
UNROLL = 8
# points × keys at once: the memory of larger arrays is fetched from the system every time
AT_ONCE = 14_000


class Softmax:
    """p(θ) = softmax(b + Tθ) over n keys; T (n, 2), b (n,).  Arrays of θ are (..., 2)."""

    def __init__(self, keys: Floats, bias: Floats) -> None:
        self.keys = keys
        self.bias = bias
        self.centre = keys.mean(axis=0)
        centred = (keys - self.centre).T
        # rows of which sums are taken, and columns of logits
        self._rows = np.stack([*centred, np.ones(len(bias))])
        self._logits = np.stack([*centred, bias], axis=1)
        self.spread2 = float(np.max(np.sum((keys - self.centre) ** 2, axis=1), initial=0.0))

    def weights(self, theta: Floats) -> Floats:
        """Return p (..., n)."""
        logits = theta @ (self.keys - self.centre).astype(theta.dtype).T + self.bias.astype(
            theta.dtype
        )
        with np.errstate(under="ignore"):
            weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
            p: Floats = weights / weights.sum(axis=-1, keepdims=True)
        return p

    def mean(self, theta: Floats) -> Floats:
        """Return η = Σ p_j T_j (..., 2)."""
        eta: Floats = self.weights(theta) @ self.keys.astype(theta.dtype)
        return eta

    def _centred(self, theta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return p (..., n) and the centred keys' columns c₁, c₂ (..., n)."""
        p = self.weights(theta)
        keys = self.keys.astype(theta.dtype)
        eta = p @ keys
        return p, keys[:, 0] - eta[..., :1], keys[:, 1] - eta[..., 1:]

    def moments(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return η (..., 2) and g packed (..., 3), the first two cumulants."""
        p, c1, c2 = self._centred(theta)
        return p @ self.keys.astype(theta.dtype), _second(p, c1, c2)[1]

    def geometry(self, theta: Floats) -> LocalGeometry:
        """Return g, Γ_ij,k and T_ijk at θ (..., 2); det 0 in the corners where one key has all the
        weight.
        """
        (a, b, c), g = _second(*(columns := self._centred(theta)))
        _, c1, c2 = columns
        with np.errstate(under="ignore"):
            cubic = np.stack([_dot(a, c1), _dot(a, c2), _dot(b, c2), _dot(c, c2)], axis=-1)
            det = g[..., 0] * g[..., 2] - g[..., 1] ** 2
        corner = CORNER[theta.itemsize] * self.spread2
        det = np.where(g[..., 0] + g[..., 2] > corner, det, 0.0)
        first = 0.5 * np.stack([cubic[..., 0:3], cubic[..., 1:4]], axis=-2)
        return LocalGeometry(g, first, cubic, det)

    def metric(self, theta: Floats) -> Floats:
        """Return packed g (..., 3)."""
        return np.stack([*self._by_parts(self._metric_sums, 3, theta)], axis=-1)

    def spray(self, theta: Floats, v: Floats) -> Spray:
        """Return g, Γ(v, v) = ½Σ p_j (c_j·v)² c_j and D, by sums over the keys without T itself."""
        g11, g12, g22, u1, u2 = self._by_parts(self._spray_sums, 5, theta, v)
        with np.errstate(under="ignore"):
            det = g11 * g22 - g12 * g12
        det = np.where(g11 + g22 > CORNER[theta.itemsize] * self.spread2, det, 0.0)
        return Spray(g11, g12, g22, u1, u2, det)

    def _by_parts(self, sums: Callable[..., None], count: int, *points: Floats) -> Floats:
        """Return a number of ``sums`` (count, ...) over the keys, which are set at points (..., 2)."""
        flat = [x.reshape(-1, 2) for x in points]
        n = len(flat[0])
        found = np.empty((count, n), points[0].dtype)
        parts = max(-(-n * len(self.keys) // AT_ONCE), 1)
        size = max(-(-n // parts), 1)
        with np.errstate(under="ignore"):
            for i in range(0, n, size):
                sums(found[:, i : i + size], *(x[i : i + size] for x in flat))
        return found.reshape(count, *points[0].shape[:-1])

    def _metric_sums(self, found: Floats, theta: Floats) -> None:
        p, c1, c2, _, total = self._key_rows(theta)
        _set_second(found, p, c1, c2)
        found /= total

    def _spray_sums(self, found: Floats, theta: Floats, v: Floats) -> None:
        p, c1, c2, eta, total = self._key_rows(theta)
        _set_second(found, p, c1, c2)
        rows = self._rows.astype(theta.dtype, copy=False)
        along = rows[:2].T @ v.T
        along -= (eta * v.T).sum(axis=0)
        along *= along
        along *= p
        # relative to the sum itself, less is lost here than in the second moments
        turned = rows @ along
        turned[:2] -= eta * turned[2]
        np.multiply(turned[:2], 0.5, out=found[3:])
        found /= total

    def _key_rows(self, theta: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return multiples of p and the centred keys c₁, c₂ (keys, n) at θ (n, 2), a row a key, η less
        the keys' centre (2, n) and the sum of the multiples (n,).
        """
        rows = self._rows.astype(theta.dtype, copy=False)
        sides = np.ones((3, len(theta)), theta.dtype)
        sides[:2] = theta.T
        p = self._logits.astype(theta.dtype, copy=False) @ sides
        p -= p.max(axis=0)
        np.exp(p, out=p)
        sums = rows @ p
        eta = sums[:2] / sums[2]
        return p, rows[0][:, None] - eta[0], rows[1][:, None] - eta[1], eta, sums[2]

    def curvature(self, theta: Floats) -> Floats:
        """Return K (...) at θ (..., 2): for up to `FEW` keys by sums without cancellation, for more by
        whitened third moments.

        NaN where g is so close to singular, or rounding so large, that no digits remain.
        """
        return self.curvature_by_triples(theta) if len(self.keys) <= FEW else self._whitened(theta)

    def curvature_by_triples(self, theta: Floats) -> Floats:
        """Return K (...) by sums of positive terms, NaN where D underflows.

        With S_abc = (T_b − T_a) × (T_c − T_a), [ab] = Σ_c p_c S_abc and D = Σ p_a p_b p_c S_abc²,
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
            known = det > np.finfo(theta.dtype).tiny ** 0.9  # division by it stays finite
            det = np.where(known, det, 1.0)[..., None]
            root = np.sqrt(det)
            turn = (bracket[..., a, b] / root) * (bracket[..., c, a] / root) * bracket[..., b, c]
            value = (share / det * turn / np.where(flat, 1.0, area)).sum(-1)
        return np.where(known, 0.25 * value, np.nan)

    def _whitened(self, theta: Floats) -> Floats:
        """Return K = ¼(κ̂₁₁₂² + κ̂₁₂₂² − κ̂₁₁₁κ̂₁₂₂ − κ̂₁₁₂κ̂₂₂₂), κ̂ the third moments of L⁻¹c, g =
        LLᵀ.
        """
        p, c1, c2 = self._centred(theta)
        _, g = _second(p, c1, c2)
        with np.errstate(under="ignore"):
            det = g[..., 0] * g[..., 2] - g[..., 1] ** 2
            usable = det > CURVATURE_FLOOR * (0.5 * (g[..., 0] + g[..., 2])) ** 2
            safe = np.where(usable, det, 1.0)
            l11 = np.sqrt(np.where(usable, g[..., 0], 1.0))
            l21 = g[..., 1] / l11
            l22 = np.sqrt(safe) / l11
            w1 = c1 / l11[..., None]
            w2 = (c2 - l21[..., None] * w1) / l22[..., None]
            first, second = p * w1 * w1, p * w2 * w2
            k111, k112 = _dot(first, w1), _dot(first, w2)
            k122, k222 = _dot(second, w1), _dot(second, w2)
            terms = np.stack([k112**2, k122**2, -k111 * k122, -k112 * k222])
            value = 0.25 * terms.sum(0)
            lost = NOISE * np.finfo(theta.dtype).eps * np.abs(terms).sum(0)
            lost = lost * (1.0 + g[..., 0] * g[..., 2] / safe)
        usable &= lost < KNOWN_TO * np.maximum(1.0, np.abs(value))
        return np.where(usable, value, np.nan)

    def scalar(self, name: str, theta: Floats, index: int) -> Floats:
        """Return a scalar (...) at θ (..., 2): "entropy" −Σ p log p in nats, "probability" of key
        ``index``, "log_partition" ψ in nats, or "dominant", the index of the likeliest key.
        """
        if name == "log_partition":
            return log_partition(theta @ self.keys.T + self.bias)
        return scalar_of(name, self.weights(theta), index)

    def divergence(self, theta: Floats, other: Floats) -> Floats:
        """Return KL(p‖q) = log Σ p_j e^{(φ − θ)·c_j} (...) in nats, with ψ and η cancelled, of p at θ
        and q at φ (..., 2).
        """
        move = other - theta
        keys = self.keys - self.centre
        p = self.weights(theta)
        step = move @ keys.T - ((p @ keys) * move).sum(axis=-1, keepdims=True)
        highest = step.max(axis=-1)
        with np.errstate(under="ignore"):
            total = (p * np.exp(step - highest[..., None])).sum(axis=-1)
        return np.asarray(highest + np.log(total))

    def distance_bounds(self, theta: Floats, other: Floats) -> tuple[Floats, Floats]:
        """Return 2 arccos Σ√(pq) and √J (...): the Fisher–Rao distance of two θ (..., 2) lies between.

        Computed from u = log(q/p), which is accurate however close the two are: √p − √q and p − q are
        expm1 of it times the larger of the two.
        """
        move, keys = other - theta, self.keys - self.centre
        p, q = self.weights(theta), self.weights(other)
        step = move @ keys.T
        step = step - ((p @ keys) * move).sum(axis=-1, keepdims=True)
        with np.errstate(under="ignore"):
            ratio = np.abs(step - _log_mean(p, step)[..., None])
            larger = np.maximum(p, q)
            chord = np.sqrt((larger * np.expm1(-0.5 * ratio) ** 2).sum(axis=-1))
            jeffreys = -(larger * ratio * np.expm1(-ratio)).sum(axis=-1)
        return sphere.of_chord(chord), np.sqrt(jeffreys)

    def slot(self, radius: float) -> Slot:
        """Return keys in storage, padded to the unrolled width with keys of weight 0."""
        count = -(-len(self.keys) // UNROLL) * UNROLL
        table = np.zeros((count, 4), np.float32)
        table[:, 2] = -1e30
        table[: len(self.keys), 0:2] = self.keys - self.centre
        table[: len(self.keys), 2] = self.bias - self.bias.max()
        return Slot(
            "//!include families/attention.wgsl",
            buffers={"keys": table},
            constants={
                "KEY_COUNT": count,
                "RADIUS": radius,
                "CORNER": CORNER[4] * self.spread2,
                "CENTRE_1": self.centre[0],
                "CENTRE_2": self.centre[1],
                "HIGHEST": self.bias.max(),
            },
            # two passes at an anchor, and another if the reference has moved too far
            loops=4 * count // UNROLL,
        )


def _dot(x: Floats, y: Floats) -> Floats:
    """Return Σ_j x_j y_j (...,) of rows (..., n)."""
    total: Floats = np.einsum("...j,...j->...", x, y)
    return total


def _set_second(found: Floats, p: Floats, c1: Floats, c2: Floats) -> None:
    """Set the first three rows of ``found`` (…, n) to Σ p c₁², Σ p c₁c₂ and Σ p c₂² of columns
    (keys, n).
    """
    m = p * c1
    np.einsum("jn,jn->n", m, c1, out=found[0])
    np.einsum("jn,jn->n", m, c2, out=found[1])
    np.multiply(p, c2, out=m)
    np.einsum("jn,jn->n", m, c2, out=found[2])


def _second(p: Floats, c1: Floats, c2: Floats) -> tuple[tuple[Floats, Floats, Floats], Floats]:
    """Return p c₁², p c₁c₂ and p c₂² (..., n), and their sums, g packed (..., 3)."""
    with np.errstate(under="ignore"):
        m1, m2 = p * c1, p * c2
        products = m1 * c1, m1 * c2, m2 * c2
        return products, np.stack([x.sum(axis=-1) for x in products], axis=-1)


def scalar_of(name: str, p: Floats, index: int) -> Floats:
    """Return "entropy", "probability" of key ``index`` or "dominant" (...,) of rows p (..., n).

    The entropy −Σ p log p is in nats; "dominant" is the index of the likeliest key.
    """
    if name == "probability":
        return p[..., index]
    if name == "dominant":
        return np.asarray(p.argmax(axis=-1), p.dtype)
    with np.errstate(under="ignore"):
        entropy: Floats = -(p * np.log(np.maximum(p, np.finfo(p.dtype).tiny))).sum(-1)
    return entropy


def _log_mean(p: Floats, step: Floats) -> Floats:
    """Return log Σ p_j e^{x_j} (...,) of x (..., n), accurate also where all x are small."""
    highest = step.max(axis=-1)
    small = np.abs(step).max(axis=-1) < 1.0
    near = np.log1p((p * np.expm1(np.where(small[..., None], step, 0.0))).sum(axis=-1))
    total = (p * np.exp(step - highest[..., None])).sum(axis=-1)
    far = highest + np.log(np.maximum(total, np.finfo(total.dtype).tiny))
    found: Floats = np.where(small, near, far)
    return found


def _cross(u: Floats, v: Floats) -> Floats:
    cross: Floats = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    return cross
