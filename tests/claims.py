"""Claims about many things at once."""

from __future__ import annotations

from collections.abc import Iterable


def each(claims: Iterable[object]) -> bool:
    """Whether there are any claims and all of them are true: `all` is content with none."""
    found = list(claims)
    return bool(found) and all(found)
