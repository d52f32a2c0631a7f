"""``--tokens``: queries of an attention head, by position, in place of points."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from compute.core.refusal import shown
from compute.families import manifold, parse, write
from compute.families.attention import FAMILY
from compute.heads.head_selection import file_of, holding, settings
from compute.heads.verification import Verification, verification
from compute.manifold.manifold import Manifold


@dataclass(frozen=True)
class TokenPlaces:
    """The places of tokens' queries on the plane of a head.

    described: for each token its position, its text, θ, how far its query lies off the plane, and
    whether the plane's mask is its own.
    """

    manifold: Manifold
    described: list[dict[str, object]]

    @property
    def theta(self) -> np.ndarray:
        """The places θ (n, 2) of the tokens, in the requested order."""
        return np.array([place["theta"] for place in self.described])

    def lines(self) -> list[str]:
        """Return a line for each token, with a remark if its own row differs from the one used."""
        found = []
        for place in self.described:
            doubts = [] if place["own_mask"] else ["computed under another token's mask"]
            if isinstance(off := place["off_plane"], float) and off > 1e-9:
                doubts.append(f"its query lies {off:.0%} off the plane")
            remark = f": not the token's own row ({' and '.join(doubts)})" if doubts else ""
            found.append(f"token     {place['token']} “{place['word']}”{remark}")
        return found


def token_places(chosen: argparse.Namespace, count: int) -> TokenPlaces | None:
    """Return the places of the tokens in ``--tokens``; None without that option.

    The plane contains them exactly, unless FAMILY gives another plane.  Raises ValueError for other
    families, another number of tokens than ``count``, and positions that do not exist.
    """
    if not chosen.tokens:
        return None
    name, stated = parse(chosen.family or "")
    if name != FAMILY.name:
        raise ValueError(f"--tokens needs an attention head as FAMILY, got {shown(chosen.family)}")
    tokens = list(chosen.tokens)
    if len(tokens) != count:
        many = "one position" if count == 1 else f"{count} positions"
        raise ValueError(f"--tokens must be {many}, got {','.join(map(str, tokens))}")
    if len(set(tokens)) < count:
        raise ValueError(f"--tokens must be two different tokens, got {','.join(map(str, tokens))}")
    found = manifold(write(name, holding(stated, tokens)))
    marks = found.landmarks
    assert marks is not None
    described: list[dict[str, object]] = [
        {
            "token": token,
            "word": marks.labels[token],
            "theta": marks.theta[token].tolist(),
            "off_plane": float(marks.residual[token]),
            "own_mask": bool(marks.is_own(token)),
        }
        for token in tokens
    ]
    return TokenPlaces(found, described)


def verified(family: str) -> Verification | None:
    """Return the verification of a head's rows; None for other families."""
    name, stated = parse(family)
    if name != FAMILY.name:
        return None
    c = settings(stated)
    return verification(file_of(c), c["layer"], c["head"])
