"""Arrays of all heads in a file, of which single heads are read on demand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from compute.core.array_entries import Entry
from compute.core.arrays import Floats, finite
from compute.core.refusal import Refused

# largest entry of q, k or v: scores of larger ones overflow
LARGEST = 1e15


@dataclass(frozen=True)
class HeadStack:
    """An array (layers, heads, n, d) in a file; ``stack[layer, head]`` reads one head.

    entries: one for all layers, with two to four axes, or one for each layer.
    """

    entries: tuple[Entry, ...]
    shape: tuple[int, ...]

    def __getitem__(self, place: tuple[int, int]) -> Floats:
        """Read one head (n, d), unless it was among the last ones.  Raises Refused for values that are
        not finite.
        """
        return _read(self, *place)


# q, k, v and the model's own rows of one head
@lru_cache(maxsize=4)
def _read(stack: HeadStack, layer: int, head: int) -> Floats:
    entry = stack.entries[layer if len(stack.entries) > 1 else 0]
    index = (0 if len(stack.entries) > 1 else layer, head)
    found = entry.block(index[4 - len(entry.shape) :])
    check_values(f"{entry.path}: {entry.name} of layer {layer}, head {head}", found)
    return found


def shape_of(
    path: str, name: str, array: Floats | Entry, last: str = "tokens, d"
) -> tuple[int, ...]:
    """Return the four axes (layers, heads, …) of an array with two to four.  Raises Refused."""
    shape = array.shape
    if array.dtype.kind != "f" or not 2 <= len(shape) <= 4:
        raise Refused(
            f"{path}: {name} must be floats of shape (layers, heads, {last}), (heads, {last}) "
            f"or ({last}), got {array.dtype} {shape}"
        )
    if 0 in shape:
        raise Refused(f"{path}: {name} must not be empty, got shape {shape}")
    return (1,) * (4 - len(shape)) + tuple(shape)


def check_values(name: str, array: Floats) -> None:
    """Refuse values that are not finite, or so large that scores overflow."""
    finite(name, array)
    largest = max(float(array.max()), -float(array.min()))
    if largest > LARGEST:
        raise Refused(f"{name} must lie within ±{LARGEST:g}, got {largest:g}")
