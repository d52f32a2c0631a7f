"""The common ground of layers and panels of installed packages: their checks and their failures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from importlib.metadata import EntryPoint
from typing import Protocol

from app.jobs.package_views import Layer, Panel
from app.model.scene import Scene
from compute.core import packages
from compute.core.interrupt import Interrupted, TookTooLong
from compute.core.refusal import shorten, shown, with_kind
from compute.requests.engine import DeviceLost

# letters of a text
LONGEST = 300
# what a computation may raise that is no fault of the package
PASSED_ON = (Interrupted, TookTooLong, DeviceLost)
MAIN = threading.main_thread()
_FIELDS = frozenset(each.name for each in fields(Scene)) - {"family", "aside", "unknown"}


class Offer(Protocol):
    """called: the thing and its package; is_off: it has raised an exception and is not used again."""

    called: str
    is_off: bool


@contextmanager
def of_package(offer: Offer) -> Iterator[None]:
    """Give every exception of the block the name of the package, as a ValueError; one that is not a
    ValueError itself switches the thing off.
    """
    try:
        yield
    except PASSED_ON:
        raise
    except ValueError as problem:
        raise ValueError(shorten(f"{offer.called}: {problem}")) from problem
    except BaseException as problem:
        if isinstance(problem, KeyboardInterrupt) and threading.current_thread() is MAIN:
            raise  # the user's own, which comes on no other thread
        offer.is_off = True
        words = f"{offer.called} is switched off: {with_kind(problem)}"
        raise ValueError(shorten(words)) from problem


def called(point: EntryPoint) -> str:
    """Return the name of a layer or a panel, and of its package, for messages."""
    kind = "layer" if point.group == packages.LAYERS else "panel"
    return f"{kind} {point.name} of package {packages.package_of(point.dist)}"


def reduced(scene: Scene, reads: tuple[str, ...]) -> Scene:
    """Return a scene with its family and some fields; all others have their defaults."""
    return replace(Scene(), **{name: getattr(scene, name) for name in ("family", *reads)})


def check_stated(value: Layer | Panel, texts: tuple[str, ...] = ()) -> None:
    """Raise ValueError unless texts, function and fields of a layer or a panel are such."""
    for name in texts:
        text = getattr(value, name)
        if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
            raise ValueError(f"its {name} must have 1 to {LONGEST} letters, got {shown(text)}")
    if not callable(value.draw):
        raise ValueError(f"its draw must be a function, got {shown(value.draw)}")
    if not isinstance(value.reads, tuple) or not _FIELDS.issuperset(value.reads):
        known = ", ".join(sorted(_FIELDS))
        raise ValueError(f"its reads must be a tuple of {known}, got {shown(value.reads)}")
