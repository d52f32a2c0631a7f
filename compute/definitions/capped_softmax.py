"""Softmax over n keys with a softcap on the logits: a curved exponential family, in NumPy and WGSL.

With s_j = o_j + T_j·θ, u_j = s_j/c:   ℓ_j = c tanh u_j + b_j,   p = softmax ℓ,
    ∂_i ℓ_j = A_ji = sech²u_j T_ji,    ∂_i∂_k ℓ_j = β_j T_ji T_jk,  β_j = −(2/c) tanh u_j sech²u_j.
With the scores a_j = A_j − Σ p A:       g = Σ p a a,   T_ijk = Σ p a_i a_j a_k,
    Γ_ij,k = Σ p β T_i T_j a_k + ½ T_ijk.
The limit c → ∞ is `softmax_family`.  There are no natural coordinates, hence no dual ones.
"""

from __future__ import annotations

import numpy as np

from compute.core import sphere
from compute.core.arrays import Floats
from compute.core.sphere import log_partition, softmax
from compute.definitions.softmax_family import (
    CORNER,
    CURVATURE_FLOOR,
    KNOWN_TO,
    NOISE,
    scalar_of,
)
from compute.manifold.manifold import Slot
from compute.manifold.tangent import LocalGeometry

# nodes of Gauss's rule per piece, and pieces of a straight line whose length is an upper bound
NODES, PIECES = 16, 16


