"""Attention of PyTorch models that call the fused function, by whatever name."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="make test-models")

from torch.nn.functional import scaled_dot_product_attention as imported_by_name

import compute
from compute.heads import attention_rows


def tensors(heads=4, shared=4, m=5, n=7, d=8):
    torch.manual_seed(1)
    return tuple(
        3 * torch.randn(1, count, length, d)
        for count, length in ((heads, m), (shared, n), (shared, n))
    )


def softmax(q, k, scale, added):
    """The rows that the definition gives, in float64."""
    k = k.repeat_interleave(q.shape[1] // k.shape[1], 1)
    return torch.softmax(q.double() @ k.double().transpose(2, 3) * scale + added, -1)[0].numpy()


@pytest.mark.parametrize("kind", ["plain", "causal", "bool", "bias", "scale", "shared"])
def test_each_argument_of_the_call_is_kept(kind):
    q, k, v = tensors(shared=2 if kind == "shared" else 4)
    added, scale, options = torch.zeros(5, 7), 8**-0.5, {}
    if kind == "causal":
        options, added = {"is_causal": True}, torch.full((5, 7), -torch.inf).triu(1)
    if kind == "bool":
        options = {"attn_mask": (torch.arange(7) < 4).expand(5, 7)}
        added = torch.where(options["attn_mask"], 0.0, -torch.inf)
    if kind == "bias":
        options = {"attn_mask": torch.randn(4, 5, 7)}
        added = options["attn_mask"]
    if kind == "scale":
        options, scale = {"scale": 0.07}, 0.07
    if kind == "shared":
        options = {"enable_gqa": True}
    with compute.capture_sdpa() as captured:
        imported_by_name(q, k, v, **options)
    found = captured.heads()
    wanted = softmax(q, k, scale, added)
    for head in range(4):
        assert np.abs(attention_rows.rows(found.file, 0, head) - wanted[head]).max() < 1e-5
    assert found.difference < 1e-5


@pytest.mark.parametrize("need_weights", [True, False])
def test_layers_of_pytorch_itself_are_seen(need_weights):
    torch.manual_seed(0)
    attention = torch.nn.MultiheadAttention(32, 4, batch_first=True).eval()
    x = 3 * torch.randn(1, 6, 32)
    with torch.no_grad(), compute.capture_sdpa() as captured:
        _, own = attention(x, x, x, need_weights=need_weights, average_attn_weights=False)
    (call,) = captured.heads().calls
    if need_weights:
        assert np.abs(np.stack([call.rows(h) for h in range(4)]) - own[0].numpy()).max() < 1e-5
    assert captured.verified.max() < 1e-5


def test_an_encoder_is_captured_layer_by_layer_with_its_modules_names(tmp_path):
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
    model = torch.nn.TransformerEncoder(layer, 3).eval()
    with torch.no_grad(), compute.capture_sdpa(model) as captured:
        model(torch.randn(1, 6, 32))
    found = captured.heads(tokens=list("abcdef"))
    assert (found.layers, found.heads, found.part) == (3, 4, "layers.*.self_attn")
    assert found.file.key_tokens == tuple("abcdef")
    captured.save(tmp_path / "heads.npz")


def test_nothing_is_changed_afterwards_and_no_call_is_refused():
    before = torch.nn.functional.scaled_dot_product_attention
    with compute.capture_sdpa() as captured:
        pass
    assert torch.nn.functional.scaled_dot_product_attention is before
    imported_by_name(*tensors())
    with pytest.raises(ValueError, match="scaled_dot_product_attention was not called"):
        captured.heads()
