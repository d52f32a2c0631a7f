"""Rows of one token over layers, heads and files: SciPy's softmax, closed forms, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import softmax

from app.cli.main import main
from app.model import scene_file
from app.model.store import Store
from app.parts import token_path
from app.parts.part import PartContext
from app.views.interface.events import PanelShown
from app.views.interface.theme import DARK
from app.views.interface.token_path import TokenPathAsked, TokenPathChosen
from compute.attention.row_paths import row_path
from compute.attention.token_rows import rollout, token_rows
from compute.heads import head as heads
from compute.heads.head_selection import files_beside

LAYERS, HEADS, TOKENS, D = 3, 2, 5, 4
WORDS = ("the", "cat", "saw", "the", "dog")


def saved(path, words=WORDS, seed=0, **more) -> str:
    """A head file of random queries and keys, with further arrays."""
    rng = np.random.default_rng(seed)
    arrays = {name: rng.normal(size=(LAYERS, HEADS, len(words), D)) for name in "qkv"}
    path.parent.mkdir(exist_ok=True)
    np.savez(path, tokens=np.array(words), **(arrays | more))
    return str(path)


def exact(source: Path | str, mask=None) -> np.ndarray:
    """The rows (layers, heads, queries, keys) by SciPy's softmax."""
    q, k = (np.load(source)[name].astype(np.float64) for name in "qk")
    logits = np.einsum("lhqd,lhkd->lhqk", q, k) / np.sqrt(q.shape[-1])
    return softmax(logits if mask is None else np.where(mask, logits, -np.inf), axis=-1)


def arccos(rows: np.ndarray) -> np.ndarray:
    return 2 * np.arccos(np.clip(np.sqrt(rows) @ np.sqrt(rows).T, 0, 1))


def test_the_mean_of_the_heads_of_a_real_file():
    own = exact(Path(__file__).parents[3] / "assets/heads/trophy.npz")
    file = heads.load("trophy")
    found = token_rows(file, 10)
    np.testing.assert_allclose(found.rows, own[:, :, 10].mean(axis=1), atol=1e-12)
    assert (found.kind, found.keys) == ("layer", file.key_labels)
    np.testing.assert_allclose(token_rows(file, 10, "heads", 3).rows, own[3, :, 10], atol=1e-12)
    one = token_rows(file, 10, "layers", head=7)
    np.testing.assert_allclose(one.rows, own[:, 7, 10], atol=1e-12)
    assert "no identity across layers" in one.said[0]
    apart = row_path(found.rows).distances
    np.testing.assert_allclose(apart, arccos(found.rows), atol=1e-7)
    assert (apart == apart.T).all() and (apart.diagonal() == 0).all()


@pytest.mark.parametrize("residual", [0.5, 0.2, 0.0])
def test_rollout_of_even_attention_in_closed_form(tmp_path, residual):
    """Ã = (1 − ρ)J/m + ρI has the l-th power ρˡI + (1 − ρˡ)J/m."""
    none = np.zeros((LAYERS, HEADS, TOKENS, D))
    file = heads.load(saved(tmp_path / "even.npz", q=none))
    for number, found in enumerate(rollout(file, residual=residual)):
        left = residual ** (number + 1)
        closed = left * np.eye(TOKENS) + (1 - left) / TOKENS
        np.testing.assert_allclose(found, closed, atol=1e-14)
    rows = token_rows(file, 2, "rollout", residual=residual)
    np.testing.assert_allclose(rows.rows[-1], closed[2], atol=1e-14)
    assert f"The residual, I, has {residual:.0%} of each layer" in rows.said[0]


def test_rollout_is_the_product_of_the_model_s_layers(tmp_path):
    mask = np.tri(TOKENS, dtype=bool)
    source = saved(tmp_path / "causal.npz", mask=mask, layer_numbers=np.array([1, 4, 9]))
    product = np.eye(TOKENS)
    for layer in exact(source, mask).mean(axis=1):
        product = (layer + np.eye(TOKENS)) / 2 @ product
    found = token_rows(heads.load(source), 3, "rollout")
    np.testing.assert_allclose(found.rows[-1], product[3, :4], atol=1e-14)
    assert "the model’s 1, 4, 9" in found.said[1], "it is no rollout of the whole model"
    with pytest.raises(ValueError, match="can attend to only one key"):
        token_rows(heads.load(source), 0, "rollout")


