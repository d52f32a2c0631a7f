"""A kind of file that is fuzzed, and the registry of all."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.fuzz import kinds


class Broken(AssertionError):
    """An opened file is not as it should be; the message says how."""


@dataclass(frozen=True)
class Kind:
    """``suffix``: how files of the kind end; ``seeds``: valid ones, as bytes, made once a process (what
    they need beside them is written to the folder); ``open``: opens a file of the kind as the program
    does: it returns, raises ValueError or a subclass of the program's own to refuse, or Broken.

    words: pieces that mean something in files of the kind, which are put in at random.
    weight: how often it is drawn; a kind of weight 0 is opened only where it is named.
    """

    name: str
    suffix: str
    seeds: Callable[[Path], list[bytes]]
    open: Callable[[Path], object]
    words: tuple[bytes, ...] = ()
    weight: int = 1


@cache
def registry() -> dict[str, Kind]:
    """All kinds by name: every module of ``kinds`` states some as ``KINDS``."""
    modules = (
        importlib.import_module(f"{kinds.__name__}.{module.name}")
        for module in pkgutil.iter_modules(kinds.__path__)
    )
    return {kind.name: kind for module in modules for kind in module.KINDS}


def usual() -> list[str]:
    """The names of the kinds that are opened where none is named."""
    return sorted(name for name, kind in registry().items() if kind.weight)
