"""The output layer of models of PyTorch: it gives the model's own next-token rows."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="make test-models")
transformers = pytest.importorskip("transformers", reason="make test-models")

import compute
from app.cli.main import main
from compute.heads import output_file
from tests.models.architectures import IDS
from tests.models.test_capturing import TEXT, WORDS, folders  # noqa: F401

SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100}


def made(name, **more):
    torch.manual_seed(0)
    sizes = {**SIZES, **({"intermediate_size": 48} if name != "GPT2" else {}), **more}
    config = getattr(transformers, f"{name}Config")(**sizes)
    for kind in (f"{name}ForCausalLM", f"{name}LMHeadModel"):
        if hasattr(transformers, kind):
            return getattr(transformers, kind)(config).eval()
    raise AssertionError(name)


def rows(model):
    with torch.no_grad():
        return torch.softmax(model(IDS).logits[0].double(), dim=-1).numpy()


@pytest.mark.parametrize(
    ("name", "more", "scale"),
    [
        ("Llama", {}, 1.0),
        ("GPTNeoX", {}, 1.0),
        ("GPT2", {}, 1.0),
        ("Granite", {"logits_scaling": 8.0}, 1 / 8),
        ("Cohere", {"logit_scale": 0.25, "pad_token_id": 0}, 0.25),
    ],
)
def test_rows_of_the_layer_are_the_models_own(name, more, scale, tmp_path):
    model = made(name, **more)
    found = compute.capture(model, IDS, output=True)
    assert found.output.holds and found.output.difference < 1e-5
    assert found.output.layer.scale == pytest.approx(scale, rel=1e-5)
    assert compute.capture(model, IDS, output=True).output.holds, "hooks are removed"
    file = output_file.load(str(found.save(tmp_path / "out.safetensors")))
    np.testing.assert_allclose(np.exp(file.log_rows(file.hidden)), rows(model), atol=1e-5)
    assert len(file.tokens) == IDS.shape[1]


def test_a_softcap_after_the_layer_is_reported():
    model = made("Gemma2", final_logit_softcapping=1.0, head_dim=8, num_key_value_heads=4)
    with torch.no_grad():
        model.lm_head.weight *= 200
    found = compute.capture(model, IDS, output=True)
    assert not found.output.holds and "a softcap is not represented" in found.output.verdict


def test_files_without_an_output_layer_are_refused(folders, tmp_path, capsys):  # noqa: F811
    path = tmp_path / "out.safetensors"
    asked = ["capture", folders["Llama"], "--text", TEXT, "-o", str(path), "--output"]
    assert main(asked) == 2 and not path.exists()
    assert "has no weights 'lm_head.weight': --output needs" in capsys.readouterr().err


def test_a_model_without_an_output_layer_is_refused():
    model = transformers.LlamaModel(transformers.LlamaConfig(**SIZES, intermediate_size=48))
    with pytest.raises(ValueError, match="LlamaModel has no output layer over words"):
        compute.capture(model, IDS, output=True)


@pytest.mark.parametrize("tied", [False, True])
def test_the_command_saves_and_steers(folders, tmp_path, capsys, tied):  # noqa: F811
    folder, path = tmp_path / "model", tmp_path / "out.safetensors"
    shutil.copytree(folders["Llama"], folder)
    made("Llama", tie_word_embeddings=tied).save_pretrained(folder)
    asked = ["capture", str(folder), "--text", TEXT, "-o", str(path), "--output", "--json"]
    assert main(asked) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["output_verified"] < 1e-5 and said["words"] == 100
    file = output_file.load(str(path))
    assert file.words[: len(WORDS)] == tuple(WORDS) and file.words[-1] == "<99>"
    assert file.tokens[:2] == ("the", "trophy")
    assert main(["steer", str(path), "--from", "1", "--to", "4"]) == 0
