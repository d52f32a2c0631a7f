"""``capture_sdpa``: record the attention of any PyTorch model that calls the fused function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from compute.capture.captured_heads import CapturedHeads, gathered
from compute.capture.recorder import Recorder
from compute.capture.tracing import tracing
from compute.core.arrays import Floats
from compute.core.refusal import Refused
from compute.heads.head import Head


class CapturedCalls:
    """The recorded calls of scaled_dot_product_attention, available as a head file."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __len__(self) -> int:
        return len(self._recorder.calls)

    def heads(
        self, part: str = "", tokens: Sequence[str] = (), key_tokens: Sequence[str] = ()
    ) -> CapturedHeads:
        """Return the calls of one stack, by default the one with most layers; ``part`` selects another.

        tokens, key_tokens: labels of queries and keys.  Raises ValueError if there was no call.
        """
        if not self._recorder.calls:
            raise Refused(
                "scaled_dot_product_attention was not called: if the model has a setting for "
                "the attention implementation, set it to sdpa; flash and compiled kernels "
                "cannot be captured"
            )

        def labels(part: str, m: int, n: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
            numbers = tuple(str(i) for i in range(max(m, n)))
            own = tuple(tokens) if len(tokens) == m else numbers[:m]
            keys = tuple(key_tokens) if len(key_tokens) == n else own if m == n else numbers[:n]
            return own, keys

        return gathered(self._recorder.calls, labels, part=part)

    @property
    def verified(self) -> Floats:
        """The largest differences from the model's own rows (layers, heads), NaN where unknown."""
        return self.heads().verified

    def head(self, layer: int, head: int, mask_of: int = -1) -> Head:
        """Return one captured head under the mask of a query; see `CapturedHeads.head`."""
        return self.heads().head(layer, head, mask_of)

    def save(self, path: str | Path) -> Path:
        """Write the captured heads as a head file; see `CapturedHeads.save`."""
        return self.heads().save(path)


@contextmanager
def capture_sdpa(
    model: Any = None, *, sequence: int = 0, attention: bool | None = None
) -> Iterator[CapturedCalls]:
    """Record each call of torch.nn.functional.scaled_dot_product_attention within a ``with`` block.

    This works under any import name, also within nn.MultiheadAttention.  model: if given, its module
    names name the layers; sequence: index of the batch entry to keep; attention: whether to keep the
    weights, None: if they are small.  Each call is compared with the weights of the fused function
    itself.

    >>> with compute.capture_sdpa() as captured:
    ...     model(inputs)
    >>> captured.save("heads.safetensors")
    """
    recorder = Recorder(sequence, attention)
    if model is not None:
        recorder.places = {id(module): name for name, module in model.named_modules()}
    with tracing(recorder, written_out=False):
        yield CapturedCalls(recorder)
