"""A part of the controller beside a window that answers with names of files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.model import scene_file
from app.model.scene import Scene
from app.model.store import Store
from app.parts.part import Part, PartContext

CAT = "attention:cat?layer=3&head=5"


def scene_of(family: str, folder: Path) -> Scene:
    """Return the scene of a family, by way of a file."""
    path = folder / "scene.json"
    fixed = {"format": "attention-geodesics/scene", "version": 1, "title": "t", "family": family}
    path.write_text(json.dumps(fixed))
    return scene_file.load(str(path))


class Beside:
    """Keeps what the part shows, tells and edits; its jobs run as soon as they are submitted."""

    def __init__(self, make: Callable[[PartContext], Part], scene: Scene, *files: str) -> None:
        self.asked: list[Any] = []
        self.states: list[Any] = []
        self.told: list[str] = []
        self.edits: list[dict[str, Any]] = []
        names = list(files)
        window: Any = SimpleNamespace(
            set_panel=lambda title, state: self.states.append(state), log=self.told.append,
            ask_save=lambda *_: names.pop(0), ask_open=lambda *_: names.pop(0),
        )  # fmt: skip
        canvas: Any = SimpleNamespace()
        context = PartContext(
            Store(scene), canvas, window, self.asked.append,
            edit=lambda changes, merge: self.edits.append(changes),
        )  # fmt: skip
        self.part = make(context)

    def hear(self, event: Any) -> Any:
        """Pass an event, perform what it asks for, and return the state that is shown then."""
        before = len(self.asked)
        self.part.on_event(event)
        for job in self.asked[before:]:
            job.perform(None, self.part.on_message, lambda: False)
        return self.states[-1]
