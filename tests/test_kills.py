"""A short campaign of `tests.kills`, and the comparisons that it makes."""

from __future__ import annotations

import signal
import sys

import pytest

from tests.kills import LOST, End, allowed, campaign, is_older

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX"),
]


def test_no_work_is_lost_when_the_window_is_ended(tmp_path):
    ends = [(signal.SIGKILL, True), (signal.SIGHUP, True)]
    # how late an edit is kept depends on the machine
    assert campaign(tmp_path, 2, "reference", ends, patient=True) == []


def test_a_kill_may_take_the_last_second_and_no_more():
    killed, asked = (End(number, 10.0, -number, "") for number in (signal.SIGKILL, signal.SIGTERM))
    states = [(8.0, 0.1), (8.9, 0.2), (9.5, 0.3), (9.9, 0.4)]
    assert LOST == 1.0
    assert allowed([0.0], states, killed) == [[0.2], [0.3], [0.4]]
    assert allowed([0.0], states[2:], killed) == [[0.0], [0.3], [0.4]]
    assert allowed([0.0], states, asked) == [[0.4]]
    assert allowed([0.0], [], asked) == [[0.0]]


def test_what_had_been_kept_is_not_lost_again():
    states = [0.1, 0.2, 0.3, 0.2]
    assert is_older([0.1], (0.2,), states) and not is_older([0.2], (0.2,), states)
    assert not is_older([0.2], (0.3,), states), "it came again"
    assert not is_older([0.5], (0.2,), states) and not is_older([], (0.2,), states)
