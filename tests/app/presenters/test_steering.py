"""The lumped key in words, on the canvas and in the panel of the family."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from app.presenters import flow_drawables, head_specification
from app.presenters.steering import lumped_note
from compute.families import manifold
from tests.app.parts.beside import scene_of
from tests.compute.steering import outputs

LAYER = outputs.random(5000, 6, 1.0)


def test_the_canvas_states_the_mass_of_the_lumped_key(tmp_path):
    family = f"attention:{outputs.written(tmp_path / 'out.npz', LAYER)}?output=1,4"
    p = -np.sort(-outputs.softmax(LAYER, LAYER.hidden[[1, 4]]), axis=1)
    said = lumped_note(family)
    assert said.startswith("One key stands for 905 other words: ") and "at “t1”, " in said
    # at least what the words beyond the 4,095 likeliest hold
    share = float(said.split(": ")[1].split(" %")[0]) / 100
    assert p[0, 4095:].sum() * 0.95 < share < 10 * p[0, 4095:].sum()
    notes = []
    others = dict.fromkeys(("set_field", "set_particles", "set_zeros"), lambda _: None)
    canvas = SimpleNamespace(set_note=notes.append, set_curve=lambda *_: None, **others)
    flow_drawables.clear_hidden(canvas, scene_of(family, tmp_path))
    assert notes[0] == said


@pytest.mark.parametrize("family", ["gaussian", "attention:bank"])
def test_other_families_have_none(family):
    assert lumped_note(family) == ""


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (None, "not verified: the file has no record of the model’s next-token rows"),
        (2e-6, "the model’s own next-token rows when it was captured, within 2e-06"),
        (0.3, "differs from the model’s own next-token rows by 0.3"),
    ],
)
def test_the_layer_is_verified_in_its_own_words(tmp_path, gap, words):
    more = {} if gap is None else {"output_verified": np.array([gap])}
    path = outputs.written(tmp_path / "out.npz", LAYER, **more)
    family = f"attention:{path}?output=1,4"
    assert head_specification.caveats(family) == (words,)
    assert words[1:] in head_specification.note(manifold(family), family)
