"""Typed definitions are derived in a separate process, which ends when it must and leaves nothing."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from compute.core.interrupt import Interrupted, TookTooLong, checkpoint, interruptible, limited
from compute.core.linear_systems import solve_each
from compute.custom import definition, derivation, deriver
from compute.custom.define import definition_of
from compute.custom.parse import FormulaError
from compute.definitions.derive import derive
from compute.definitions.derived import plain_of
from tests import ROOT

TEXT = definition.text_of(
    {"coordinates": ["m", "s"], "domain": ["s > 0"], "metric": ["1/s^2", "0", "2/s^2 + 0*m"]}
)


def asked(text: str = TEXT):
    return derivation.derived(definition_of, {"source": text})


def number_of_process() -> int:
    return derivation.process_number() or 0


def ends(number: int, seconds: float = 60.0) -> bool:
    """Whether a process ends before that time is over."""
    try:
        handle = os.pidfd_open(number)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def test_the_tapes_are_those_of_this_process():
    assert plain_of(asked()) == plain_of(derive(definition_of(TEXT)))


def test_a_refusal_keeps_its_place():
    text = TEXT.replace("2/s^2 + 0*m", "sqrt(-s)")
    with pytest.raises(FormulaError, match="undefined everywhere") as caught:
        asked(text)
    assert (caught.value.place, caught.value.text, caught.value.column) == ("g22", "sqrt(-s)", 0)


def test_a_thread_may_ask():
    found = []
    thread = threading.Thread(target=lambda: found.append(asked()))
    thread.start()
    thread.join()
    assert found == [asked()]


def test_what_takes_too_long_is_refused_and_the_next_is_derived(monkeypatch):
    asked()
    before = number_of_process()
    with monkeypatch.context() as short:
        short.setattr(derivation, "SECONDS", -1.0)
        with pytest.raises(FormulaError, match="deriving this takes longer than") as caught:
            asked()
    assert caught.value.place == "g22" and "2/s^2" in str(caught.value)
    assert ends(before, 0.0)
    assert asked().geometry is not None


@pytest.mark.parametrize("reason", [Interrupted, KeyboardInterrupt])
def test_what_is_not_wanted_any_more_ends_at_once(reason):
    asked()
    before = number_of_process()

    def wanted_no_longer() -> bool:
        raise reason

    with pytest.raises(reason), interruptible(wanted_no_longer):
        asked()
    assert ends(before, 0.0)
    assert asked().geometry is not None


def test_one_that_was_killed_is_started_again():
    asked()
    os.kill(number_of_process(), 9)
    assert ends(number_of_process())
    assert asked().geometry is not None


def test_the_processor_is_bounded_even_where_nobody_waits():
    """As its timer ends it: by SIGPROF."""
    asked()
    number = number_of_process()
    os.kill(number, 19)
    threading.Timer(0.05, lambda: [os.kill(number, n) for n in (27, 18)]).start()
    with pytest.raises(FormulaError, match="deriving this takes longer than 5 s"):
        asked()


def test_one_that_ends_in_the_midst_says_so():
    asked()
    number = number_of_process()
    os.kill(number, 19)
    threading.Timer(0.05, lambda: os.kill(number, 9)).start()
    with pytest.raises(FormulaError, match="ended with status -9"):
        asked()


def test_memory_is_bounded():
    asked()
    limits = Path(f"/proc/{number_of_process()}/limits").read_text().splitlines()
    (line,) = (line for line in limits if line.startswith("Max address space"))
    assert line.split()[3] == str(deriver.MOST_BYTES)


@pytest.mark.parametrize(
    ("raised", "words"),
    [(MemoryError(), "1 GB"), (RecursionError(), "too deeply"), (KeyError("x"), "cannot derive")],
)
def test_every_failure_is_told_in_words(monkeypatch, raised, words):
    def fail(definition):
        raise raised

    monkeypatch.setattr("compute.definitions.derive.derive", fail)
    answer = deriver.answer_of(TEXT)
    assert words in answer["problem"]
    assert answer.get("spent", False) == isinstance(raised, MemoryError)


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 9)"])
def test_no_process_is_left_behind(end):
    """By a program that ends, or is killed."""
    program = (
        "import os; from compute.custom import derivation; derivation.keep_ready(); "
        f"print(derivation.process_number(), flush=True); {end}"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == (-9 if end else 0) and done.stderr == ""
    assert ends(int(done.stdout))


def test_time_is_bounded_within_what_may_be_interrupted():
    with limited(60.0):
        checkpoint()
        with pytest.raises(TookTooLong), limited(-1.0):
            checkpoint()
        checkpoint()
    with interruptible(lambda: True), limited(60.0), pytest.raises(Interrupted):
        checkpoint()


def test_a_system_without_a_solution_harms_no_other():
    matrices = np.stack([np.eye(2), np.zeros((2, 2)), 2 * np.eye(2)])
    found = solve_each(matrices, np.ones((3, 2, 1)))
    np.testing.assert_array_equal(found[..., 0], [[1, 1], [np.nan, np.nan], [0.5, 0.5]])
