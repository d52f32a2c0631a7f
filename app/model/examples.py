"""The bundled scenes as examples: a title, a sentence and a small picture."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from app.model.file_formats import PNG


@dataclass(frozen=True)
class Example:
    """A bundled scene; ``words`` is one sentence."""

    name: str
    title: str
    words: str

    @property
    def picture(self) -> bytes:
        """Its picture as PNG."""
        return (resources.files("assets") / "scenes" / f"{self.name}{PNG}").read_bytes()


@cache
def examples() -> tuple[Example, ...]:
    """Return the bundled scenes, the default one first."""
    index = json.loads((resources.files("assets") / "scenes" / "index.json").read_text("utf-8"))
    return tuple(Example(name, *words) for name, words in index.items())
