"""Every golden case that the program can compute, on every engine.

``pytest tests/test_golden.py --golden DIR --engine gpu|reference`` runs any folder of such files.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests import golden_distances, golden_special
from tests.golden_cases import KINDS, manifold_of

# what golden files hold beyond what is built: named, so that nothing is passed over in silence
NOT_YET = {
    "families": {"flat"},
    "kinds": {
        # as rates and orders: tests/compute/flow/test_flow.py
        "scalar_heat_eigenmode", "vector_heat_eigenmode",
        "seed_literal_fourier_growth",
    },
}  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    folder = Path(metafunc.config.getoption("--golden"))
    files = sorted(folder.glob("*.json"))
    if not files:
        raise pytest.UsageError(f"--golden must be a folder of golden files, got {folder}")
    cases = [case for file in files for case in json.loads(file.read_text("utf-8"))["cases"]]
    chosen = [
        case
        for case in cases
        if case["family"] not in NOT_YET["families"] and case["kind"] not in NOT_YET["kinds"]
    ]
    metafunc.parametrize("case", chosen, ids=[case["id"] for case in chosen])


def test_golden(case, engine):
    if case["kind"] in golden_special.NAMES:
        key = "tol_f64" if engine.name == "reference" else "tol_f32"
        golden_special.check(case, engine, case[key])
        return
    if case["kind"] in golden_distances.KINDS:
        found = golden_distances.KINDS[case["kind"]](case, engine)
    else:
        found = KINDS[case["kind"]](case, manifold_of(case), engine)
    tolerance = case["tol_f64" if engine.name == "reference" else "tol_f32"]
    wanted = case["expected"]
    assert wanted
    for name, value in wanted.items():
        assert name in found, f"{name} is not computed"
        miss = np.max(np.abs(np.asarray(found[name]) - np.asarray(value)))
        assert miss <= tolerance * case["scale"][name], f"{name} misses by {miss:.2e}"
