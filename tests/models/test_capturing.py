"""Captured beside rows: names, numbers, precision; what leaves a model as it was; refusals."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="make test-models")
transformers = pytest.importorskip("transformers", reason="make test-models")
tokenizers = pytest.importorskip("tokenizers", reason="make test-models")

import compute
from app.cli.main import main
from compute.capture import recorder
from compute.heads import attention_rows
from compute.heads import head as heads
from tests import ROOT
from tests.models.architectures import BASE, IDS, WINDOW, model_of

TEXT = "the trophy did not fit because it was too big"
WORDS = ["[PAD]", "[UNK]", *dict.fromkeys(TEXT.split()), "cat", "sat"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Models with a tokenizer of words, as transformers saves them."""
    split = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]")
    )
    split.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=split, unk_token="[UNK]", pad_token="[PAD]"
    )
    found = {}
    for name in ("Llama", "T5", "Mamba", "ViT", "Bert"):
        folder = tmp_path_factory.mktemp(name)
        if name == "Mamba":
            config = transformers.MambaConfig(
                vocab_size=100, hidden_size=32, num_hidden_layers=2, state_size=4
            )
            transformers.MambaModel(config).save_pretrained(folder)
        else:
            model_of(name)[0].save_pretrained(folder)
        if name != "Bert":
            tokenizer.save_pretrained(folder)
        found[name] = str(folder)
    return found


def test_a_model_is_left_as_it_was():
    model, inputs = model_of("Llama", attn_implementation="sdpa")
    model.train()
    compute.capture(model, inputs)
    assert model.training and model.config._attn_implementation == "sdpa"
    with pytest.raises(ValueError, match="cannot run on these inputs"):
        compute.capture(model, {"input_ids": IDS + 100})
    assert model.training and model.config._attn_implementation == "sdpa"


def test_a_part_that_is_frozen_stays_so():
    model, inputs = model_of("Llama")
    model.train()
    model.layers[1].eval()
    before = {name: part.training for name, part in model.named_modules()}
    compute.capture(model, inputs)
    assert before == {name: part.training for name, part in model.named_modules()}


@pytest.mark.parametrize("inputs", [None, 3, torch.tensor(5), {"nope": 1}, {"input_ids": 4}])
def test_inputs_that_are_none_are_refused(inputs):
    with pytest.raises(ValueError, match=r"inputs must be a text|cannot run on these inputs"):
        compute.capture(model_of("Llama")[0], inputs)


@pytest.mark.parametrize("sequence", [1.0, "0", None, True])
def test_a_sequence_is_a_whole_number(sequence):
    with pytest.raises(ValueError, match="sequence must be a whole number, got"):
        compute.capture(*model_of("Llama"), sequence=sequence)


def swin():
    torch.manual_seed(0)
    return transformers.SwinModel(
        transformers.SwinConfig(
            image_size=32,
            patch_size=4,
            embed_dim=32,
            depths=[1, 1],
            num_heads=[4, 4],
            window_size=4,
        )
    ).eval()


def test_of_several_pictures_the_one_is_kept_that_is_asked_for():
    model, pictures = swin(), torch.linspace(-9, 9, 2 * 3 * 32 * 32).sin().reshape(2, 3, 32, 32)
    both = compute.capture(model, {"pixel_values": pictures}, sequence=1)
    one = compute.capture(model, {"pixel_values": pictures[1:]})
    for found, wanted in zip(both.parts, one.parts, strict=True):
        assert np.allclose(found.arrays["q"], wanted.arrays["q"], atol=1e-6)
    with pytest.raises(ValueError, match="sequence must be from 0 to 1, got 2"):
        compute.capture(model, {"pixel_values": pictures}, sequence=2)


def test_a_window_is_chosen_though_later_layers_have_fewer():
    captured = compute.capture(swin(), {"pixel_values": torch.ones(1, 3, 32, 32)}, sequence=3)
    assert [call.windows for part in captured.parts for call in part.calls] == [4, 1]
    with pytest.raises(ValueError, match="sequence must be from 0 to 3, got 4"):
        compute.capture(swin(), {"pixel_values": torch.ones(1, 3, 32, 32)}, sequence=4)


