"""Recording: each computation of attention becomes an `AttentionCall` as soon as it is complete."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from compute.capture.libraries import array, precision
from compute.core.arrays import Floats
from compute.core.refusal import Refused
from compute.heads.attention_call import AttentionCall, verified
from compute.heads.call_stack import pattern, repeated

# largest number of keys of a query plane
MOST_KEYS = 4096
# number of distinct masks compared with those of the next layer
MOST_MASKS = 4
# the model's own weights, kept with queries and keys
MOST_OWN = 64 << 20
# relative tolerance for output = number × weights · values
OF_VALUES = 2e-2
# tolerance for that number to be 1
IS_ONE = 1e-3


@dataclass
class Recorder:
    """The calls of one run of a model, in order.

    sequence: which of a batch is kept; own: whether the model's weights are, None for as long as they
    are small.  places: the names of the model's modules by their identity.  paused: within an attention
    function that is recorded as a whole; entered: the identities of modules called attention that ran;
    batch: how many sequences the model is given, 0 if not known.
    """

    sequence: int = 0
    own: bool | None = None
    places: dict[int, str] = field(default_factory=dict)
    calls: list[AttentionCall] = field(default_factory=list)
    paused: bool = False
    entered: set[int] = field(default_factory=set)
    batch: int = 0
    _kept: int = 0
    _place: int = 0
    _most: int = 0
    _masks: list[Floats] = field(default_factory=list)

    def add(
        self,
        q: Any,
        k: Any,
        v: Any,
        *,
        scale: float | Floats | None = None,
        added: tuple[Any, ...] = (),
        softcap: float | None = None,
        sinks: Any = None,
        weights: Any = None,
        output: Any = None,
        logits: Any = None,
        module: Any = None,
    ) -> None:
        """Record tensors (batch, heads, queries or keys, d) of one computation of attention.

        scale: one, or one a head (heads,), None: 1/√d; added: masks and biases, of what broadcasts to
        (batch, heads, queries, keys); sinks (heads,); weights, logits: as the model had them; output
        (batch, queries, heads, dv).
        """
        heads = q.shape[1]
        if k.shape[2] > MOST_KEYS:
            raise Refused(
                f"at most {MOST_KEYS} keys are captured, got {k.shape[2]}: shorten the text"
            )
        windows = len(q) // self.batch if self.batch else 1
        self._place = self._index(len(q), windows)
        found = AttentionCall(
            self._one(q),
            repeated(self._one(k), heads),
            repeated(self._one(v), heads),
            scale
            if isinstance(scale, np.ndarray)
            else float(q.shape[-1] ** -0.5 if scale is None else scale),
            self._added(added),
            np.inf if softcap is None else float(softcap),
            None if sinks is None else self._sinks(sinks, heads),
            None if weights is None else self._one(weights),
            precision(q),
            self.places.get(id(module), "" if module is None else type(module).__name__),
            _number(module),
            windows=windows,
        )
        if output is not None:
            found = scaled_as_output(found, np.swapaxes(self._one(output), 0, 1))
        found = verified(found, None if logits is None else self._one(logits))
        if self.calls and _same_weights(self.calls[-1], found):
            # one softmax weighting two sets of values
            before = self.calls.pop()
            found = replace(before, v=np.concatenate([before.v, found.v], axis=2))
        self.calls.append(self._spared(found))

    def _index(self, count: int, windows: int) -> int:
        """Return which of ``count`` sequences, or of their windows, is kept.

        Of several sequences it is the first window of one; of one the window, or the last of a layer
        that has fewer.  Raises Refused.
        """
        if windows > 1 and self.batch > 1:
            most, found = self.batch, self.sequence * windows
        else:
            self._most = most = max(self._most, count)
            found = min(self.sequence, count - 1)
        if not 0 <= self.sequence < most:
            raise Refused(f"sequence must be from 0 to {most - 1}, got {self.sequence}")
        return found

    def unseen(self) -> tuple[str, ...]:
        """Return the names, ``*`` for numbers, of attention modules in which none was recorded."""
        seen = {call.place for call in self.calls}
        names = {self.places[i] for i in self.entered if i in self.places}
        missed = [n for n in names if not any(_within(n, s) or _within(s, n) for s in seen)]
        outermost = {n for n in missed if not any(o != n and _within(n, o) for o in missed)}
        return tuple(sorted({pattern(name) for name in outermost}))

    def _spared(self, call: AttentionCall) -> AttentionCall:
        """Return the call, without the model's own weights if these became too large in total."""
        self._kept += 0 if call.own is None else call.own.nbytes
        if self.own or (self.own is None and self._kept <= MOST_OWN):
            return call
        self.own = False
        self.calls[:] = [replace(other, own=None) for other in self.calls]
        return replace(call, own=None)

    def _one(self, tensor: Any) -> Floats:
        """Return the kept batch entry as an array; the batch axis may have length 1."""
        return array(tensor[self._place if len(tensor) > 1 else 0])

    def _added(self, parts: tuple[Any, ...]) -> Floats | None:
        """Return the sum of masks and biases, (1 or h, 1 or m, n), shared between layers if equal."""
        total: Floats | None = None
        for part in parts:
            if part is None:
                continue
            while part.ndim < 4:
                part = part[None]
            found = self._one(part).astype(np.float32)
            total = found if total is None else _sum(total, found)
        if total is None:
            return None
        for known in self._masks:
            if np.array_equal(known, total):
                return known
        self._masks = [*self._masks, total][-MOST_MASKS:]
        return total

    def _sinks(self, sinks: Any, heads: int) -> Floats | None:
        found = array(sinks).reshape(-1).astype(np.float64)
        return found if found.shape == (heads,) else None


def _sum(one: Floats, other: Floats) -> Floats:
    """Return the sum of two masks without overflow where both exclude a key by the lowest number."""
    total = one.astype(np.float64) + other
    lowest = float(np.finfo(np.float32).min)
    return np.maximum(total, lowest).astype(np.float32)


def _number(module: Any) -> int:
    number = getattr(module, "layer_idx", None)
    return number if isinstance(number, int) else -1


def scaled_as_output(call: AttentionCall, output: Floats) -> AttentionCall:
    """Return the call with weights rescaled to match its output (h, m, dv).

    Some models multiply a query's output by a number, like a sink, but return the weights without it.
    """
    if call.own is None or output.shape != (*call.shape[:2], call.v.shape[2]):
        return call
    sums = call.own.astype(np.float64) @ call.v.astype(np.float64)
    size = (sums**2).sum(axis=2)
    factor = (sums * output).sum(axis=2) / np.where(size > 0, size, 1.0)
    rest = np.abs(output - factor[..., None] * sums).max(initial=0.0)
    if rest > OF_VALUES * np.abs(output).max(initial=0.0) or (np.abs(factor - 1) < IS_ONE).all():
        return call
    return replace(call, own=(call.own * factor[..., None]).astype(np.float32))


def _within(name: str, outer: str) -> bool:
    """Whether a module is another one or nested in it, by name."""
    return name == outer or name.startswith(f"{outer}.")


def _same_weights(one: AttentionCall, other: AttentionCall) -> bool:
    """Whether two calls of one module have the same queries and keys."""
    return (one.place, one.q.shape, one.k.shape) == (
        other.place,
        other.q.shape,
        other.k.shape,
    ) and (np.array_equal(one.q, other.q) and np.array_equal(one.k, other.k))
