"""Which files were opened last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compute.core.opening import is_regular

MOST = 10


def opened(recent: Sequence[str], path: Path) -> tuple[str, ...]:
    """``recent`` with ``path`` first, each file once."""
    name = str(path.absolute())
    return (name, *(other for other in recent if other != name))[:MOST]


def present(recent: Sequence[str]) -> tuple[str, ...]:
    """Return those that are still there, of as many as are kept."""
    return tuple(name for name in recent[:MOST] if is_regular(name))
