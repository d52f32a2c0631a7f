"""Mass that a path puts on words that neither of its ends holds likely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats

# share of an end's mass that its likely words hold
LIKELY = 0.9


def likely_words(p: Floats, share: float = LIKELY) -> NDArray[np.bool_]:
    """Return the likely words (n,) of p (n,): the smallest set of the heaviest words that holds
    ``share``.

    The set is that of nucleus sampling: Holtzman et al., The curious case of neural text
    degeneration (2020), section 3.1.
    """
    order = np.argsort(-p, kind="stable")
    before = np.cumsum(p[order]) - p[order]
    found = np.zeros(len(p), bool)
    found[order[before < share]] = True
    return found


def leak(rows: Floats, ends: Floats, share: float = LIKELY) -> Floats:
    """Return the leaked mass (…) of rows (…, n): Σ p_j over words that are likely at neither end.

    ends (2, n): p at A and at B, where the leak is at most 1 − share by definition.
    """
    likely = likely_words(ends[0], share) | likely_words(ends[1], share)
    found: Floats = rows[..., ~likely].sum(axis=-1)
    return found
