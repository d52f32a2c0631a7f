"""Processes: whether one lives, and how one is started apart from the terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from compute.core import processes

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="sessions of POSIX")


@POSIX
def test_a_process_apart_is_in_no_group_of_this_one():
    code = "import os; print(os.getpgid(0) == os.getpid(), os.getpgid(0))"
    options = processes.apart()
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, **options
    ).stdout.split()
    assert said[0] == "True" and int(said[1]) != os.getpgid(0)


def test_windows_starts_a_group_of_its_own(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    number = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 512)
    assert processes.apart() == {"creationflags": number}


@POSIX
def test_who_has_ended_is_dead():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert not processes.is_dead(process.pid)
    assert processes.is_dead(process.pid)
    assert not processes.is_dead(os.getpid()) and not processes.is_dead(1 << 80)


def test_on_windows_nobody_is_asked_by_a_signal(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("this would end the process"))
    assert not processes.is_dead(os.getpid())
