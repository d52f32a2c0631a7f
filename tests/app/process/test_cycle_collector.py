"""Cycles are collected on the GUI thread, whichever thread creates them."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator

import pytest

from app.process.cycle_collector import LOOK_MS, SETTLED_MS, Garbage


class Clock:
    """Repeats calls on request."""

    def __init__(self) -> None:
        self.calls: dict[int, Callable[[], None]] = {}

    def every(self, milliseconds: int, call: Callable[[], None]) -> Callable[[], None]:
        self.calls[milliseconds] = call
        return lambda: self.calls.pop(milliseconds, None)


@pytest.fixture
def garbage() -> Iterator[Garbage]:
    made = Garbage()
    yield made
    made.close()
    gc.unfreeze()
    assert gc.isenabled()


def test_no_other_thread_destroys_anything(garbage):
    gone: list[threading.Thread] = []

    class Widget:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            gone.append(threading.current_thread())

    def allocate() -> None:
        kept = [[] for _ in range(50_000)]
        assert len(kept) == 50_000

    clock = Clock()
    garbage.begin(clock.every)
    count = 2 * gc.get_threshold()[0]  # enough to be due, whatever was counted before
    for _ in range(count):
        Widget()
    other = threading.Thread(target=allocate)
    other.start()
    other.join()
    assert gone == []
    clock.calls[LOOK_MS]()
    assert len(gone) == count and set(gone) == {threading.current_thread()}


def test_once_it_has_settled_what_is_there_is_left_alone(garbage):
    clock, before = Clock(), gc.get_freeze_count()
    garbage.settle(clock.every)
    clock.calls[SETTLED_MS]()
    assert gc.get_freeze_count() > before + 10_000 and not clock.calls
