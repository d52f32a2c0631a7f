"""PyTorch and transformers, which are optional: imported when they are needed, or named in one line."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.core.refusal import Refused

EXTRA = "attention-geodesics[models]"


def torch() -> Any:
    """Return the module ``torch``.  Raises Refused where it is not installed."""
    return _library("torch", "PyTorch")


def transformers() -> Any:
    """Return the module ``transformers``.  Raises Refused where it is not installed."""
    torch()
    return _library("transformers", "transformers")


def _library(name: str, title: str) -> Any:
    try:
        return import_module(name)
    except ImportError as problem:
        if (problem.name or name).split(".")[0] != name:
            raise Refused(f"{title} cannot be imported: {problem}") from None
        raise Refused(
            f'capture needs {title}, which is not installed: pip install "{EXTRA}"'
        ) from None


def array(value: Any) -> NDArray[Any]:
    """Return a tensor, a value of nnsight or an array-like as an array of what it holds.

    bfloat16, which NumPy does not know, becomes float32.
    """
    value = getattr(value, "value", value)
    if not callable(getattr(value, "detach", None)):
        return np.asarray(value)
    tensor = value.detach().cpu()
    wide = tensor.float() if precision(tensor) == "bfloat16" else tensor
    found: NDArray[Any] = wide.numpy()
    return found


def precision(tensor: Any) -> str:
    """Return the name of a tensor's or an array's type of numbers, such as float32."""
    return str(tensor.dtype).removeprefix("torch.")
