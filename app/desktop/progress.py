"""Progress of long computations in the status bar, with a cancel button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app.jobs.job import Job
from app.jobs.worker import OpenJob, Runner

# seconds between checks, and seconds before a running job is mentioned
LOOK_MS, PATIENCE = 150, 0.5


class StatusBar(Protocol):
    """The interface of the window for `Working`."""

    def every(self, milliseconds: int, call: Callable[[], None]) -> Callable[[], None]: ...
    def on_cancel(self, call: Callable[[], None]) -> None: ...
    def set_busy(self, words: str, can_cancel: bool = True) -> None: ...
    def log(self, words: str) -> None: ...


class Working:
    """Watches a runner on the window's clock; ``given_up`` is called with a cancelled job."""

    def __init__(self, window: StatusBar, runner: Runner, given_up: Callable[[Job], None]) -> None:
        self._window, self._runner, self._given_up = window, runner, given_up
        self._stop = window.every(LOOK_MS, self.look)
        window.on_cancel(self.cancel)

    def look(self) -> None:
        """Show a job that has been running for a while, or nothing."""
        under_way = self._runner.under_way()
        if under_way is None or under_way.seconds < PATIENCE:
            self._window.set_busy("")
            return
        if isinstance(under_way.job, OpenJob):
            self._window.set_busy("Opening the engine …", False)
            return
        verb = "Cancelling" if under_way.given_up else "Computing"
        self._window.set_busy(f"{verb} {under_way.job.label} …", not under_way.given_up)

    def cancel(self) -> None:
        """Cancel the running job."""
        job = self._runner.cancel()
        if job is not None and not isinstance(job, OpenJob):
            self._window.log(f"cancelled: {job.label}")
            self._given_up(job)
        self.look()

    def close(self) -> None:
        """Stop watching when the window closes."""
        self._stop()
