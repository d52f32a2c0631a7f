"""The layers of one stack of a model, given as attention calls, as arrays of a head file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.heads.attention_call import AttentionCall
from compute.heads.logits import LEFT_OUT, NO_SINK, NO_SOFTCAP


def arrays_of(calls: Sequence[AttentionCall]) -> dict[str, NDArray[Any]]:
    """Return the arrays of a head file by name; each call becomes a layer.

    The calls must have equal shapes of q, k and v.
    """
    heads = calls[0].shape[0]
    found: dict[str, NDArray[Any]] = {
        name: np.stack([getattr(call, name) for call in calls]) for name in "qkv"
    }
    found["scale"] = np.stack([call.scales for call in calls])
    if any(np.isfinite(call.softcap) for call in calls):
        caps = [[min(call.softcap, NO_SOFTCAP)] * heads for call in calls]
        found["softcap"] = np.array(caps, np.float64)
    if any(call.sinks is not None for call in calls):
        none = np.full(heads, NO_SINK)
        found["sinks"] = np.stack([none if c.sinks is None else c.sinks for c in calls])
    found |= _added(calls)
    if all(call.own is not None for call in calls):
        found["attention"] = np.stack([call.own for call in calls])  # type: ignore[misc]
    found["layer_numbers"] = np.array(numbers_of(calls))
    found["verified"] = np.stack([call.difference for call in calls])
    return found


def _added(calls: Sequence[AttentionCall]) -> dict[str, NDArray[Any]]:
    """Return the "mask" (true: the key takes part) and the "bias" of layers, each only if needed.

    Axes along which values do not change have length 1.
    """
    n = calls[0].shape[2]
    parts = [np.zeros((1, 1, n), np.float32) if c.added is None else c.added for c in calls]
    if all(part is parts[0] for part in parts):
        parts = parts[:1]
    shape = np.broadcast_shapes((1, 1, n), *(part.shape for part in parts))
    seen = np.stack([np.broadcast_to(part > LEFT_OUT, shape) for part in parts])
    found = {} if seen.all() else {"mask": short(seen)}
    finite = [np.where(part > LEFT_OUT, part, np.float32(0.0)) for part in parts]
    if any(part.any() for part in finite):
        found["bias"] = short(np.stack([np.broadcast_to(part, shape) for part in finite]))
    return found


def short(array: NDArray[Any]) -> NDArray[Any]:
    """Return ``array`` with length 1 along every axis but the last along which it is constant."""
    for axis in range(array.ndim - 1):
        first = array.take([0], axis=axis)
        if (array == first).all():
            array = first
    return array


def parts_of(calls: Sequence[AttentionCall]) -> list[tuple[str, tuple[AttentionCall, ...]]]:
    """Return the calls of each stack with its name, in the order of the run.

    Calls of one stack have the same shapes and the same `pattern` of their modules' names.
    """
    found: dict[tuple[Any, ...], list[AttentionCall]] = {}
    for call in calls:
        key = pattern(call.place), call.q.shape, call.k.shape, call.v.shape
        found.setdefault(key, []).append(call)
    names = [key[0] for key in found]
    return [
        (name if names.count(name) == 1 else f"{name} {number}", tuple(alike))
        for number, (name, alike) in enumerate(zip(names, found.values(), strict=True))
    ]


def numbers_of(calls: Sequence[AttentionCall]) -> tuple[int, ...]:
    """Return the numbers of the layers.

    These are the number that differs in all of the modules' names; failing that, the modules' own
    layer numbers; failing those, 0, 1, ….
    """
    words = [whole_numbers(call.place) for call in calls]
    for column in zip(*words, strict=False):
        if len(set(column)) == len(calls):
            return column
    stated = tuple(call.number for call in calls)
    good = min(stated) >= 0 and len(set(stated)) == len(calls)
    return stated if good else tuple(range(len(calls)))


def whole_numbers(text: str) -> tuple[int, ...]:
    """Return the whole numbers in a text, in the order of the text."""
    return tuple(int(number) for number in re.findall(r"\d+", text))


def pattern(place: str) -> str:
    """Return a module's name with ``*`` for each number; all layers of a stack share it."""
    return re.sub(r"\d+", "*", place)


def repeated(shared: Floats, heads: int) -> Floats:
    """Return keys or values (h', n, d) of groups of heads, repeated per head: (heads, n, d)."""
    return shared if len(shared) == heads else np.repeat(shared, heads // len(shared), axis=0)
