"""Floating-point overflow in user-defined families, which may happen anywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

Answer = TypeVar("Answer")
TYPED = "custom"


def forgiving(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """Suppress overflow warnings if the request's family is user-defined.

    Results that are not finite get a failure status.  In a built-in family an overflow is a bug.
    """

    @wraps(method)
    def answer(engine: Any, request: Any, *rest: Any, **named: Any) -> Answer:
        if request.manifold.name != TYPED:
            return method(engine, request, *rest, **named)
        with np.errstate(all="ignore"):
            return method(engine, request, *rest, **named)

    return answer