def test_masks_are_kept_by_query_and_layer_and_a_window_is_seen():
    captured = compute.capture(*model_of("Gemma2"))
    seen = captured.arrays["mask"][:, 0]
    assert seen[1, 11].all() and seen[0, 11].sum() == 4
    assert captured.file.scale_of(0, 0) == pytest.approx(256**-0.5)
    assert captured.file.softcap_of(1, 3) == 2.0
    assert len(captured.head(0, 0, mask_of=11).k) == 4


def test_a_padded_batch_keeps_one_sequence_and_its_mask():
    model, _ = model_of("Bert")
    ids, mask = IDS.repeat(2, 1), torch.ones(2, 12)
    mask[1, 8:] = 0
    captured = compute.capture(model, {"input_ids": ids, "attention_mask": mask}, sequence=1)
    assert captured.arrays["mask"].reshape(-1).tolist() == [True] * 8 + [False] * 4
    assert captured.difference < 1e-5
    with pytest.raises(ValueError, match="sequence must be from 0 to 1, got 2"):
        compute.capture(model, {"input_ids": ids}, sequence=2)


def test_a_model_in_bfloat16_says_so_and_is_stored_as_it_is(tmp_path):
    model, inputs = model_of("Llama")
    captured = compute.capture(model.to(torch.bfloat16), inputs)
    assert captured.holds.all() and captured.verdict.endswith("computed in bfloat16")
    wide = heads.load(str(captured.save(tmp_path / "wide.npz")))
    half = heads.load(str(captured.save(tmp_path / "half.safetensors")))
    assert np.array_equal(wide.q, half.q) and half.q.dtype == np.float32
    assert np.array_equal(half.q, captured.arrays["q"])


def test_what_is_no_softmax_is_said(monkeypatch):
    """A model whose own attention squares its weights is captured, and its rows are called others."""
    from transformers.models.llama import modeling_llama

    eager = modeling_llama.eager_attention_forward

    def squared(module, query, key, value, attention_mask, scaling, **others):
        _, weights = eager(module, query, key, value, attention_mask, scaling, **others)
        return (weights**2 @ value.repeat_interleave(2, 1)).transpose(1, 2), weights**2

    monkeypatch.setattr(modeling_llama, "eager_attention_forward", squared)
    captured = compute.capture(*model_of("Llama"))
    assert not captured.holds.any()
    assert re.match(r"differs by 0\.\d+: ", captured.verdict)
    assert captured.verified.min() > 0.1


def test_what_an_attention_adds_unsaid_is_found_in_its_logits(monkeypatch):
    from transformers.models.llama import modeling_llama

    def leaning(module, query, key, value, attention_mask, scaling, **others):
        key, value = (part.repeat_interleave(2, 1) for part in (key, value))
        logits = query @ key.transpose(2, 3) * scaling + attention_mask
        logits = logits + torch.arange(12) / 3
        weights = torch.nn.functional.softmax(logits, dim=-1)
        return (weights @ value).transpose(1, 2), weights

    monkeypatch.setattr(modeling_llama, "eager_attention_forward", leaning)
    captured = compute.capture(*model_of("Llama"))
    assert captured.difference < 1e-5
    assert "its bias was inferred as logits − scale·qk" in captured.verdict
    seen = captured.arrays["mask"][0, 0, 11]
    bias = captured.arrays["bias"][0, 0, 11]
    assert seen.all() and np.allclose(bias - bias[0], np.arange(12) / 3, atol=1e-5)


