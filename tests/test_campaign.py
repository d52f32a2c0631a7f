"""Random pairs of every family: nothing wrong is called OK, and nothing raises."""

from __future__ import annotations

import numpy as np
import pytest

from tests.campaign import FAMILIES, kinds, tried

PAIRS = {"gpu": 96, "reference": 3}
CASES = [(family, kind) for family in FAMILIES for kind in kinds(family)]
# averaged over samples: the campaign's own integrator takes a second a pair, and float64 several
SLOW = {"mixture_wm": 8, "mixture_mm": 8}


@pytest.mark.gpu
@pytest.mark.parametrize(("family", "kind"), CASES)
def test_a_length_that_the_gpu_calls_ok_is_right(family, kind, gpu_engine):
    _check(gpu_engine, family, kind)


@pytest.mark.parametrize(("family", "kind"), [case for case in CASES if case[0] not in SLOW])
def test_a_length_that_the_reference_calls_ok_is_right(family, kind, reference_engine):
    _check(reference_engine, family, kind)


def _check(engine, family, kind):
    pairs = SLOW.get(family, PAIRS[engine.name])
    tally = tried(engine, family, kind, pairs, np.random.default_rng(1))
    assert (tally.wrong, tally.exceptions) == (0, 0), tally.examples


@pytest.mark.parametrize("family", ["gaussian", "gamma", "attention:bank"])
def test_near_points_are_all_found(family, engine):
    tally = tried(engine, family, "near", PAIRS[engine.name], np.random.default_rng(2))
    assert tally.statuses == {"OK": tally.pairs}
