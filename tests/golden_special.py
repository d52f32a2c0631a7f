"""Golden values of special functions, relative and element by element, on both engines."""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.definitions import special_functions
from compute.gpu.probe import evaluate
from compute.requests.engine import Engine

# golden names of functions → names in the program
NAMES = {
    "polygamma": {
        name: name for name in ("trigamma", "tetragamma", "pentagamma", "x_trigamma_minus_1")
    },
    "bessel_ratio": {"A": "bessel_ratio", "dA": "bessel_ratio_slope"},
}


def check(case: dict[str, Any], engine: Engine, tolerance: float) -> None:
    """AssertionError where a value misses by more than its share."""
    x = np.array(case["inputs"]["x"], dtype=float)
    for name, expected in case["expected"].items():
        function = NAMES[case["kind"]][name]
        found = _on(engine, function, x)
        miss = np.max(np.abs(found / np.array(expected) - 1))
        assert miss <= tolerance, f"{name} misses by {miss:.2e}"


def _on(engine: Engine, function: str, x: np.ndarray) -> np.ndarray:
    if engine.name == "reference":
        return special_functions.FUNCTIONS[function](x)
    session = engine.session  # type: ignore[attr-defined]
    return evaluate(
        session, f"{function}(x)", "//!include lib/special.wgsl\n", x=x.astype(np.float32)
    )
