"""Claims about many things at once."""

from __future__ import annotations

from collections.abc import Iterable


def each(claims: Iterable[object]) -> bool:
    """Whether there is at least one claim and all are true; `all` is true of none."""
    found = list(claims)
    return bool(found) and all(found)
