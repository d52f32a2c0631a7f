"""The macro: changes of the scene between start and stop, as lines of Python."""

from __future__ import annotations

from app.jobs.macro import MacroTask, MacroWritten
from app.model.macro import MOST, Recorder
from app.model.scene import Scene
from app.parts.part import Part, PartContext


class MacroPart(Part):
    """Records while it is on, and has the worker write the text.

    text: of the macro recorded last; "" before it is written.
    """

    messages: tuple[type, ...] = (MacroWritten,)

    def __init__(self, context: PartContext) -> None:
        super().__init__(context)
        self._recorder: Recorder | None = None
        self._asked: MacroTask | None = None
        self.text = ""

    @property
    def is_recording(self) -> bool:
        """Whether changes are recorded."""
        return self._recorder is not None

    @property
    def is_awaited(self) -> bool:
        """Whether the worker still writes the text."""
        return self._asked is not None

    def begin(self) -> None:
        """Record from now on; the last macro is forgotten."""
        self._recorder, self._asked, self.text = Recorder(self.context.store.scene), None, ""
        self.fields = None
        self.context.window.log("recording a macro: every change of the scene is a line")

    def stop(self) -> None:
        """End the recording and have its text written."""
        recorder, self._recorder = self._recorder, None
        self.fields = frozenset()
        if recorder is not None:
            self._asked = MacroTask(recorder.scenes)
            self.context.submit(self._asked)

    def on_scene(self, old: Scene, new: Scene) -> None:
        if self._recorder is None:
            return
        self._recorder.follow(new)
        if self._recorder.is_full:
            self.context.window.log(f"a macro has at most {MOST} lines: the recording has ended")
            self.stop()

    def on_message(self, message: object) -> None:
        if not isinstance(message, MacroWritten) or message.job is not self._asked:
            return
        self._asked, self.text = None, message.text
        count = len(message.job.scenes) - 1
        words = (
            f"{count} change{'' if count == 1 else 's'} recorded: Tools › Copy macro or Save macro"
        )
        self.context.window.log(f"⚠ no macro: {message.problem}" if message.problem else words)
