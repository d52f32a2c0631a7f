"""Writing the macro of recorded scenes; each of its lines is replayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from app.jobs.job import Cancelled, Emit, Job, Priority
from app.model import macro
from app.model.scene import Scene
from compute.core.refusal import describe
from compute.requests.engine import Engine


@dataclass(frozen=True)
class MacroTask(Job):
    """Write the macro that makes the first scene and each change after it."""

    priority: ClassVar[Priority] = Priority.FAMILY
    words: ClassVar[str] = "the macro"

    scenes: tuple[Scene, ...]

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `MacroWritten`: the script, or why there is none."""
        try:
            text = macro.text(self.scenes)
        except (ValueError, OSError) as problem:
            emit(MacroWritten(self, "", describe(problem)))
        else:
            emit(MacroWritten(self, text))


@dataclass(frozen=True)
class MacroWritten:
    """The text of a macro, or the reason why there is none."""

    job: MacroTask
    text: str
    problem: str = ""