def test_a_sink_leaves_the_residual_more(tmp_path):
    """A sink of the keys' logit has 1/(m + 1) of each row, which is then divided by its sum."""
    none = np.zeros((LAYERS, HEADS, TOKENS, D))
    source = saved(tmp_path / "sinks.npz", q=none, sinks=np.zeros((LAYERS, HEADS)))
    file = heads.load(source)
    mixed = (np.full((TOKENS, TOKENS), 1 / (TOKENS + 1)) + np.eye(TOKENS)) / 2
    mixed /= mixed[0].sum()
    *_, found = rollout(file)
    np.testing.assert_allclose(found, np.linalg.matrix_power(mixed, LAYERS), atol=1e-14)
    mean = token_rows(file, 1)
    assert mean.keys[-1] == "(sink)"
    np.testing.assert_allclose(mean.rows, 1 / (TOKENS + 1))


def test_rollout_refuses_keys_that_have_no_rows(tmp_path):
    rng = np.random.default_rng(1)
    more = {name: rng.normal(size=(LAYERS, HEADS, 7, D)) for name in "kv"}
    cases = {
        "5 queries and 7 keys": {**more, "key_tokens": np.array(list("abcdefg"))},
        "other tokens for keys": {"key_tokens": np.array(list("abcde"))},
        "decoder.block.EncDecAttention": {"part": np.array("decoder.block.EncDecAttention")},
    }
    for number, (words, arrays) in enumerate(cases.items()):
        file = heads.load(saved(tmp_path / f"{number}.npz", **arrays))
        with pytest.raises(ValueError, match="rollout needs self-attention") as refused:
            token_rows(file, 1, "rollout")
        assert words in str(refused.value)
        assert len(token_rows(file, 1).rows) == LAYERS, "other rows of it make a path"


def test_keys_that_are_left_out_are_left_out(tmp_path):
    source = saved(tmp_path / "x.npz")
    kept = exact(source)[..., [1, 2, 4]]
    kept = kept / kept.sum(axis=-1, keepdims=True)
    found = token_rows(heads.load(source), 1, left_out=(0, 3))
    np.testing.assert_allclose(found.rows, kept[:, :, 1].mean(axis=1), atol=1e-14)
    assert found.keys == ("cat", "saw", "dog")
    assert found.said[-1] == "Without “the”, “the”: what is left of each row sums to 1."
    products = token_rows(heads.load(source), 1, "rollout", left_out=(0, 3))
    assert products.keys == ("cat", "saw", "dog")
    np.testing.assert_allclose(products.rows.sum(axis=1), 1.0)
    with pytest.raises(ValueError, match="mask of x must be from 0 to 4, got 9"):
        token_rows(heads.load(source), 1, left_out=(9,))


def test_layers_of_windows_and_layers_of_all_have_one_path(tmp_path):
    window = np.abs(np.subtract.outer(np.arange(TOKENS), np.arange(TOKENS))) < 2
    mask = np.stack([window, np.ones_like(window), window])[:, None]
    source = saved(tmp_path / "windows.npz", mask=mask)
    found = token_rows(heads.load(source), 0)
    own = exact(source, mask)[:, :, 0].mean(axis=1)
    np.testing.assert_allclose(found.rows, own, atol=1e-14)
    assert ((found.rows == 0).sum(axis=1) == [3, 0, 3]).all()
    np.testing.assert_allclose(row_path(found.rows).distances, arccos(own), atol=1e-7)


def test_a_layer_without_keys_has_no_distances(tmp_path):
    mask = np.ones((LAYERS, HEADS, 1, TOKENS), bool)
    mask[1], mask[2, 0] = False, False
    found = token_rows(heads.load(saved(tmp_path / "hidden.npz", mask=mask)), 1)
    apart = row_path(found.rows).distances
    assert np.isnan(apart[1]).all() and np.isnan(apart[:, 1]).all()
    np.testing.assert_allclose(apart[0, 2], arccos(found.rows[[0, 2]])[0, 1])
    assert "Layer 2 without 1 of its heads" in found.said[1]


