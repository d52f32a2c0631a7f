"""Answers about families that people typed, whose numbers may overflow anywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import numpy as np

Answer = TypeVar("Answer")
TYPED = "custom"


def forgiving(method: Callable[..., Answer]) -> Callable[..., Answer]:
    """Let numbers overflow without a warning where the request's family was typed.

    What is not a number there is no answer, which its status says; of families of the program's own an
    overflow is a mistake.
    """

    @wraps(method)
    def answer(engine: Any, request: Any, *rest: Any, **named: Any) -> Answer:
        if request.manifold.name != TYPED:
            return method(engine, request, *rest, **named)
        with np.errstate(all="ignore"):
            return method(engine, request, *rest, **named)

    return answer
