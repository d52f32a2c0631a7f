"""Untrusted JSON: every value accepted can be written again."""

from __future__ import annotations

import json
from typing import Any

from compute.core.refusal import Refused, describe, shown

# maximum nesting: deeper structures can be read but not written
MOST_LEVELS = 64
# maximum number of values, which are checked one by one
MOST_VALUES = 250_000
# digits of the largest integer that fits into a float
MOST_DIGITS = 308


def read_json(text: str | bytes, where: str, finite: bool = False) -> Any:
    """Read a JSON text; ``where`` names it in messages.  Raises Refused.

    Also refused: numbers beyond the range of floats, lone surrogates, and excessive nesting.
    finite: refuse NaN and Infinity, which are not standard JSON.
    """
    try:
        constant = _refuse_constant if finite else None
        data = json.loads(text, parse_int=_whole, parse_constant=constant)
    except (ValueError, RecursionError) as problem:
        raise Refused(f"{where} is not JSON: {describe(problem)}") from None
    _check_structure(data, where)
    _check_characters(data, where)
    return data


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise Refused(f"numbers must be finite, got one of {len(digits)} digits")
    return int(digits)


def _refuse_constant(name: str) -> float:
    raise Refused(f"numbers must be finite, got {name}")


def _check_structure(data: Any, where: str) -> None:
    """Count levels and values, level by level."""
    level, depth, count = [data], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > MOST_LEVELS + 1:
            raise Refused(f"{where} must be nested at most {MOST_LEVELS} levels deep, got more")
        if count > MOST_VALUES:
            raise Refused(f"{where} must hold at most {MOST_VALUES} values, got more")
        level = [child for value in level for child in _children(value)]


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _check_characters(data: Any, where: str) -> None:
    """Refuse lone surrogates, which UTF-8 cannot encode."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as problem:
        text = problem.object[max(problem.start - 20, 0) : problem.end]
        raise Refused(f"{where} must be text, got half a character in {shown(text)}") from None