class CappedSoftmax:
    """p(θ) = softmax(c·tanh((o + Tθ)/c) + b) over n keys; T (n, 2), o and b (n,).  θ is (..., 2)."""

    def __init__(self, keys: Floats, origin: Floats, bias: Floats, cap: float) -> None:
        self.keys, self.origin, self.bias, self.cap = keys, origin, bias, cap
        gaps = keys - keys.mean(axis=0)
        self.spread2 = float(np.max(np.sum(gaps**2, axis=1), initial=0.0))

    def _levels(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return tanh u and the logits (..., n)."""
        keys, origin, bias = (x.astype(theta.dtype) for x in (self.keys, self.origin, self.bias))
        level: Floats = np.tanh((theta @ keys.T + origin) / self.cap)
        return level, self.cap * level + bias

    def logits(self, theta: Floats) -> Floats:
        """Return the capped logits ℓ (..., n) at theta (..., 2)."""
        return self._levels(theta)[1]

    def weights(self, theta: Floats) -> Floats:
        """Return p (..., n)."""
        return softmax(self.logits(theta))

    def _scores(self, theta: Floats) -> tuple[Floats, Floats, Floats]:
        """Return p (..., n), a (..., n, 2) and β (..., n)."""
        level, logits = self._levels(theta)
        p = softmax(logits)
        steep = (1.0 - level) * (1.0 + level)
        slopes = steep[..., None] * self.keys.astype(theta.dtype)
        with np.errstate(under="ignore"):
            a = slopes - (p[..., None] * slopes).sum(axis=-2, keepdims=True)
            return p, a, -2.0 / self.cap * level * steep

    def geometry(self, theta: Floats) -> LocalGeometry:
        """Return g, Γ_ij,k and T_ijk at θ (..., 2); det 0 in the corners where one key has all the
        weight.
        """
        p, a, bend = self._scores(theta)
        keys = self.keys.astype(theta.dtype)
        with np.errstate(under="ignore"):
            g = _pairs(p, a, a)
            cubic = np.stack(
                [
                    (p * a[..., 0] ** 3).sum(-1),
                    (p * a[..., 0] ** 2 * a[..., 1]).sum(-1),
                    (p * a[..., 0] * a[..., 1] ** 2).sum(-1),
                    (p * a[..., 1] ** 3).sum(-1),
                ],
                axis=-1,
            )
            curved = np.stack([_pairs(p * bend * a[..., k], keys, keys) for k in (0, 1)], axis=-2)
            det = g[..., 0] * g[..., 2] - g[..., 1] ** 2
        first = curved + 0.5 * np.stack([cubic[..., 0:3], cubic[..., 1:4]], axis=-2)
        corner = CORNER[theta.itemsize] * self.spread2
        det = np.where(g[..., 0] + g[..., 2] > corner, det, 0.0)
        return LocalGeometry(g, first, cubic, det)

    def curvature(self, theta: Floats) -> Floats:
        """Return K (...) at θ (..., 2) by the Gauss equation of the embedding 2√p in the sphere, with
        the ¼ cancelled.

        In a frame with Σ p w_a w_b = δ_ab, w = L⁻¹a, t = L⁻¹T, and with κ_abc = Σ p w_a w_b w_c,
        B_ab = Σ p β t_a t_b and b_abc = Σ p β t_a t_b w_c:
            K = ¼(κ₁₁₂² + κ₁₂₂² − κ₁₁₁κ₁₂₂ − κ₁₁₂κ₂₂₂) + ½ Σ p β (t₁w₂ − t₂w₁)²
                − ½(B₁₁ + B₂₂) − B₁₁B₂₂ + B₁₂²
                + Σ_c [b₁₂c κ₁₂c − ½(b₁₁c κ₂₂c + b₂₂c κ₁₁c) − b₁₁c b₂₂c + b₁₂c²].
        NaN where g is so close to singular, or rounding so large, that no digits remain.
        """
        p, a, bend = self._scores(theta)
        with np.errstate(under="ignore"):
            g = _pairs(p, a, a)
            det = g[..., 0] * g[..., 2] - g[..., 1] ** 2
            usable = det > CURVATURE_FLOOR * (0.5 * (g[..., 0] + g[..., 2])) ** 2
            l11 = np.sqrt(np.where(usable, g[..., 0], 1.0))[..., None]
            l21 = g[..., 1, None] / l11
            l22 = np.sqrt(np.where(usable, det, 1.0))[..., None] / l11

            def framed(x: Floats) -> Floats:
                first = x[..., 0] / l11
                return np.stack([first, (x[..., 1] - l21 * first) / l22], axis=-1)

            w, t = framed(a), framed(np.broadcast_to(self.keys.astype(theta.dtype), a.shape))
            k1, k2 = (_pairs(p * w[..., c], w, w) for c in (0, 1))
            b1, b2 = (_pairs(p * bend * w[..., c], t, t) for c in (0, 1))
            flat = _pairs(p * bend, t, t)
            turn = t[..., 0] * w[..., 1] - t[..., 1] * w[..., 0]
            terms = [
                0.25 * (k1[..., 1] ** 2 - k1[..., 0] * k1[..., 2]),
                0.25 * (k2[..., 1] ** 2 - k2[..., 0] * k2[..., 2]),
                0.5 * (p * bend * turn**2).sum(-1),
                -0.5 * (flat[..., 0] + flat[..., 2]),
                flat[..., 1] ** 2 - flat[..., 0] * flat[..., 2],
            ]
            for b, k in ((b1, k1), (b2, k2)):
                terms += [b[..., 1] * k[..., 1], b[..., 1] ** 2 - b[..., 0] * b[..., 2]]
                terms += [-0.5 * (b[..., 0] * k[..., 2] + b[..., 2] * k[..., 0])]
            value = np.sum(terms, axis=0)
            lost = NOISE * np.finfo(theta.dtype).eps * np.abs(terms).sum(0)
            lost = lost * (1.0 + g[..., 0] * g[..., 2] / np.where(usable, det, 1.0))
        usable &= lost < KNOWN_TO * np.maximum(1.0, np.abs(value))
        return np.where(usable, value, np.nan)

    def scalar(self, name: str, theta: Floats, index: int) -> Floats:
        """Return a scalar (...) at θ (..., 2): "entropy" −Σ p log p in nats, "probability" of key
        ``index``, "log_partition" log Σ e^ℓ in nats, or "dominant", the index of the likeliest key.
        """
        logits = self.logits(theta)
        if name == "log_partition":
            return log_partition(logits)
        return scalar_of(name, softmax(logits), index)

    def distance_bounds(self, theta: Floats, other: Floats) -> tuple[Floats, Floats]:
        """Return 2 arccos Σ√(pq), the distance on the sphere of all distributions, and the length of
        the straight line (...) of two θ (..., 2): the Fisher–Rao distance lies between.
        """
        nodes, shares = np.polynomial.legendre.leggauss(NODES)
        place = (0.5 * (nodes + 1.0) + np.arange(PIECES)[:, None]).reshape(-1) / PIECES
        share = np.tile(0.5 * shares, PIECES) / PIECES
        move = (other - theta)[..., None, :]
        along = theta[..., None, :] + place[:, None] * move
        p, a, _ = self._scores(along)
        with np.errstate(under="ignore"):
            speed = np.sqrt((p * (a * move[..., None, :]).sum(-1) ** 2).sum(-1))
            roots = (np.sqrt(self.weights(x)) for x in (theta, other))
            chord = np.linalg.norm(np.subtract(*roots), axis=-1)
        return sphere.of_chord(chord), speed @ share

    def divergence(self, theta: Floats, other: Floats) -> Floats:
        """Return KL(p‖q) = Σ p (q/p − 1 − log q/p) (...) in nats, a sum of non-negative terms, of two θ
        (..., 2).
        """
        mine, theirs = self.logits(theta), self.logits(other)
        gap = theirs - mine - (log_partition(theirs) - log_partition(mine))[..., None]
        with np.errstate(under="ignore"):
            return np.asarray((softmax(mine) * (np.expm1(gap) - gap)).sum(axis=-1))

    def slot(self, radius: float) -> Slot:
        """Return keys in storage as (T₁, T₂, o, b), the largest b zero."""
        table = np.zeros((len(self.keys), 4), np.float32)
        table[:, 0:2], table[:, 2] = self.keys, self.origin
        table[:, 3] = self.bias - self.bias.max()
        return Slot(
            "//!include families/capped_attention.wgsl",
            buffers={"keys": table},
            constants={
                "KEY_COUNT": len(table),
                "RADIUS": radius,
                "CORNER": CORNER[4] * self.spread2,
                "CAP": self.cap,
                "HIGHEST": self.bias.max(),
            },
            loops=3 * len(table),
        )


def _pairs(p: Floats, x: Floats, y: Floats) -> Floats:
    """Return Σ p x_1y_1, Σ p x_1y_2, Σ p x_2y_2 (..., 3)."""
    return np.stack(
        [(p * x[..., i] * y[..., j]).sum(-1) for i, j in ((0, 0), (0, 1), (1, 1))], axis=-1
    )
