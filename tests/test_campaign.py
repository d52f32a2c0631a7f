"""Random pairs of every family: nothing is called OK that is wrong, and nothing raises."""

from __future__ import annotations

import numpy as np
import pytest

from tests.campaign import FAMILIES, kinds, tried

PAIRS = {"gpu": 96, "reference": 6}
CASES = [(family, kind) for family in FAMILIES for kind in kinds(family)]


@pytest.mark.parametrize(("family", "kind"), CASES)
def test_a_length_that_is_called_ok_is_right(family, kind, engine):
    tally = tried(engine, family, kind, PAIRS[engine.name], np.random.default_rng(1))
    assert (tally.wrong, tally.exceptions) == (0, 0), tally.examples


@pytest.mark.parametrize("family", ["gaussian", "gamma", "attention:bank"])
def test_near_points_are_all_found(family, engine):
    tally = tried(engine, family, "near", PAIRS[engine.name], np.random.default_rng(2))
    assert tally.statuses == {"OK": tally.pairs}