def test_one_head_over_checkpoints_and_texts(tmp_path):
    mask = np.tri(TOKENS, dtype=bool)
    first = saved(tmp_path / "a" / "head.npz", mask=mask)
    later = saved(tmp_path / "b" / "head.npz", seed=1, mask=mask)
    text = saved(tmp_path / "text.npz", ("a", "dog", "met", "the", "cat"), 2, mask=mask)
    longer = saved(tmp_path / "long.npz", ("one", "two", "the", "cat", "saw", "the"), 3,
                   mask=np.tri(6, dtype=bool))  # fmt: skip
    other = saved(tmp_path / "other.npz", seed=4, mask=mask, layer_numbers=np.array([7, 8, 9]))
    stated = {"source": first}
    file, *others = files_beside(stated, [later, text, longer, other])
    found = token_rows(file, 3, "files", 1, 0, others=others)
    assert found.places == ("a/head", "b/head", "text", "long")
    for row, source in zip(found.rows, (first, later, text, longer), strict=True):
        size = len(np.load(source)["tokens"])
        own = exact(source, np.tri(size, dtype=bool))[1, 0, 3, :4]
        np.testing.assert_allclose(row, own, atol=1e-14)
    assert "4 of 4 have other names" in found.said[1]
    assert found.said[2] == "Not compared: other has no layer 1."
    # the second "the" of the first text
    named = token_rows(file, 3, "files", 1, 0, others=others, same="name")
    assert named.places == ("a/head", "b/head")
    assert "text has 1 of 2 times “the”; the row of long is over 6 keys, not 4" in named.said[1]
    with pytest.raises(ValueError, match=r"needs two files\. Not compared: other has no layer 1"):
        token_rows(file, 3, "files", 1, 0, others=others[-1:])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"over": "time"}, "over must be one of mean, rollout, files, heads, layers"),
        ({"over": "rollout", "residual": 1.0}, "residual must be at least 0 and less than 1"),
        ({"over": "files", "same": "length"}, "same must be position or name, got 'length'"),
        ({"over": "files"}, r"a path needs two files\. Add others"),
        ({"temperature": 0.0}, "temperature must be positive"),
        ({"head": 12}, "head of bank must be from 0 to 11, got 12"),
    ],
)
def test_what_cannot_be_is_named(options, words):
    with pytest.raises(ValueError, match=words):
        token_rows(heads.load("bank"), 1, **options)


def test_the_command_writes_and_compares(tmp_path, capsys):
    first, later = (saved(tmp_path / f"{name}.npz", seed=ord(name)) for name in "ab")
    out = str(tmp_path / "out.npz")
    asked = ["layers", f"attention:{first}?layer=2", "--token", "1", "--over", "files"]
    assert main([*asked, "--files", later, "--json", "-o", out]) == 0
    told, written = json.loads(capsys.readouterr().out), np.load(out)
    rows = np.stack([exact(source)[2, 0, 1] for source in (first, later)])
    np.testing.assert_allclose(told["distances"], arccos(rows), atol=1e-7)
    np.testing.assert_allclose(written["distances"], told["distances"], atol=1e-15)
    assert told["places"] == written["places"].tolist() == ["a", "b"]
    assert main(["layers", f"attention:{first}", "--token", "1", "--over", "rollout"]) == 0
    assert "Rollout: Ã = 0.5A + 0.5I" in capsys.readouterr().out


