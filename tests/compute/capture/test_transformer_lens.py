"""Caches of TransformerLens, as mappings of arrays and of objects like its tensors."""

from __future__ import annotations

import json

import numpy as np
import pytest

import compute
from app.cli.main import main
from app.presenters import head_specification
from compute.capture import head_writer
from compute.heads import attention_rows, hooked_cache
from compute.heads import head as heads
from compute.heads.verification import verification

BATCH, M, H, D = 2, 6, 4, 8


class Tensor:
    """The part of a tensor's interface that is used; with ``value``, as nnsight saves one."""

    def __init__(self, values):
        self.values = values
        self.dtype = f"torch.{values.dtype}"

    def detach(self):
        return self

    cpu = detach

    def numpy(self):
        return self.values


class Saved:
    def __init__(self, values):
        self.value = Tensor(values)


def turned(x, by):
    """Rotary positions: pairs of numbers turned by the position."""
    angle = by * np.arange(x.shape[1])[None, :, None, None]
    a, b = x[..., ::2], x[..., 1::2]
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([a * c - b * s, a * s + b * c], axis=-1).reshape(x.shape)


def cache(scale=D**-0.5, rotary=False, shared=H, causal=True, wrap=lambda x: x):
    """Two layers with their patterns by the definition."""
    random = np.random.default_rng(3)
    found, patterns = {}, []
    for layer in range(2):
        q = 2 * random.normal(size=(BATCH, M, H, D))
        k, v = (random.normal(size=(BATCH, M, shared, D)) for _ in range(2))
        met = {"q": q, "k": k}
        if rotary:
            met = {"q": turned(q, 0.7), "k": turned(k, 0.7)}
        keys = np.repeat(met["k"], H // shared, axis=2)
        logits = scale * np.einsum("bmhd,bnhd->bhmn", met["q"], keys)
        if causal:
            logits = np.where(np.tri(M, dtype=bool), logits, -np.inf)
        with np.errstate(under="ignore"):
            e = np.exp(logits - logits.max(axis=-1, keepdims=True))
        patterns.append(e / e.sum(axis=-1, keepdims=True))
        held = {"q": q, "k": k, "v": v, "pattern": patterns[-1]}
        if rotary:
            held |= {"rot_q": met["q"], "rot_k": met["k"]}
        for name, x in held.items():
            found[f"blocks.{layer}.attn.hook_{name}"] = wrap(x.astype(np.float32))
        found[f"blocks.{layer}.hook_resid_pre"] = wrap(np.zeros((BATCH, M, 9), np.float32))
    return found, patterns


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"causal": False},
        {"scale": 0.11},
        {"shared": 2},
        {"rotary": True},
        {"wrap": Tensor},
        {"wrap": Saved},
    ],
    ids=str,
)
def test_rows_are_the_pattern(options):
    given, patterns = cache(**options)
    captured = compute.from_transformer_lens(given, ["<s>", "a", "b", "c", "d", "e"], sequence=1)
    assert captured.difference < 1e-5 and captured.layer_numbers == (0, 1)
    assert captured.file.tokens[0] == "<s>" and captured.file.scale_of(0, 0) == pytest.approx(
        options.get("scale", D**-0.5), rel=1e-5
    )
    for layer, pattern in enumerate(patterns):
        for head in range(H):
            rows = attention_rows.rows(captured.file, layer, head)
            assert np.abs(rows - pattern[1, head]).max() < 1e-5


def test_queries_before_their_positions_are_said_to_differ():
    given, _ = cache(rotary=True)
    for name in [name for name in given if "rot_" in name]:
        del given[name]
    captured = compute.from_transformer_lens(given)
    assert captured.verified.max() > 0.05 and not captured.holds.any()
    assert captured.verdict.startswith("differs by 0.")
    assert "lack rotary positions" in captured.verdict


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: [c.pop(f"blocks.{i}.attn.hook_k") for i in range(2)], "must contain"),
        (lambda c: c.update({"blocks.0.attn.hook_q": np.ones(3)}), "axes"),
        (lambda c: c.update({"blocks.1.attn.hook_pattern": np.ones((2, 4, 3, 3))}), "shape"),
    ],
)
def test_a_cache_that_lacks_something_is_refused(change, words):
    given, _ = cache()
    change(given)
    with pytest.raises(ValueError, match=words):
        compute.from_transformer_lens(given)


def test_what_is_no_cache_is_refused():
    with pytest.raises(ValueError, match="cache must map names"):
        compute.from_transformer_lens(np.ones(3))


def written(tmp_path, given, kind):
    """A cache in a file, as people save it."""
    path = tmp_path / f"cache{kind}"
    if kind == ".npz":
        np.savez(path, **given)
    else:
        head_writer.write(path, given, {})
    return str(path)


