"""Attention of transformers models, at the interface that all of them use.

An attention function is registered that calls the model's own eager function and records its inputs and
outputs: queries and keys as they are multiplied, after rotary embedding.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from compute.capture.libraries import torch
from compute.capture.recorder import Recorder
from compute.core.refusal import Refused

NAME = "attention_geodesics"
_EAGER = re.compile(r"\w*eager_attention\w*")
# arguments of attention functions that are added to the logits, and those for sinks
_BIASES = ("position_bias", "attention_bias", "alibi", "relative_position_bias")
_SINKS = ("s_aux", "sinks")
_SETTING = "_attn_implementation_internal"


@contextmanager
def recording(model: Any, recorder: Recorder, implementation: str = NAME) -> Iterator[None]:
    """Use and record the model's eager attention functions within a ``with`` block.

    implementation: "eager" for a model that chooses among its own functions, which are not recorded
    here.
    """
    _register(recorder)
    recorder.places = {id(module): name for name, module in model.named_modules()}
    settings = [(config, _setting(config)) for config in _configs(model)]
    try:
        for config, (name, _) in settings:
            setattr(config, name, implementation)
        yield
    finally:
        for config, (name, before) in settings:
            setattr(config, name, before)
        _register(None)


def _configs(model: Any) -> list[Any]:
    """Return the configurations of a model and its parts, including nested ones."""
    found: dict[int, Any] = {}
    waiting = [getattr(module, "config", None) for module in model.modules()]
    while waiting:
        config = waiting.pop()
        if config is None or id(config) in found or _setting(config)[0] == "":
            continue
        found[id(config)] = config
        waiting += [getattr(config, name, None) for name in getattr(config, "sub_configs", ())]
    return list(found.values())


def _setting(config: Any) -> tuple[str, Any]:
    """Return the name and value of the setting for the attention implementation; "" if there is
    none.
    """
    for name in (_SETTING, "_attn_implementation"):
        if hasattr(config, name):
            return name, getattr(config, name)
    return "", None


def _register(recorder: Recorder | None) -> None:
    """Register the function with transformers; None: a function that does nothing."""
    try:
        from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
    except ImportError as problem:
        raise Refused(f"capture needs a later version of transformers: {problem}") from None

    def attention(module: Any, *others: Any, **options: Any) -> Any:
        eager = eager_of(module)
        if recorder is None:
            return eager(module, *others, **options)
        given = _arguments(eager, (module, *others), options)
        recorder.paused = True
        try:
            with softmaxes() as logits:
                found = eager(module, *others, **options)
        finally:
            recorder.paused = False
        output, weights = found[0], found[1] if len(found) > 1 else None
        recorder.add(
            *list(given.values())[1:4],
            scale=given.get("scaling"),
            added=tuple(given.get(name) for name in ("attention_mask", *_BIASES)),
            softcap=given.get("softcap"),
            sinks=_sinks(module, given),
            weights=weights,
            output=output,
            logits=logits[-1] if logits else None,
            module=module,
        )
        return found

    ALL_ATTENTION_FUNCTIONS.register(NAME, attention)
    try:
        from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, eager_mask
    except ImportError:  # older versions have no interface for masks; eager masks were the default
        return
    ALL_MASK_ATTENTION_FUNCTIONS.register(NAME, eager_mask)


def _arguments(
    function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]
) -> dict[str, Any]:
    """Return arguments by name, including defaults and ``**`` arguments."""
    bound = inspect.signature(function).bind(*arguments, **options)
    bound.apply_defaults()
    return {**bound.arguments, **options}


def _sinks(module: Any, given: dict[str, Any]) -> Any:
    """Return the sink logits of a module, from its arguments or attributes."""
    for found in (*(given.get(name) for name in _SINKS), getattr(module, "sinks", None)):
        if callable(getattr(found, "detach", None)):
            return found
    return None


def eager_of(module: Any) -> Callable[..., Any]:
    """Return the eager attention function that a module falls back on.

    It is found in the source of the class, where that requests an attention function.  Raises Refused.
    """
    for kind in type(module).__mro__:
        for method in vars(kind).values():
            function = inspect.unwrap(method) if callable(method) else method
            code = getattr(function, "__code__", None)
            for name in code.co_names if code else ():
                found = function.__globals__.get(name)
                if _EAGER.fullmatch(name) and callable(found):
                    return found  # type: ignore[no-any-return]
    raise Refused(f"{type(module).__name__} has no eager attention function beside its fused ones")


@contextmanager
def softmaxes() -> Iterator[list[Any]]:
    """List the inputs of softmax within a ``with`` block."""
    library = torch()
    found: list[Any] = []

    class Listing(library.overrides.TorchFunctionMode):  # type: ignore[misc, name-defined]
        """Collects the inputs of softmax."""

        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None):  # type: ignore[no-untyped-def]
            kwargs = kwargs or {}
            if getattr(function, "__name__", "") == "softmax":
                found.append(args[0] if args else kwargs["input"])
            return function(*args, **kwargs)

    with Listing():
        yield found
