"""Tapes: steps that are one with others, and parts of tapes."""

from __future__ import annotations

import numpy as np
import pytest

from compute.definitions import special_functions, tape
from compute.definitions.tape import Tape

# x, d → ψ'(x) − ψ'(x + d), ψ'(y), yψ'(y) − 1, ψ''(x) − ψ''(x + d) and ψ''(d) with y = x + 2
STEPS = (
    ("trigamma_drop", 0, 1),
    ("const", 2.0),
    ("add", 0, 3),
    ("trigamma", 4),
    ("tetragamma", 1),
    ("x_trigamma_minus_1", 4),
    ("tetragamma_drop", 0, 1),
)
WHOLE = Tape(("t0", "t1"), STEPS, (2, 5, 7, 8, 6))


def wanted(x: np.ndarray, d: np.ndarray) -> list[np.ndarray]:
    own = special_functions
    return [
        own.trigamma_drop(x, d),
        own.trigamma(x + 2),
        own.x_trigamma_minus_1(x + 2),
        own.tetragamma_drop(x, d),
        own.tetragamma(d),
    ]


@pytest.mark.parametrize("outputs", [(0, 1, 2, 3, 4), (3,), (2, 0), (4, 1)])
def test_a_part_of_a_tape_computes_some_of_its_outputs(outputs):
    x, d = np.random.default_rng(1).uniform(0.1, 5.0, (2, 40))
    found = tape.run(tape.part(WHOLE, outputs), x, d)
    for number, value in zip(outputs, found, strict=True):
        np.testing.assert_allclose(value, wanted(x, d)[number], rtol=1e-13)


def test_a_part_has_no_step_that_it_does_not_need():
    assert tape.part(WHOLE, (3,)).steps == (("tetragamma_drop", 0, 1),)
    names = [step[0] for step in tape.part(WHOLE, (1,)).steps]
    assert names == ["const", "add", "trigamma"]


def test_functions_of_the_same_operands_are_one_step():
    _, steps = WHOLE.program
    functions = [function for _, function, *_ in steps]
    assert functions.count(special_functions.drops) == 1
    assert functions.count(special_functions.polygammas) == 1
    assert len(steps) == 4