def test_attention_in_chunks_is_named_as_not_seen():
    """The encoder of LED attends in chunks that overlap: no row of it lies in one product."""
    sizes = {f"{half}_{what}": n for half in ("encoder", "decoder")
             for what, n in (("layers", 2), ("attention_heads", 4), ("ffn_dim", 64))}  # fmt: skip
    config = transformers.LEDConfig(
        vocab_size=100, d_model=64, attention_window=4, max_encoder_position_embeddings=64,
        max_decoder_position_embeddings=64, decoder_start_token_id=2, **sizes,
    )  # fmt: skip
    model = transformers.LEDModel(config)
    captured = compute.capture(model, {"input_ids": IDS, "decoder_input_ids": IDS[:, :5]})
    assert captured.unseen == ("encoder.layers.*.self_attn",)
    with pytest.raises(ValueError, match=r"part must name one of decoder.*, got 'encoder'"):
        captured.of_part("encoder")
    assert compute.capture(*model_of("Bart")).unseen == ()


def test_a_sink_that_scales_the_output_is_in_the_rows():
    """This model returns weights without its sink, whose share its output lacks."""
    torch.manual_seed(0)
    model = transformers.GraniteSWAModel(transformers.GraniteSWAConfig(**WINDOW)).eval()
    mixed = []
    for layer in model.layers:
        torch.nn.init.normal_(layer.self_attn.sinks)
        layer.self_attn.o_proj.register_forward_pre_hook(lambda m, given: mixed.append(given[0]))
    captured = compute.capture(model, {"input_ids": IDS})
    assert captured.file.sinks is not None and captured.difference < 1e-5
    for layer, output in enumerate(mixed):
        for head in range(4):
            rows = attention_rows.rows(captured.file, layer, head)
            found = rows @ captured.file.v[layer, head]
            wanted = output[0, :, 16 * head : 16 * head + 16].detach().numpy()
            assert np.abs(found - wanted).max() < 1e-5


def test_a_scale_of_each_head_is_kept_beside_its_bias():
    """This model divides by no √d: each head has a factor of its own, and a bias of its positions."""
    torch.manual_seed(0)
    model = transformers.Swinv2Model(
        transformers.Swinv2Config(
            image_size=16, patch_size=4, embed_dim=32, depths=[1], num_heads=[4], window_size=2
        )
    ).eval()
    (own,) = (m for name, m in model.named_modules() if name.endswith("attention.self"))
    torch.nn.init.normal_(own.logit_scale, 1.5)
    picture = torch.linspace(-9, 9, 3 * 16 * 16).sin().reshape(1, 3, 16, 16)
    captured = compute.capture(model, {"pixel_values": picture})
    rows = []
    own.register_forward_hook(lambda module, given, found: rows.append(found[1][0]))
    with torch.no_grad():
        model(picture, output_attentions=True)
    scales = own.logit_scale.exp().reshape(-1).detach().numpy()
    assert np.allclose(captured.arrays["scale"], scales) and np.ptp(scales) > 1
    assert captured.verdict.endswith("of one of 4 windows that it attends in")
    for head in range(4):
        found = attention_rows.rows(captured.file, 0, head)
        assert np.abs(found - rows[-1][head].numpy()).max() < 1e-5


def test_texts_are_captured_one_at_a_time(folders):
    with pytest.raises(ValueError, match="one text is captured at a time"):
        compute.capture(folders["Llama"], [TEXT, TEXT])


def test_more_keys_than_the_program_knows_are_refused(monkeypatch):
    monkeypatch.setattr(recorder, "MOST_KEYS", 11)
    with pytest.raises(ValueError, match="at most 11 keys are captured, got 12"):
        compute.capture(*model_of("Llama"))


def test_own_rows_are_left_out_where_they_are_large(monkeypatch):
    model, inputs = model_of("Llama")
    monkeypatch.setattr(recorder, "MOST_OWN", 3000)
    captured = compute.capture(model, inputs)
    assert captured.file.attention is None and captured.difference < 1e-5
    assert compute.capture(model, inputs, attention=True).file.attention is not None


