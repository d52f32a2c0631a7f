"""User-defined families: parsed at once, derived by the worker, then put into the scene."""

from __future__ import annotations

from collections.abc import Callable

from app.jobs import derive_family
from app.jobs.derive_family import FamilyAnswer, FamilyJob, FamilyRemark, RemarkTask
from app.jobs.job import Job
from app.model.store import Store
from app.presenters.shown_answers import ShownAnswers
from app.views.interface.events import FormulaTyped
from app.views.interface.views import Window


class FormulaReader:
    """Tracks the family typed last; answers about earlier ones are dropped."""

    def __init__(
        self, store: Store, window: Window, answers: ShownAnswers, submit: Callable[[Job], None]
    ) -> None:
        self._store, self._window, self._answers, self._submit = store, window, answers, submit
        self._typed: FamilyJob | None = None

    def read(self, event: FormulaTyped) -> None:
        """Report errors at once; submit a valid formula to the worker.

        Until it is derived, the display is greyed.
        """
        self._typed, verdict = derive_family.read(event.definition, self._store.scene)
        self._window.set_verdict(verdict)
        is_read = self._typed is not None
        self._answers.mark_unread(True, derive_family.DERIVING if is_read else derive_family.UNREAD)
        if self._typed is not None:
            self._submit(self._typed)

    def show(self, answer: FamilyAnswer) -> None:
        """Put a derived family into the scene, unless more has been typed since."""
        if answer.job != self._typed:
            return
        right = answer.verdict.right
        self._window.set_verdict(answer.verdict)
        self._answers.mark_unread(not right, "" if right else derive_family.UNREAD)
        if right:
            self._submit(RemarkTask(answer.job))
            scene = derive_family.moved(self._store.scene, answer.job.family)
            self._store.update(scene, merge=f"formula {answer.job.kind}")

    def add(self, remark: FamilyRemark) -> None:
        """Say where a family is none, unless more has been typed since."""
        if remark.job == self._typed:
            self._window.set_verdict(remark.verdict)
