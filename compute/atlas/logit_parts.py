"""Why a query attends to a key: its logit by dimensions, and the metric by keys.

With s_j = scale·Σ_c q_c k_jc and the mean key k̄ of the n keys that the query sees, the logit of a key
relative to the mean of all is a sum over the dimensions c of query and key,
    s_j − (1/n) Σ_i s_i = Σ_c scale·q_c (k_jc − k̄_c),
and, where a mask or bias m is added, m_j − (1/n) Σ_i m_i.  With a softcap s is the logit before it.
The Fisher metric at the query is a sum over the keys, g = scale² Σ_j p_j (k_j − μ)(k_j − μ)ᵀ with the
row p and μ = Σ_j p_j k_j, of whose trace a key has the share p_j |k_j − μ|² / Σ_i p_i |k_i − μ|².
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.core.refusal import Refused
from compute.heads import attention_rows
from compute.heads.head import HeadFile
from compute.heads.logits import LEFT_OUT


@dataclass(frozen=True, eq=False)
class LogitParts:
    """The parts of one row.

    weights (n,): the row; parts (n, d): of each key's relative logit by dimension; bias (n,): the part
    of mask and bias; shares (n,): of the trace of the metric by key, 0 where it is 0.  NaN for keys
    that the query does not see.
    """

    weights: Floats
    parts: Floats
    bias: Floats
    shares: Floats

    @property
    def totals(self) -> Floats:
        """The relative logits (n,)."""
        return np.asarray(self.parts.sum(axis=1) + self.bias)


def logit_parts(
    file: HeadFile,
    layer: int,
    head: int,
    query: int,
    temperature: float = 1.0,
    left_out: Sequence[int] = (),
) -> LogitParts:
    """Return the parts of a query's row under its own mask.  Raises Refused if it sees no key."""
    weights = attention_rows.rows(file, layer, head, [query], temperature, left_out)[0]
    if not np.isfinite(weights).all() or weights.sum() == 0:
        raise Refused(f"token {query} has no row: its mask leaves it no key")
    added = file.added(layer, head, np.array([query]))[0]
    seen = added > LEFT_OUT
    seen[list(left_out)] = False
    q, k = (a[layer, head].astype(np.float64) for a in (file.q, file.k))
    parts = (file.scale_of(layer, head) / temperature) * q[query] * (k - k[seen].mean(axis=0))
    # the share of a sink is not part of the row
    p = weights / weights.sum()
    terms = p * ((k - p @ k) ** 2).sum(axis=1)
    total = terms.sum()
    shares = terms / total if total > 0 else np.zeros(len(terms))
    return LogitParts(
        np.where(seen, weights, np.nan),
        np.where(seen[:, None], parts, np.nan),
        np.where(seen, added - added[seen].mean(), np.nan),
        np.where(seen, shares, np.nan),
    )
