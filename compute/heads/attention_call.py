"""One computation of attention: its logits as a formula, and the comparison with the model's weights.

    p = softmax(l),  l_j = c·tanh(scale·(q·k_j)/c) + a_j
with a softcap c, the sum a of mask and bias (−∞ for excluded keys), and a sink as an extra key.  A
model may compute more than it exposes: if its weights differ, scale and bias are inferred from the
logits themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.heads.logits import LEFT_OUT, weights

# tolerance for equality with the model's own rows, unless rounding in the model's precision is
# larger
EXACT = 1e-5
ROUNDINGS = 8
# smallest 1 − Σ weights that counts as the share of a sink
NO_SHARE = 1e-3


@dataclass(frozen=True, eq=False)
class AttentionCall:
    """Queries q (h, m, d), keys k (h, n, d), values v (h, n, dv) of one sequence in one layer.

    scale: one, or one a head (h,).
    added: what broadcasts to (h, m, n) and is added to the logits, or None; sinks (h,) or None; own
    (h, m, n): the model's own weights, or None.  precision: the type of number that the model computes
    in.  difference (h,): the largest from its own weights, NaN where nothing is known of them; lacking:
    what is not represented, or "", and before the comparison the reason if there should be one;
    inferred: whether the bias is what the logits are beside scale·qk.  place: the module's name;
    number: of its layer, −1 if not known.  windows: of how many parts of a sequence, within each of
    which the model attends, this is one.
    """

    q: Floats
    k: Floats
    v: Floats
    scale: float | Floats
    added: Floats | None = None
    softcap: float = np.inf
    sinks: Floats | None = None
    own: Floats | None = None
    precision: str = "float32"
    place: str = ""
    number: int = -1
    difference: Floats = field(default_factory=lambda: np.zeros(0))
    lacking: str = ""
    inferred: bool = False
    windows: int = 1

    @property
    def shape(self) -> tuple[int, int, int]:
        """The numbers of heads, of queries and of keys."""
        return (*self.q.shape[:2], self.k.shape[1])

    @property
    def scales(self) -> Floats:
        """The factor (h,) that multiplies q·k of each head."""
        found: Floats = np.broadcast_to(np.asarray(self.scale, np.float64), len(self.q))
        return found

    def scores(self, head: int) -> Floats:
        """Return scale·qk of a head (m, n), in float64."""
        product: Floats = self.q[head].astype(np.float64) @ self.k[head].astype(np.float64).T
        return float(self.scales[head]) * product

    def added_to(self, head: int) -> Floats:
        """Return the numbers added to the logits of a head (m, n), −∞ for excluded keys."""
        if self.added is None:
            return np.zeros(self.shape[1:])
        whole = np.broadcast_to(self.added, self.shape)[head].astype(np.float64)
        return np.where(whole <= LEFT_OUT, -np.inf, whole)

    def rows(self, head: int) -> Floats:
        """Return the rows of a head (m, n) by the program's own formula; NaN where no key and no sink
        takes part.
        """
        added = self.added_to(head)
        sink = -np.inf if self.sinks is None else float(self.sinks[head])
        empty = ~(np.isfinite(added).any(axis=1, keepdims=True) | np.isfinite(sink))
        found = weights(self.scores(head), np.where(empty, 0.0, added), self.softcap, sink)
        return np.where(empty, np.nan, found)

    def capped(self, head: int) -> Floats:
        """Return the capped logits of a head (m, n) before mask and bias."""
        scores = self.scores(head)
        return self.softcap * np.tanh(scores / self.softcap) if self._has_cap else scores

    @property
    def _has_cap(self) -> bool:
        return bool(np.isfinite(self.softcap))


def verified(call: AttentionCall, logits: Floats | None = None, bias: bool = True) -> AttentionCall:
    """Return the call with its difference from the model's own weights.

    logits (h, m, n) or (h, m, n + 1), the last for a sink: the input of the model's softmax.  They are
    used if the exposed parameters do not reproduce the weights; ``bias``: also to infer the bias.
    """
    if call.own is None:
        return replace(call, difference=np.full(len(call.q), np.nan), lacking="")
    call = replace(call, difference=differences(call))
    if met(call) and not _unstated(call, logits):
        return replace(call, lacking="")
    for other in _by_logits(call, logits):
        candidate = replace(other, difference=differences(other))
        stated = met(candidate) and not _unstated(candidate, logits)
        if stated and (bias or not candidate.inferred):
            return replace(candidate, lacking="")
    return replace(call, lacking="" if met(call) else call.lacking or _lacking(call, logits))


def _unstated(call: AttentionCall, logits: Floats | None) -> bool:
    """Whether rounding explains the weights, and not what the logits hold beside what is stated."""
    heads, m, n = call.shape
    if call.difference.max(initial=0.0) <= EXACT or logits is None:
        return False
    if logits.shape[:2] != (heads, m) or logits.shape[2] not in (n, n + 1):
        return False
    for head in range(heads):
        found, added = logits[head, :, :n].astype(np.float64), call.added_to(head)
        seen = np.isfinite(added) & (found > LEFT_OUT)
        found = np.where(seen, found, 0.0)
        rest = _centred(found - np.where(seen, call.capped(head) + added, 0.0), seen)
        if np.abs(rest).max() > ROUNDINGS * epsilon(call.precision) * (1.0 + np.abs(found).max()):
            return True
    return False


def differences(call: AttentionCall) -> Floats:
    """Return the largest difference (h,) of the rows from the model's own, over rows that have keys."""
    found = np.zeros(len(call.q))
    if call.own is None:
        return np.full(len(call.q), np.nan)
    for head in range(len(call.q)):
        gaps = np.abs(call.rows(head) - call.own[head])
        known = gaps[np.isfinite(gaps).all(axis=1)]
        found[head] = known.max(initial=0.0)
    return found