def test_a_captured_head_is_a_manifold_of_its_own():
    captured = compute.capture(*model_of("Bert"))
    manifold = captured.manifold(0, 1, tokens="1,5,9")
    row = manifold.density(manifold.landmarks.theta[5], None)
    assert np.abs(row - captured.arrays["attention"][0, 1, 5]).max() < 1e-5


def test_the_command_writes_a_file_that_the_program_opens(folders, tmp_path, capsys):
    path = tmp_path / "heads.safetensors"
    assert main(["capture", folders["Llama"], "--text", TEXT, "-o", str(path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["tokens"] == TEXT.split() and (said["layers"], said["heads"]) == (2, 4)
    assert said["verified"] < 1e-5 and said["file"] == str(path)
    file = heads.load(str(path))
    assert file.tokens == tuple(TEXT.split()) == file.key_tokens
    assert attention_rows.difference(file, 1, 2, attention_rows.rows(file, 1, 2)) < 1e-5


def test_the_command_names_the_parts_of_a_model_with_several(folders, tmp_path, capsys):
    path = str(tmp_path / "heads.npz")
    given = ["capture", folders["T5"], "--text", TEXT, "--target", "the cat sat", "-o", path]
    assert main([*given, "--part", "cross"]) == 0
    out = capsys.readouterr().out
    assert "EncDecAttention" in out and "also has" in out
    file = heads.load(path)
    assert file.tokens == ("the", "cat", "sat") and file.key_tokens == tuple(TEXT.split())
    assert main([*given, "--part", "third"]) == 2
    assert "part must name one of encoder.block" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("model", "text", "words"),
    [
        ("Mamba", TEXT, "MambaModel has no attention that can be seen"),
        ("ViT", TEXT, "ViTModel takes pixel_values and no text"),
        ("Bert", TEXT, "a text needs a tokenizer, and none was given"),
        ("Llama", "cat " * 65, "input_ids has 65 tokens, and the model takes at most 64"),
        ("Llama", " ", "the text must not be empty"),
        ("./nowhere", TEXT, "there is no model folder './nowhere'"),
        ("model.pt", TEXT, "compute.capture(model, inputs)"),
    ],
)
def test_the_command_refuses_in_one_line(folders, tmp_path, capsys, model, text, words):
    path = tmp_path / "heads.npz"
    assert main(["capture", folders.get(model, model), "--text", text, "-o", str(path)]) == 2
    err = capsys.readouterr().err
    assert words in err and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_fused_kernels_are_named_with_the_setting():
    class Fused(torch.nn.Module):
        config = transformers.PretrainedConfig()

        def forward(self, input_ids):
            return input_ids

    Fused.config._attn_implementation_internal = "flash_attention_2"
    with pytest.raises(ValueError, match=r"flash_attention_2.*attn_implementation='eager'"):
        compute.capture(Fused(), IDS)


def test_a_folder_that_asks_for_fused_kernels_is_captured_without_them(folders, tmp_path):
    folder = shutil.copytree(folders["Llama"], tmp_path / "fused")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["attn_implementation"] = "flash_attention_2"
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    assert compute.capture(str(folder), TEXT).difference < 1e-5


def test_attention_that_is_not_followed_is_named():
    model = transformers.LongformerModel(
        transformers.LongformerConfig(**{**BASE, "attention_window": [4, 4], "pad_token_id": 1})
    )
    with pytest.raises(ValueError, match=r"weighs values in encoder\.layer\.\*\.attention"):
        compute.capture(model, IDS)


def test_the_recipe_of_the_page_captures(folders, tmp_path, monkeypatch):
    (code,) = re.findall(
        r"<!-- recipe -->\n```python\n(.*?)```",
        (ROOT / "docs" / "heads.md").read_text("utf-8"),
        re.DOTALL,
    )
    monkeypatch.chdir(tmp_path)
    exec(code.replace('"FOLDER"', "FOLDER"), {"FOLDER": folders["Llama"], "text": TEXT})
    file = heads.load("head.safetensors")
    assert attention_rows.difference(file, 0, 0, attention_rows.rows(file, 0, 0)) < 1e-5
