"""All that the canvas draws stands out from every colour map, in both themes and in print."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app.model.colormaps import COLORMAPS
from tests.exporting import environment

# the least contrast for graphical objects, and for words, by WCAG 2.2 (1.4.11 and 1.4.3)
LEAST, LEAST_OF_WORDS = 3.0, 4.5


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, dict[str, float]]]:
    """Return theme → colour map → what is drawn → the least contrast, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.contrast"],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, dict[str, float]]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("theme", ["dark", "light", "print"])
def test_everything_has_a_contrast_of_three_on_every_map(measured, theme):
    found = measured[theme]
    assert {*COLORMAPS} < found.keys()
    weak = {
        (colormap, name): contrast
        for colormap, things in found.items()
        for name, contrast in things.items()
        if contrast < (LEAST_OF_WORDS if "words" in name and "zeros" not in name else LEAST)
    }
    assert not weak
