"""Derived families kept on disk, as plain JSON by the hash of what they were made from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from compute.replacing import replacing, sweep
from compute.symbolic import Derived
from compute.tape import Tape


def cached(key: str, make: Callable[[], Derived]) -> Derived:
    """``make()``, or what it gave last time for the same ``key`` (a text that determines it).

    The file is plain JSON and is checked like any input; one that cannot be read is made again.
    """
    path = _folder() / (hashlib.sha256(key.encode()).hexdigest() + ".json")
    try:
        return _from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        derived = make()
        _write_beside(path, json.dumps(_to_json(derived)))
        return derived


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "attention-geodesics"


def _write_beside(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError:
        return  # a cache that cannot be written costs a second next time, nothing else


def _to_json(derived: Derived) -> dict[str, Any]:
    def plain(tape: Tape | None) -> Any:
        return tape and [tape.inputs, tape.steps, tape.outputs]

    names = (field.name for field in fields(Derived) if field.name != "scalars")
    return {name: plain(getattr(derived, name)) for name in names} | {"scalars": derived.scalars}


def _from_json(data: dict[str, Any]) -> Derived:
    def read(name: str) -> Tape:
        inputs, steps, outputs = data[name]
        return Tape(tuple(inputs), tuple(tuple(step) for step in steps), tuple(outputs))

    def read_if_any(name: str) -> Tape | None:
        return read(name) if data[name] else None

    return Derived(
        geometry=read_if_any("geometry"),
        margin=read("margin"),
        curvature=read_if_any("curvature"),
        scores=read_if_any("scores"),
        sight=read_if_any("sight"),
        density=read("density"),
        scalars=tuple(data["scalars"]),
        scalar=read("scalar"),
        distance=read_if_any("distance"),
        divergence=read_if_any("divergence"),
        wasserstein=read_if_any("wasserstein"),
    )