def met(call: AttentionCall) -> bool:
    """Whether a call's rows are the model's own, within its precision."""
    worst = call.difference.max(initial=0.0)
    return bool(worst <= EXACT or worst <= tolerance(call))


def tolerance(call: AttentionCall) -> float:
    """Return the difference that rounding explains in the model's precision."""
    largest = max(
        (float(np.abs(call.scores(head)).max(initial=0.0)) for head in range(len(call.q))),
        default=0.0,
    )
    return max(EXACT, min(0.5, ROUNDINGS * epsilon(call.precision) * (1.0 + largest)))


def epsilon(precision: str) -> float:
    """Return the relative rounding error of a number type, by its name."""
    if precision == "bfloat16":
        return 2.0**-8
    return float(np.finfo(precision).eps) if precision in ("float16", "float64") else 2.0**-23


def _by_logits(call: AttentionCall, logits: Floats | None) -> Iterator[AttentionCall]:
    """Return the call with mask, scale or bias inferred from the logits."""
    heads, m, n = call.shape
    if logits is None or logits.shape[:2] != (heads, m) or logits.shape[2] not in (n, n + 1):
        return
    whole = logits.astype(np.float64)
    sinks = None
    if logits.shape[2] == n + 1:
        # a constant added to all logits of a query changes no weight: each query's sink becomes one
        sinks = whole[:, :1, n].mean(axis=1)
        whole = whole + (sinks[:, None] - whole[..., n])[..., None]
    whole = whole[..., :n]
    stated = replace(call, sinks=sinks)
    seen = whole > LEFT_OUT
    mask = None if seen.all() else np.where(seen, np.float32(0.0), np.float32(-np.inf))
    masked = replace(stated, added=mask)
    yield masked
    for each in (stated, masked):
        scale = _scale(each, whole)
        if np.isfinite(scale) and scale > 0:
            yield replace(each, scale=scale)
    bias = np.stack([whole[head] - stated.capped(head) for head in range(heads)])
    added = np.where(seen, bias, -np.inf).astype(np.float32)
    yield replace(stated, added=added, inferred=True)


def _scale(call: AttentionCall, logits: Floats) -> float:
    """Return the scale of logits (h, m, n) = scale·qk + added, by least squares."""
    above = below = 0.0
    for head in range(len(call.q)):
        added = call.added_to(head)
        seen = np.isfinite(added) & (logits[head] > LEFT_OUT)
        product = _centred(call.scores(head) / call.scales[head], seen)
        rest = _centred(np.where(seen, logits[head], 0.0) - np.where(seen, added, 0.0), seen)
        above, below = above + float((product * rest).sum()), below + float((product**2).sum())
    return above / below if below > 0 else np.nan


def _centred(rows: Floats, seen: NDArray[np.bool_]) -> Floats:
    """Return rows (m, n) minus their means over the visible keys, 0 elsewhere."""
    count = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    mean = np.where(seen, rows, 0.0).sum(axis=1, keepdims=True) / count
    return np.where(seen, rows - mean, 0.0)


def _lacking(call: AttentionCall, logits: Floats | None) -> str:
    """Describe why a call's rows differ from the model's own."""
    assert call.own is not None
    if (call.own < -EXACT).any():
        return "its weights can be negative, so they are not a softmax"
    if logits is None:
        return "no softmax was seen in the computation of its weights"
    if call.sinks is None and (call.own.sum(axis=2) < 1 - NO_SHARE).any():
        return "its weights do not add up to 1"
    return "its weights are not a softmax of scale·qk with a mask, a bias, a softcap and a sink"
