"""A few of the random formulas of `tests.fuzz_formulas`, which tries thousands."""

from __future__ import annotations

import numpy as np
import pytest

from compute import custom_family
from compute.custom import derivation
from tests.fuzz_formulas import INTERNAL, Outcome, Writer, judge, tried

COUNT = 24


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    # the process that derives is started before the clock runs
    custom_family({"coordinates": ["u", "v"], "metric": ["1", "0", "1"]})
    with pytest.MonkeyPatch.context() as brief, np.errstate(all="raise", under="ignore"):
        brief.setattr(derivation, "SECONDS", 1.0)
        return [tried(2, number, 0.2) for number in range(COUNT)]


def test_random_formulas_are_families_or_are_refused_in_one_sentence_soon(outcomes):
    assert [(o.number, o.stated, o.wrong) for o in outcomes if o.wrong] == []


def test_there_are_families_and_refusals_of_all_kinds(outcomes):
    endings = [outcome.ending for outcome in outcomes]
    assert len(endings) - endings.count("refused") > COUNT / 8
    assert endings.count("refused") > COUNT / 8
    for kind in ("metric", "potential", "log_density"):
        assert any(kind in outcome.stated for outcome in outcomes)


def test_a_definition_is_written_again_by_its_number():
    assert Writer(3, 4).definition() == Writer(3, 4).definition() != Writer(3, 5).definition()


@pytest.mark.parametrize(
    ("words", "seconds", "wrong"),
    [
        ("this divides by zero, at column 1 of g11: 'theta1/0'", 0.1, ""),
        ("sign(theta1) is neither a coordinate nor a known function", 0.1, "internal"),
        ("velocity must be finite, got [nan, nan]", 0.1, "internal"),
        ("one line\nand another", 0.1, "one sentence"),
        ("long" * 100, 0.1, "one sentence"),
        ("", 11.0, "slow"),
    ],
)
def test_what_must_not_be_is_noted(words, seconds, wrong):
    outcome = Outcome(0, {}, words=words, seconds={"family": seconds})
    judge(outcome)
    assert bool(outcome.wrong) == bool(wrong) and wrong in " ".join(outcome.wrong)
    assert INTERNAL.search("tuple.index(x): x not in tuple")
