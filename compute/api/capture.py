"""Names for capturing attention: what does the work is imported when they are called."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

# before the function of this name takes the package's place in the namespace of `compute`
import compute.capture  # noqa: F401

if TYPE_CHECKING:
    from compute.capture.captured_heads import CapturedHeads
    from compute.capture.sdpa import CapturedCalls


def capture(model: Any, inputs: Any, **options: Any) -> CapturedHeads:
    """Queries, keys, values and the whole logit of all heads of a model, compared with its own weights.

    model: of the library transformers, or its folder, or a name that transformers resolves; inputs: a
    text, a mapping of the model's inputs, or its main one; options: tokenizer, target, part, sequence,
    tokens, key_tokens, attention, as `compute.capture.capturing.capture` says.  Raises ValueError.
    """
    from compute.capture import capturing

    return capturing.capture(model, inputs, **options)


def capture_sdpa(model: Any = None, **options: Any) -> AbstractContextManager[CapturedCalls]:
    """While entered, each call of torch.nn.functional.scaled_dot_product_attention is kept.

    model: names the layers by its modules; options: sequence, attention, as
    `compute.capture.sdpa.capture_sdpa` says.

    >>> with compute.capture_sdpa() as captured:
    ...     model(inputs)
    >>> captured.save("heads.safetensors")
    """
    from compute.capture import sdpa

    return sdpa.capture_sdpa(model, **options)


def from_transformer_lens(cache: Any, tokens: Any = (), **options: Any) -> CapturedHeads:
    """Return the heads of a cache of TransformerLens, or of values that nnsight saved under its names.

    tokens: their names; options: sequence, model, text.  Raises ValueError for what is missing.
    """
    from compute.capture import transformer_lens

    return transformer_lens.from_transformer_lens(cache, tokens, **options)
