"""Files that go wrong in every way, to see that the fuzzer sees it."""

from __future__ import annotations

import os
from pathlib import Path

from compute.core.refusal import Refused
from tests.fuzz.kind import Broken, Kind


def _hang(path: Path) -> None:
    os.read(os.pipe()[0], 1)


def _crash(path: Path) -> None:
    os.abort()


def _grow(path: Path) -> None:
    bytearray(3 << 30)


def _talk(path: Path) -> None:
    raise ValueError("x" * 301)


def _leak(path: Path) -> None:
    {}["missing"]


def _spoil(path: Path) -> None:
    raise Broken("it is another one")


def _decode(path: Path) -> None:
    b"\xff".decode()


def _refuse(path: Path) -> None:
    raise Refused("no")


KINDS = tuple(
    Kind(f"planted {name}", ".txt", lambda folder: [b"x"], open_file, weight=0)
    for name, open_file in (
        ("hang", _hang), ("crash", _crash), ("memory", _grow), ("message", _talk), ("exception", _leak),
        ("loss", _spoil), ("decoding", _decode), ("refusal", _refuse),
    )
)  # fmt: skip
