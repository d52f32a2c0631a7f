"""The recipe of docs/heads.md, run as it is printed there on a small model with the same hooks."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np

from compute.families import manifold as manifold_of
from compute.heads import head as heads
from tests import ROOT

DOCUMENT = ROOT / "docs" / "heads.md"
LAYERS, HEADS, D = 3, 2, 4
WIDTH = HEADS * D
WORDS = ["[CLS]", "a", "small", "model", "[SEP]"]


class Tensor:
    """As much of a tensor as the recipe asks for."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def __getitem__(self, index: int) -> Tensor:
        return Tensor(self.values[index])

    def __len__(self) -> int:
        return len(self.values)

    def detach(self) -> Tensor:
        return self

    float = cpu = detach

    def numpy(self) -> np.ndarray:
        return self.values


class Linear:
    """y = xW with forward hooks, called as hook(module, args, output)."""

    def __init__(self, random: np.random.Generator) -> None:
        self.weight = random.normal(size=(WIDTH, WIDTH)).astype(np.float32)
        self.hooks = []

    def register_forward_hook(self, hook) -> None:
        self.hooks.append(hook)

    def __call__(self, x: Tensor) -> Tensor:
        out = Tensor(x.values @ self.weight)
        for hook in self.hooks:
            hook(self, (x,), out)
        return out


class Model:
    """Layers of softmax attention over a batch of one; keeps its own attention rows."""

    def __init__(self) -> None:
        random = np.random.default_rng(7)
        self.config = SimpleNamespace(num_attention_heads=HEADS)
        self.table = random.normal(size=(len(WORDS), WIDTH)).astype(np.float32)
        self.encoder = SimpleNamespace(layer=[self._layer(random) for _ in range(LAYERS)])
        self.rows: list[np.ndarray] = []

    def _layer(self, random: np.random.Generator) -> SimpleNamespace:
        parts = {name: Linear(random) for name in ("query", "key", "value")}
        return SimpleNamespace(attention=SimpleNamespace(self=SimpleNamespace(**parts)))

    def __call__(self, input_ids: Tensor) -> None:
        x = Tensor(self.table[input_ids.values])
        for layer in self.encoder.layer:
            own = layer.attention.self
            q, k, v = (self._split(part(x)) for part in (own.query, own.key, own.value))
            weights = np.exp(q @ k.swapaxes(-1, -2) / np.sqrt(D))
            self.rows.append((weights / weights.sum(axis=-1, keepdims=True))[0])
            mixed = (self.rows[-1] @ v).swapaxes(1, 2).reshape(1, len(WORDS), WIDTH)
            x = Tensor((x.values + mixed) / 4)

    @staticmethod
    def _split(out: Tensor) -> np.ndarray:
        return out.values.reshape(1, len(WORDS), HEADS, D).swapaxes(1, 2)


class Tokenizer:
    """Words are numbered in their order."""

    def __call__(self, text: str, return_tensors: str) -> dict[str, Tensor]:
        assert (text, return_tensors) == ("a small model", "pt")
        return {"input_ids": Tensor(np.arange(len(WORDS))[None])}

    def convert_ids_to_tokens(self, ids: Tensor) -> list[str]:
        return [WORDS[int(i)] for i in ids.values]


def recipe() -> str:
    (code,) = re.findall(
        r"<!-- recipe -->\n```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL
    )
    return code


def test_the_recipe_saves_what_the_model_attends_with(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = Model()
    exec(recipe(), {"model": model, "tokenizer": Tokenizer(), "text": "a small model"})
    file = heads.load("head.npz")
    assert (file.layers, file.heads, file.tokens) == (LAYERS, HEADS, tuple(WORDS))
    for layer in range(LAYERS):
        for head in range(HEADS):
            np.testing.assert_allclose(
                file.head(layer, head).rows(), model.rows[layer][head], atol=1e-6
            )
    assert manifold_of("attention:head.npz?layer=2&head=1").landmarks.labels == tuple(WORDS)


def test_the_recipe_is_ten_lines():
    lines = [line for line in recipe().splitlines() if line.strip()]
    assert len(lines) <= 11, "ten, and the import"
