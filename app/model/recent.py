"""The list of recently opened files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compute.core.opening import is_regular

MOST = 10


def opened(recent: Sequence[str], path: Path) -> tuple[str, ...]:
    """Return ``recent`` with ``path`` moved to the front."""
    name = str(path.absolute())
    return (name, *(other for other in recent if other != name))[:MOST]


def present(recent: Sequence[str]) -> tuple[str, ...]:
    """Return the files that still exist, up to the number kept."""
    return tuple(name for name in recent[:MOST] if is_regular(name))
