"""Text cells of CSV tables that spreadsheets would run as formulas, and that are given an apostrophe.

A cell that begins with = + - @, a tab or a carriage return is a formula to a spreadsheet, also between
quotes (OWASP, CSV injection).  An apostrophe before it makes it text; reading a table removes it.
"""

from __future__ import annotations

from collections.abc import Mapping

BEGINS, MARK = tuple("=+-@\t\r"), "'"


def guarded(entry: object) -> object:
    """Return an entry of a table as it is written: text that begins like a formula after an apostrophe,
    numbers and other text as they are.
    """
    if not isinstance(entry, str) or _is_number(entry):
        return entry
    return MARK + entry if entry.lstrip(MARK).startswith(BEGINS) else entry


def guarded_row(row: Mapping[str, object]) -> dict[str, object]:
    """Return a row by the names of its columns, each entry `guarded`."""
    return {name: guarded(entry) for name, entry in row.items()}


def unguarded(text: str) -> str:
    """Return text as it was before `guarded`."""
    bare = text.startswith(MARK) and text.lstrip(MARK).startswith(BEGINS)
    return text[1:] if bare else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
