"""All that the canvas draws stands out from every colour map, in both themes and in print."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from app.model.colormaps import COLORMAPS
from app.views.interface.theme import DARK, LIGHT, rgba
from tests.contrast import luminance
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


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_colours_of_groups_differ_and_stand_out_from_their_casing(theme):
    colours = [*theme.groups, theme.mark, theme.casing]
    assert len(set(colours)) == len(theme.groups) + 2
    pixels = np.array([rgba(colour)[:3] for colour in colours]) * 255.0
    light = luminance(pixels.round().astype(np.uint8))
    ratio = (np.maximum(light[:-1], light[-1]) + 0.05) / (np.minimum(light[:-1], light[-1]) + 0.05)
    assert (ratio >= LEAST).all()
    assert theme.group(-1) == theme.mark
    assert theme.group(len(theme.groups)) == theme.group(0)
