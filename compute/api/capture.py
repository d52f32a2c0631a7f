"""Functions that capture attention; PyTorch and the implementation are imported on the first call."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

# before the function of this name takes the package's place in the namespace of `compute`
import compute.capture  # noqa: F401

if TYPE_CHECKING:
    from compute.capture.captured_heads import CapturedHeads
    from compute.capture.sdpa import CapturedCalls


def capture(model: Any, inputs: Any, **options: Any) -> CapturedHeads:
    """Capture queries, keys, values and everything else in the logits of all heads of a model, and
    verify them.

    model: a transformers model, its folder, or a name that transformers resolves; inputs: a text, a
    mapping of the model's inputs, or its main input; options: tokenizer, target, part, sequence,
    tokens, key_tokens, attention, see `compute.capture.capturing.capture`.  Raises ValueError.
    """
    from compute.capture import capturing

    return capturing.capture(model, inputs, **options)


def capture_sdpa(model: Any = None, **options: Any) -> AbstractContextManager[CapturedCalls]:
    """Record each call of torch.nn.functional.scaled_dot_product_attention within a ``with`` block.

    model: if given, its module names name the layers; options: sequence, attention, see
    `compute.capture.sdpa.capture_sdpa`.

    >>> with compute.capture_sdpa() as captured:
    ...     model(inputs)
    >>> captured.save("heads.safetensors")
    """
    from compute.capture import sdpa

    return sdpa.capture_sdpa(model, **options)


def from_transformer_lens(cache: Any, tokens: Any = (), **options: Any) -> CapturedHeads:
    """Return the heads in a TransformerLens cache, or in values that nnsight saved under the same
    names.

    tokens: labels of the positions; options: sequence, model, text.  Raises ValueError if values
    are missing.
    """
    from compute.capture import transformer_lens

    return transformer_lens.from_transformer_lens(cache, tokens, **options)
