"""Batches of paths: choosing rows, joining and replacing them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from compute.types import Paths

_PER_PATH = tuple(f.name for f in fields(Paths) if f.name not in ("t", "engine"))


def rows(paths: Paths, chosen: np.ndarray) -> Paths:
    """The paths of some rows, in their order."""
    return _with(paths, {name: getattr(paths, name)[chosen] for name in _PER_PATH})


def joined(first: Paths, second: Paths) -> Paths:
    """Two batches with the same times as one."""
    return _with(
        first,
        {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in _PER_PATH},
    )


def replaced(paths: Paths, chosen: np.ndarray, others: Paths) -> Paths:
    """``paths`` with the chosen rows taken from ``others``, one each."""
    changed = {}
    for name in _PER_PATH:
        changed[name] = getattr(paths, name).copy()
        changed[name][chosen] = getattr(others, name)
    return _with(paths, changed)


def _with(paths: Paths, changed: dict[str, Any]) -> Paths:
    return replace(paths, **changed)
