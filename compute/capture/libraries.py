"""Optional libraries, PyTorch and transformers: imported on demand, or reported missing in one line."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.core.refusal import Refused

EXTRA = "attention-geodesics[models]"


def torch() -> Any:
    """Return the module ``torch``.  Raises Refused if it is not installed."""
    return _library("torch", "PyTorch")


def transformers() -> Any:
    """Return the module ``transformers``.  Raises Refused if it is not installed."""
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
    """Return a tensor, an nnsight value or an array-like as an array.

    bfloat16 becomes float32, since NumPy does not have it.
    """
    value = getattr(value, "value", value)
    if not callable(getattr(value, "detach", None)):
        return np.asarray(value)
    tensor = value.detach().cpu()
    wide = tensor.float() if precision(tensor) == "bfloat16" else tensor
    found: NDArray[Any] = wide.numpy()
    return found


def precision(tensor: Any) -> str:
    """Return the dtype name of a tensor or an array, such as float32."""
    return str(tensor.dtype).removeprefix("torch.")
