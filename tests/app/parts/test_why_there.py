"""Why a token attends to a key: the bars follow A, and add up to the logit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.model import scene_file
from app.model.scene import Pin
from app.parts.why_there import NO_HEAD, NO_TOKEN, WhyTherePart
from app.views.interface.events import PanelShown
from app.views.interface.why_there import KeyAsked
from compute.heads.head import load
from tests.app.parts.beside import CAT, Beside, scene_of


def test_bars_add_up_to_the_logit_of_the_key(tmp_path):
    made = Beside(WhyTherePart, scene_of(CAT, tmp_path))
    state = made.hear(PanelShown("Why there", True))
    assert state.keys[0] == "23 mat: 0.819" and state.key == 23 and len(state.values) == 13
    cat = load("cat")
    q, k = (a[3, 5].astype(float) for a in (cat.q, cat.k))
    logits = k @ q[32] / 8
    assert state.values.sum() == pytest.approx(logits[23] - logits.mean())
    assert f"is {logits[23] - logits.mean():.2f} above the mean" in state.words
    other = made.hear(KeyAsked(0, "dimensions"))
    assert other.values.sum() == pytest.approx(logits[0] - logits.mean())


def test_the_metric_is_split_by_keys(tmp_path):
    made = Beside(WhyTherePart, scene_of(CAT, tmp_path))
    made.hear(PanelShown("Why there", True))
    state = made.hear(KeyAsked(-1, "metric"))
    assert state.values.sum() == pytest.approx(1.0) and "trace of g" in state.words
    assert list(state.values[:-1]) == sorted(state.values[:-1], reverse=True)


def test_it_says_when_there_is_no_row(tmp_path):
    assert (
        Beside(WhyTherePart, scene_file.load("gaussian")).hear(PanelShown("Why there", True)).note
        == NO_HEAD
    )
    made = Beside(WhyTherePart, scene_of(CAT, tmp_path))
    made.hear(PanelShown("Why there", True))
    scene = made.part.context.store.scene
    moved = replace(scene, start=Pin((0.0, 0.0)))
    made.part.context.store.update(moved)
    made.part.on_scene(scene, moved)
    assert made.states[-1].note == NO_TOKEN and np.size(made.states[-1].values) == 0
