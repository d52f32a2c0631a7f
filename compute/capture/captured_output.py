"""The output layer of a captured model: its unembedding, and the hidden states that it was
given.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.capture.libraries import array
from compute.core.arrays import Floats
from compute.core.refusal import Refused
from compute.core.sphere import log_softmax
from compute.heads.output_layer import OutputLayer

# largest difference of a next-token probability that rounding explains
ROUNDED = 1e-4
# the model's own rows are kept if they have at most as many numbers
MOST_ROWS = 1 << 23


@dataclass
class OutputCalls:
    """The inputs (batch, tokens, d) of the output layer, and the logits that the model returned."""

    hidden: list[Any] = field(default_factory=list)
    logits: list[Any] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class CapturedOutput:
    """An output layer with what the model itself returned: logits (tokens, n)."""

    layer: OutputLayer
    logits: Floats

    @property
    def difference(self) -> float:
        """The largest difference of a next-token probability from the model's own."""
        return self.layer.verified

    @property
    def holds(self) -> bool:
        """Whether the rows are the model's own, within rounding."""
        return self.difference <= ROUNDED

    @property
    def verdict(self) -> str:
        """The result of the comparison in one line."""
        if self.holds:
            return f"model's own next-token rows, {self.difference:.1g}"
        return (
            f"differs by {self.difference:.2g}: the logits are not the unembedding times the hidden "
            "state, up to a factor; a softcap is not represented"
        )

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of the file, by their names."""
        layer = self.layer
        found = {
            "unembedding": _narrow(layer.unembedding),
            "hidden": layer.hidden.astype(np.float32),
            "output_bias": layer.bias.astype(np.float32),
            "output_scale": np.array([layer.scale]),
            "output_verified": np.array([layer.verified]),
        }
        if self.logits.size <= MOST_ROWS:
            found["next_rows"] = np.exp(log_softmax(self.logits)).astype(np.float32)
        return found


@contextmanager
def watching(model: Any) -> Iterator[OutputCalls]:
    """Record the calls of a model's output layer within a ``with`` block.  Raises Refused if it has
    none.
    """
    layer = output_layer_of(model)
    calls = OutputCalls()

    def keep(module: Any, given: Any, found: Any) -> None:
        calls.hidden.append(given[0])

    def keep_logits(module: Any, given: Any, found: Any) -> None:
        logits = getattr(found, "logits", None)
        if logits is not None:
            calls.logits.append(logits)

    hooks = (layer.register_forward_hook(keep), model.register_forward_hook(keep_logits))
    try:
        yield calls
    finally:
        for hook in hooks:
            hook.remove()


def output_layer_of(model: Any) -> Any:
    """Return the module whose weight is the unembedding.  Raises Refused if the model has none."""
    found = getattr(model, "get_output_embeddings", lambda: None)()
    if getattr(found, "weight", None) is None:
        raise Refused(
            f"{type(model).__name__} has no output layer over words: --output needs a model for causal "
            "language modelling, such as transformers.AutoModelForCausalLM loads"
        )
    return found


def captured_output(
    model: Any, calls: OutputCalls, sequence: int, words: tuple[str, ...], tokens: tuple[str, ...]
) -> CapturedOutput:
    """Return the output layer of a run, compared with the logits that the model returned.

    The factor of the logits is fitted by least squares: models multiply by it after the
    unembedding. Raises Refused if the layer was not called once, or for other tokens than those of
    the text.
    """
    module = output_layer_of(model)
    if len(calls.hidden) != 1 or len(calls.logits) != 1:
        raise Refused(
            f"the output layer of {type(model).__name__} must be called once in a run, got "
            f"{len(calls.hidden)} calls and {len(calls.logits)} logits"
        )
    hidden = _of_sequence(calls.hidden[0], sequence)
    logits = _of_sequence(calls.logits[0], sequence)
    weight = array(module.weight).astype(np.float32)
    bias = _bias(module, len(weight))
    if hidden.shape[1:] != weight.shape[1:] or logits.shape != (len(hidden), len(weight)):
        raise Refused(
            f"the output layer of {type(model).__name__} maps {hidden.shape} by {weight.shape} to "
            f"{logits.shape}: expected one row of logits for each hidden state"
        )
    scale = _factor(hidden @ weight.T.astype(np.float64) + bias, logits)
    return _verified(OutputLayer(
        name="the capture", unembedding=weight, hidden=hidden, bias=scale * bias, words=words,
        tokens=tokens, scale=scale,
    ), logits)  # fmt: skip


def _verified(layer: OutputLayer, logits: Floats) -> CapturedOutput:
    gap = np.abs(np.exp(layer.log_rows(layer.hidden)) - np.exp(log_softmax(logits))).max()
    return CapturedOutput(replace(layer, verified=float(gap)), logits)


def _of_sequence(tensor: Any, sequence: int) -> Floats:
    """Return one text (tokens, …) of a batch."""
    found = array(tensor).astype(np.float64)
    if found.ndim != 3:
        raise Refused(f"the output layer must be called with (batch, tokens, d), got {found.shape}")
    row: Floats = found[sequence if len(found) > 1 else 0]
    return row


def _bias(module: Any, count: int) -> Floats:
    bias = getattr(module, "bias", None)
    return np.zeros(count) if bias is None else array(bias).astype(np.float64)


def _factor(unscaled: Floats, logits: Floats) -> float:
    """Return the factor by which logits exceed ``unscaled``, both up to a constant of each row."""
    x, y = (z - z.mean(axis=-1, keepdims=True) for z in (unscaled, logits))
    size = float(np.sum(x * x))
    factor = float(np.sum(x * y)) / size if size else 1.0
    # a fit of float32 logits has few digits: a factor of 1 is none
    return 1.0 if abs(factor - 1.0) < 1e-6 else factor


def _narrow(weight: Floats) -> NDArray[Any]:
    """Return the weights in 16 bits where they have no more digits, else as they are."""
    half = weight.astype(np.float16)
    return half if np.array_equal(half.astype(weight.dtype), weight) else weight


def is_bfloat16(weight: Floats) -> bool:
    """Whether float32 numbers have no more digits than bfloat16."""
    return not (np.ascontiguousarray(weight, "<f4").view("<u4") & 0xFFFF).any()