@pytest.mark.parametrize("kind", [".npz", ".safetensors"])
@pytest.mark.parametrize("options", [{}, {"scale": 0.11}, {"shared": 2}, {"rotary": True}], ids=str)
def test_a_cache_in_a_file_opens_as_it_is(tmp_path, kind, options):
    given, patterns = cache(**options)
    path = written(tmp_path, given, kind)
    for sequence in range(BATCH):
        file = heads.load(path, heads.Names(batch=sequence))
        assert (file.layers, file.heads, file.layer_numbers) == (2, H, (0, 1))
        for layer, pattern in enumerate(patterns):
            for head in range(H):
                rows = attention_rows.rows(file, layer, head)
                assert np.abs(rows - pattern[sequence, head]).max() < 1e-5
    words = head_specification.caveats(f"attention:{path}?batch=1&layer=1")
    assert (
        "has 2 sequences, and this is batch=1" in words[0]
        and "the model’s own attention" in words[-1]
    )


def test_a_cache_in_a_file_says_what_it_lacks(tmp_path):
    given, _ = cache(rotary=True)
    unrotated = {n: x for n, x in given.items() if "rot_" not in n}
    found = verification(heads.load(written(tmp_path, unrotated, ".npz")), 0, 0)
    assert found.gap > 0.05 and "may lack rotary positions" in found.words
    bare = {n: x[0] for n, x in given.items() if "pattern" not in n}
    found = verification(heads.load(written(tmp_path, bare, ".npz")), 0, 0)
    assert found.words.startswith("not verified") and "1/√d is assumed" in found.words


def test_a_sequence_that_a_file_has_not_is_refused(tmp_path):
    path = written(tmp_path, cache()[0], ".npz")
    with pytest.raises(ValueError, match="sequence of a batch must be from 0 to 1, got 2"):
        heads.load(path, heads.Names(batch=2))
    with pytest.raises(ValueError, match=r"batch of .* must be from 0 to 0, got 1"):
        heads.load("bank", heads.Names(batch=1))
    small = {n: x.astype(np.int64) for n, x in cache()[0].items()}
    with pytest.raises(ValueError, match="must be floats"):
        heads.load(written(tmp_path, small, ".npz"))


def test_a_large_cache_is_read_by_its_hooks_alone(tmp_path, monkeypatch):
    path = written(tmp_path, cache()[0], ".npz")
    whole = heads.load(path)
    for module in (heads, hooked_cache):
        monkeypatch.setattr(module, "LARGE", 100)
    heads.read.cache_clear()
    assert np.array_equal(heads.load(path).q, whole.q)
    monkeypatch.setattr(heads, "MOST_BYTES", 1000)
    heads.read.cache_clear()
    with pytest.raises(ValueError, match="save fewer layers"):
        heads.load(path)
    heads.read.cache_clear()


@pytest.mark.parametrize(
    ("hook", "shape"),
    [("hook_k", (BATCH, M, 8, D)), ("hook_k", (BATCH, M, 3, D)), ("hook_k", (BATCH, M, H, 5)),
     ("hook_v", (BATCH, 7, H, D))],
)  # fmt: skip
def test_hooks_that_do_not_fit_are_refused_in_one_line(hook, shape):
    found, _ = cache()
    found[f"blocks.1.attn.{hook}"] = np.ones(shape)
    with pytest.raises(ValueError, match=r"^blocks.1.attn: hook_q, hook_k and hook_v must fit"):
        compute.from_transformer_lens(found)


def test_an_empty_batch_and_a_cache_of_no_whole_layer_are_named(tmp_path):
    found, _ = cache()
    with pytest.raises(ValueError, match=r"hook_q must not be empty, got shape \(0, 6, 4, 8\)"):
        compute.from_transformer_lens({name: x[:0] for name, x in found.items()})
    partial = {name: x for name, x in found.items() if not name.endswith("hook_v")}
    with pytest.raises(ValueError, match=r"hook_v of a layer, got only blocks.0.attn.hook_k, bl"):
        heads.load(written(tmp_path, partial, ".npz"))


@pytest.mark.parametrize("over", ["layers", "files"])
def test_a_token_s_path_is_of_the_sequence_that_is_asked_for(tmp_path, over, capsys):
    """Distances 2 arccos Σ√(pq) between the patterns of the second sequence, also of another cache."""
    given, patterns = cache()
    source = written(tmp_path, given, ".npz")
    later = {name: x[:, ::-1] if name.endswith("hook_q") else x for name, x in given.items()}
    later = {name: x for name, x in later.items() if not name.endswith("pattern")}
    np.savez(tmp_path / "later.npz", **later, mask=np.tri(M, dtype=bool))
    files = ["--files", str(tmp_path / "later.npz")] if over == "files" else []
    spec = f"attention:{source}?batch=1&layer=1&head=2"
    assert main(["layers", spec, "--token", "4", "--over", over, *files, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["distances"][0][1]
    if over == "files":
        q, k = later["blocks.1.attn.hook_q"][1, 4, 2], later["blocks.1.attn.hook_k"][1, :, 2]
        e = np.exp(k[:5] @ q / np.sqrt(D))
        one, other = patterns[1][1, 2, 4], np.append(e / e.sum(), 0.0)
    else:
        one, other = patterns[1][1, 2, 4], patterns[0][1, 2, 4]
    assert found == pytest.approx(2 * np.arccos(np.sqrt(one * other).sum()), abs=1e-5)
