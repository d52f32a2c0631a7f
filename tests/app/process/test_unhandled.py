"""Unhandled exceptions are reported once for each kind, and the caller continues."""

from __future__ import annotations

import sys
import threading

import pytest

from app.process.unhandled import Unhandled, reported


@pytest.fixture
def said(monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    lines: list[str] = []
    Unhandled(lines.append).begin()
    return lines


def fail(value: object) -> int:
    if value == "other":
        raise RuntimeError("another line")
    raise ValueError(f"got {value}\nin two lines")


def test_a_callback_that_fails_is_reported_once_and_returns_the_value_in_place(said, capsys):
    call = reported(7)(fail)
    assert [call(i) for i in range(50)] == [7] * 50
    assert said == ["⚠ internal error: ValueError: got 0 in two lines"]
    assert capsys.readouterr().err.count("Traceback") == 1


def test_another_line_that_fails_is_another_kind(said, capsys):
    call = reported(0)(fail)
    call(1), call("other"), call("other"), call(2)
    assert said == [
        "⚠ internal error: ValueError: got 1 in two lines",
        "⚠ internal error: RuntimeError: another line",
    ]
    assert capsys.readouterr().err.count("Traceback") == 2


def test_a_callback_that_succeeds_keeps_its_result_and_its_name(said):
    call = reported(0)(len)
    assert call("four") == 4 and call.__name__ == "len" and said == []


def test_a_thread_that_fails_is_reported_and_one_that_ends_is_not(said, capsys):
    for call in (lambda: fail(3), lambda: fail(4), lambda: sys.exit(1)):
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    assert said == ["⚠ internal error: ValueError: got 3 in two lines"]
    assert capsys.readouterr().err.count("Traceback") == 1
