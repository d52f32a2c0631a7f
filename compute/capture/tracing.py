"""Tracing of attention in PyTorch: calls of scaled_dot_product_attention, and explicit products."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from compute.capture.libraries import torch
from compute.capture.products import Products, Weighing
from compute.capture.recorder import Recorder

# above this many keys the weights of a fused call are not computed, since that costs n² per head
MOST_KEYS = 1024
_FUSED, _COMPOSED = "scaled_dot_product_attention", "multi_head_attention_forward"


def _sdpa(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> None:
    """Name the arguments of scaled_dot_product_attention."""


class Tracer:
    """Observes calls of PyTorch functions and records attention.

    written_out: also trace attention that a model writes out itself.  batch: batch size of the run.
    """

    def __init__(self, recorder: Recorder, written_out: bool, batch: int = 1) -> None:
        self._recorder, self._written_out, self._batch = recorder, written_out, batch
        self._products = Products()
        self._busy = False
        self.modules: list[Any] = []

    def enter(self, module: Any) -> None:
        """Note that a module starts to compute."""
        self.modules.append(module)
        if "attention" in type(module).__name__.lower():
            self._recorder.entered.add(id(module))

    def call(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Call a PyTorch function, and record it if it is attention."""
        name = getattr(function, "__name__", "")
        if self._busy or self._recorder.paused:
            return function(*args, **kwargs)
        if name == _FUSED:
            return self._fused(function, args, kwargs)
        if name == _COMPOSED:
            return self._composed(function, args, kwargs)
        result = function(*args, **kwargs)
        if self._written_out:
            found = self._products.see(name, args, kwargs, result)
            if found is not None:
                self._record(found)
        return result

    def _fused(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        self._busy = True
        try:
            output = function(*args, **kwargs)
            given = inspect.signature(_sdpa).bind(*args, **kwargs)
            given.apply_defaults()
            self._record_fused(function, given.arguments, output)
        finally:
            self._busy = False
        return output

    def _composed(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Call the function behind nn.MultiheadAttention with scaled_dot_product_attention patched.

        If weights are requested it writes attention out, so it is called once more without.
        """
        library = torch()
        before = library.nn.functional.scaled_dot_product_attention
        library.nn.functional.scaled_dot_product_attention = lambda *a, **k: self.call(before, a, k)
        try:
            if kwargs.get("need_weights", True):
                function(*args, **{**kwargs, "need_weights": False, "training": False})
            return function(*args, **kwargs)
        finally:
            library.nn.functional.scaled_dot_product_attention = before

    def _record_fused(
        self, function: Callable[..., Any], given: dict[str, Any], output: Any
    ) -> None:
        library = torch()
        q, k, v = (given[name] for name in ("query", "key", "value"))
        m, n = q.shape[-2], k.shape[-2]
        mask, causal = given["attn_mask"], None
        if mask is not None and mask.dtype == library.bool:
            mask = library.zeros(mask.shape).masked_fill(~mask.cpu(), -float("inf"))
        if given["is_causal"]:
            causal = library.full((m, n), -float("inf")).triu(1)
        weights = None
        if n <= MOST_KEYS:
            # the weighted sums of the unit vectors are the weights
            units = library.eye(n, dtype=v.dtype, device=v.device).expand(*k.shape[:-2], n, n)
            weights = function(q, k, units, **{
                **{name: given[name] for name in ("attn_mask", "is_causal", "scale")},
                **({"enable_gqa": True} if given["enable_gqa"] else {}),
            })  # fmt: skip
        self._recorder.add(
            *(_four(part) for part in (q, k, v)),
            scale=given["scale"],
            added=(None if mask is None else _four(mask), causal),
            weights=None if weights is None else _four(weights),
            output=None if weights is None else _four(output).transpose(1, 2),
            module=self.module,
        )

    def _record(self, found: Weighing) -> None:
        product, logits = found.product, found.product.logits
        if not 3 <= logits.dim() <= 4 or product.weights.shape != logits.shape:
            return
        batch = logits.shape[0] if logits.dim() == 4 else self._batch
        m, n = logits.shape[-2:]
        lead = (batch, -1)
        own = product.weights
        keys = found.v.shape[-2]
        if keys not in (n, n - 1) or product.k.shape[-2] != keys:
            return
        try:
            q = product.q.expand(*logits.shape[:-2], *product.q.shape[-2:])
            k = product.k.expand(*logits.shape[:-2], *product.k.shape[-2:])
        except RuntimeError:
            q, k = product.q, product.k
        shaped = [part.reshape(*lead, *part.shape[-2:]) for part in (q, k, found.v)]
        self._recorder.add(
            *shaped,
            scale=product.scale,
            softcap=product.softcap,
            weights=own.reshape(*lead, m, n)[..., :keys],
            logits=logits.reshape(*lead, m, n),
            module=self.module,
        )

    @property
    def module(self) -> Any:
        """The innermost running module, or None."""
        return self.modules[-1] if self.modules else None


def _four(tensor: Any) -> Any:
    """Return ``tensor`` with four axes, with all leading axes merged into one."""
    while tensor.dim() < 4:
        tensor = tensor[None]
    return tensor.reshape(-1, *tensor.shape[-3:]) if tensor.dim() > 4 else tensor


@contextmanager
def tracing(recorder: Recorder, written_out: bool, batch: int = 1) -> Iterator[Tracer]:
    """Record all attention that PyTorch computes in this thread within a ``with`` block."""
    library = torch()
    tracer = Tracer(recorder, written_out, batch)

    class Mode(library.overrides.TorchFunctionMode):  # type: ignore[misc, name-defined]
        """Routes PyTorch function calls through the tracer."""

        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None):  # type: ignore[no-untyped-def]
            return tracer.call(function, args, kwargs or {})

    hooks = library.nn.modules.module
    entered = hooks.register_module_forward_pre_hook(lambda m, i: tracer.enter(m))
    left = hooks.register_module_forward_hook(
        lambda m, i, o: tracer.modules.pop() and None, always_call=True
    )
    fast = library.backends.mha.get_fastpath_enabled()
    library.backends.mha.set_fastpath_enabled(False)
    try:
        with Mode():
            yield tracer
    finally:
        library.backends.mha.set_fastpath_enabled(fast)
        entered.remove()
        left.remove()