# --- the panel -----------------------------------------------------------------------------------
class Panels:
    """The part beside a window that answers with the files it is given."""

    def __init__(self, *files: str) -> None:
        self.asked, self.shown, self.told, self.files = [], [], [], list(files)
        window = SimpleNamespace(
            set_panel=lambda title, state: self.shown.append(state), log=self.told.append,
            ask_open=lambda *_: self.files.pop(0), ask_save=lambda *_: self.files.pop(0),
        )  # fmt: skip
        store = Store(scene_file.load("bank"))
        context = PartContext(store, SimpleNamespace(), window, self.asked.append)
        self.part = token_path.TokenPathPart(context)

    def hear(self, event):
        before = len(self.asked)
        self.part.on_event(event)
        for job in self.asked[before:]:
            job.perform(None, self.part.on_message, lambda: False)
        return self.shown[-1]


def test_the_panel_compares_files_and_writes_what_it_shows(tmp_path):
    bank = heads.load("bank")
    arrays = {name: getattr(bank, name)[:, :, ::-1] for name in "qkv"}
    twin = saved(tmp_path / "twin.npz", bank.tokens, **arrays)
    broken = tmp_path / "broken.npz"
    broken.write_bytes(b"no heads")
    npz, plain = str(tmp_path / "p.npz"), str(tmp_path / "p.json")
    made = Panels(twin, str(broken), npz, plain, str(tmp_path / "p.csv"))
    made.hear(PanelShown("Token path", True))
    alone = made.hear(TokenPathChosen(over="files"))
    assert alone.note.startswith("A path needs two files. Add others") and alone.tokens
    state = made.hear(TokenPathAsked("compare"))
    assert state.chosen.files == (twin,)
    assert state.places == ("file bank", "file twin")
    state = made.hear(TokenPathAsked("compare"))
    assert "Not read: " in state.said and len(state.xy) == 2, "the others are compared all the same"
    for _ in range(3):
        made.hear(TokenPathAsked("save"))
    told = json.loads((tmp_path / "p.json").read_text("utf-8"))
    np.testing.assert_allclose(np.load(npz)["distances"], state.distances)
    np.testing.assert_allclose(told["distances"], state.distances)
    assert told["places"] == list(state.places) and told["turning"] == [None, None]
    assert made.told[-1] == "⚠ p.csv was not written: the file must end in .npz or .json"
    assert not (tmp_path / "p.csv").exists()


def test_the_panel_says_why_there_is_no_rollout(tmp_path):
    source = saved(tmp_path / "cross.npz", key_tokens=np.array(list("abcde")))
    found: list = []
    task = token_path.TokenPathTask(f"attention:{source}", 1, "rollout")
    task.perform(None, found.append, lambda: False)
    assert "rollout needs self-attention" in found[0].words


@pytest.mark.window
def test_the_matrix_has_its_values_and_dropped_files_are_compared(tmp_path):
    from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
    from PySide6.QtGui import QDragEnterEvent, QDropEvent
    from PySide6.QtWidgets import QApplication

    from app.views.qt.panels.token_path_panel import TokenPathPanel

    application = QApplication.instance() or QApplication(["test"])
    made = Panels()
    made.hear(PanelShown("Token path", True))
    panel = TokenPathPanel(made.hear, DARK)
    panel.show(made.shown[-1])
    np.testing.assert_array_equal(panel.image.image, made.shown[-1].distances)
    box = panel.matrix.getViewBox()
    panel.matrix.scene().sigMouseMoved.emit(box.mapViewToScene(QPointF(3.2, 0.9)))
    assert panel.tip.text() == f"layer 1 to layer 3: {made.shown[-1].distances[1, 3]:.4f}"
    assert not panel.widget.acceptDrops(), "a file that is dropped then opens"
    panel.show(made.hear(TokenPathChosen(over="rollout")))
    panel.residual.setValue(0.25)
    assert made.asked[-1].residual == 0.25
    panel.show(made.hear(TokenPathChosen(over="files")))
    assert panel.widget.acceptDrops()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("a.npz", "b.png")])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    entering = QDragEnterEvent(QPoint(5, 5), action, mime, left, none)
    # upon a label of the panel, as a hand would
    application.sendEvent(panel.said, entering)
    application.sendEvent(panel.said, QDropEvent(QPointF(5, 5), action, mime, left, none))
    assert made.asked[-1].files == (str(tmp_path / "a.npz"),)
    panel.widget.deleteLater()
    application.processEvents()
