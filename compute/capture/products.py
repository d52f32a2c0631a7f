"""Attention written out by a model: a product of queries and keys, a softmax, a product with values.

Each product of two tensors is traced through subsequent operations: factors give its scale, tanh and
the factor after it the softcap, and everything else, up to the softmax, is the added bias.  Only a
product whose softmax then weights values counts as attention.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from compute.capture.libraries import array
from compute.core.arrays import Floats

_PRODUCTS = ("matmul", "bmm", "__matmul__")
_TIMES = ("mul", "mul_", "__mul__", "__rmul__", "__imul__", "multiply")
_OVER = ("div", "div_", "__truediv__", "__itruediv__", "true_divide", "divide")
# an einsum may name its axes by any letters; these separate its parts
_ARROW, _COMMA = "->", ","


@dataclass(frozen=True, eq=False)
class Product:
    """q (…, m, d) and k (…, n, d), and what became of q·k: its scale, or one a head, its softcap, its
    softmax.
    """

    q: Any
    k: Any
    scale: float | Floats = 1.0
    softcap: float | None = None
    bent: bool = False
    logits: Any = None
    weights: Any = None


class Weighing(NamedTuple):
    """A product whose softmax has weighted values v (…, n, dv)."""

    product: Product
    v: Any


class Products:
    """The products being traced, by the tensors that hold them."""

    def __init__(self) -> None:
        self._followed: dict[int, tuple[Any, Product]] = {}

    def see(self, name: str, args: Any, kwargs: Any, result: Any) -> Weighing | None:
        """Process a function call and its result; return a `Weighing` if it completes attention."""
        if not hasattr(result, "dim") or not hasattr(result, "shape"):
            return None
        parent = self._parent(args, kwargs)
        if parent is not None and parent.weights is not None:
            return self._weighed(name, args, result, parent)
        made = parent and _changed(name, args, parent, result)
        if made is None and result.dim() >= 3:
            made = _product(name, args, kwargs)
        if made is not None:
            self._follow(result, made)
        return None

    def _weighed(self, name: str, args: Any, result: Any, weights: Product) -> Weighing | None:
        values = _values(name, args)
        if values is None:
            self._follow(result, weights)
            return None
        self._followed.clear()
        return Weighing(weights, values)

    def _follow(self, tensor: Any, product: Product) -> None:
        if len(self._followed) > MOST_FOLLOWED:
            self._followed.clear()
        self._followed[id(tensor)] = tensor, product

    def _parent(self, args: Any, kwargs: Any) -> Product | None:
        """Return the product held by one of a function's arguments, preferring weights."""
        given = [*args, *kwargs.values()]
        for one in args:
            given += one if isinstance(one, list | tuple) else ()
        found = [held[1] for one in given if (held := self._followed.get(id(one)))]
        return max(found, key=lambda each: each.weights is not None, default=None)


# tensors tracked at a time, each as large as the scores of a layer
MOST_FOLLOWED = 24


def _product(name: str, args: Any, kwargs: Any) -> Product | None:
    """Return the product that a function creates, if any."""
    if name == "baddbmm":
        first, second = (*args[1:], *(kwargs[n] for n in ("batch1", "batch2") if n in kwargs))[:2]
        return Product(first, second.transpose(-1, -2), float(kwargs.get("alpha", 1.0)))
    if name in _PRODUCTS and len(args) == 2 and min(one.dim() for one in args) >= 2:
        return Product(args[0], args[1].transpose(-1, -2))
    if name == "einsum" and isinstance(args[0], str):
        operands = args[1] if isinstance(args[1], list | tuple) else args[1:]
        return _einsum(args[0].replace(" ", ""), operands)
    return None


def _values(name: str, args: Any) -> Any:
    """Return the values (…, n, dv) multiplied by weights, which must come first, or None."""
    if name in _PRODUCTS and len(args) == 2:
        return args[1]
    if name != "einsum" or not isinstance(args[0], str) or "." in args[0]:
        return None
    equation = args[0].replace(" ", "")
    operands = args[1] if isinstance(args[1], list | tuple) else args[1:]
    if len(operands) != 2 or _ARROW not in equation:
        return None
    weights, values = equation.split(_ARROW)[0].split(_COMMA)
    *lead, _, j = list(weights)
    own = [axis for axis in values if axis not in weights]
    if len(own) != 1 or j not in values or any(axis not in values for axis in lead):
        return None
    return operands[1].permute([values.index(axis) for axis in (*lead, j, *own)])


def _einsum(equation: str, operands: Any) -> Product | None:
    """Return the product of queries and keys given by an einsum equation, with axes in order."""
    if _ARROW not in equation or len(operands) != 2 or "." in equation:
        return None
    inputs, output = equation.split(_ARROW)
    one, other = inputs.split(_COMMA)
    if len(output) < 3:
        return None
    *lead, i, j = list(output)
    summed = [axis for axis in one if axis in other and axis not in output]
    if len(summed) != 1 or i not in one or j not in other or i in other or j in one:
        return None
    wanted = "".join(lead)
    if any(axis not in one or axis not in other for axis in lead):
        return None
    q = operands[0].permute([one.index(axis) for axis in (*wanted, i, *summed)])
    k = operands[1].permute([other.index(axis) for axis in (*wanted, j, *summed)])
    return Product(q, k)


def _changed(name: str, args: Any, product: Product, result: Any) -> Product | None:
    """Return the product after a function; None if it is no longer a product of these queries and
    keys.
    """
    if name == "softmax":
        return replace(product, logits=args[0], weights=result)
    if name == "tanh":
        return replace(product, bent=True)
    if name in _PRODUCTS or name in ("einsum", "sum", "mean", "argmax", "topk"):
        return None
    factor = _factor(args[1], result) if len(args) > 1 and name in (*_TIMES, *_OVER) else None
    if factor is None:
        return product
    softcap = product.softcap
    if product.bent and softcap is None and isinstance(factor, float):
        softcap = factor
    scale = product.scale / factor if name in _OVER else product.scale * factor
    return replace(product, scale=scale, softcap=softcap)


def _factor(value: Any, logits: Any) -> float | Floats | None:
    """Return a positive number, or one a head (h,) of logits (batch, h, m, n); None of all else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float) or (hasattr(value, "numel") and value.numel() == 1):
        found = np.array(float(value))
    elif hasattr(value, "dim") and logits.dim() == 4 and _is_per_head(value, logits):
        found = array(value).reshape(-1).astype(np.float64)
    else:
        return None
    if not (found > 0).all():
        return None
    return found if found.ndim else float(found)


def _is_per_head(value: Any, logits: Any) -> bool:
    return bool(value.dim() >= 3 and value.numel() == value.shape[-3] == logits.shape[1])
