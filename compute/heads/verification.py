"""Verification of a head's rows, each query under its own mask, against the model's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compute.heads import attention_rows
from compute.heads.head import HeadFile

# a difference from the model's own rows that storing q and k in 16 bits explains
EXPLAINED = 5e-3


@dataclass(frozen=True)
class Verification:
    """The largest difference of a row from the model's own, or None without a record of these.

    recorded: the difference was computed when the file was made, and not again.  lacking: in words,
    what the file lacks or does not represent.
    """

    gap: float | None
    recorded: bool = False
    lacking: str = ""

    @property
    def words(self) -> str:
        """The result of the verification as a phrase."""
        if self.gap is None:
            return f"not verified: the file has no {self.lacking}"
        when = " when it was captured" if self.recorded else ""
        if self.gap <= EXPLAINED:
            return f"the model’s own attention{when}, within {self.gap:.0e}"
        why = f": {self.lacking}" if self.lacking else ""
        return f"differs from the model’s own attention by {self.gap:.2g}{when}{why}"


def verification(
    file: HeadFile, layer: int, head: int, queries: Sequence[int] | None = None
) -> Verification:
    """Compare the rows of a head, or of some queries, with the model's own rows in the file."""
    lacking = file.unrepresented[layer] if file.unrepresented else ""
    if file.attention is not None:
        rows = attention_rows.rows(file, layer, head, queries)
        gap = attention_rows.difference(file, layer, head, rows, queries)
        return Verification(gap, lacking=lacking)
    if file.verified is not None and np.isfinite(file.verified[layer, head]):
        return Verification(float(file.verified[layer, head]), recorded=True, lacking=lacking)
    missing = ["record of the model’s rows"]
    missing += ["mask"] if file.bias is None else []
    missing += ["scale (1/√d is assumed)"] if file.scale is None else []
    return Verification(None, lacking=" and no ".join(missing))
