"""Rows from a captured file, by the program's own formula, are those that the model answers with.

The oracle is a copy of the model that computes eagerly and returns its attentions.
"""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="make test-models")
pytest.importorskip("transformers", reason="make test-models")

import compute
from compute.heads import attention_rows
from compute.heads import head as heads
from tests.models.architectures import ARCHITECTURES, model_of, own_rows

# of a softmax in float32 over a few dozen logits of some tens
WITHIN = 1e-5
# these add terms to their logits that no attention function receives; for all others scale·qk and
# the stated terms are the whole logit, and a fitted bias would not hide a missing one
UNSTATED = {"Bloom", "Mpt", "DebertaV2", "XLNet", "MPNet"}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_row_is_the_models_own(name, tmp_path):
    model, inputs = model_of(name)
    captured = compute.capture(model, inputs)
    wanted = own_rows(name)
    assert wanted, "the oracle answers nothing"
    for kind, layers in wanted.items():
        part = captured.of_part(kind) if kind else captured
        path = part.save(tmp_path / ("heads.npz" if kind == "cross" else "heads.safetensors"))
        file = heads.load(str(path))
        assert (file.layers, file.heads) == (len(layers), len(layers[0]))
        for layer, own in enumerate(layers):
            for head in range(file.heads):
                found = attention_rows.rows(file, layer, head)
                assert np.abs(found - own[head].double().numpy()).max() < WITHIN, (
                    kind,
                    layer,
                    head,
                )
        assert part.difference < WITHIN
        assert part.verdict.startswith("model's own attention, ")
        assert any(call.inferred for call in part.calls) == (name in UNSTATED)


def test_the_rows_are_no_trivial_ones():
    """Rows that all are even would be right with any queries and keys."""
    for name in ARCHITECTURES:
        sharpest = max(float(rows.max()) for part in own_rows(name).values() for rows in part)
        assert sharpest > 0.4, name
