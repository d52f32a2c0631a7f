"""Rows under each query's own mask, scale and bias; messages about a plane with a single mask."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax

from app.cli.main import main
from app.export import page
from app.jobs.path import PathJob
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.scene import Pin, completed, of_family
from app.parts.heads_browser import BrowseAnswer, BrowseTask
from app.presenters import drawables, head_specification, outcomes, picking
from compute.attention.head_summary import sample
from compute.attention.token_rows import token_rows
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.heads import attention_rows
from compute.heads import head as heads
from compute.requests.geodesics import ConnectRequest

TOKENS = 7


def saved(tmp_path, name: str = "head.npz", **more: object) -> str:
    """A causal head file, with further arrays."""
    rng = np.random.default_rng(3)
    arrays = {key: rng.normal(size=(2, 2, TOKENS, 8)) for key in "qkv"}
    words = np.array([f"w{i}" for i in range(TOKENS)])
    path = tmp_path / name
    mask = np.tri(TOKENS, dtype=bool)
    np.savez(path, **({"tokens": words, "mask": mask} | arrays | more))
    return str(path)


def exact(
    source: str, layer: int, head: int, scale: float, cap: float = np.inf, bias=0.0, sink=None
):
    """The rows by SciPy's softmax, one query after another."""
    file = np.load(source)
    q, k = file["q"][layer, head], file["k"][layer, head]
    found = np.zeros((TOKENS, TOKENS))
    for i in range(TOKENS):
        logits = scale * (k[: i + 1] @ q[i])
        logits = cap * np.tanh(logits / cap) if np.isfinite(cap) else logits
        logits = logits + np.broadcast_to(bias, (TOKENS, TOKENS))[i, : i + 1]
        every = logits if sink is None else np.append(logits, sink)
        found[i, : i + 1] = softmax(every)[: i + 1]
    return found


def test_each_query_has_its_own_mask(tmp_path):
    source = saved(tmp_path)
    file = heads.load(source)
    rows = attention_rows.rows(file, 1, 0)
    np.testing.assert_allclose(rows, exact(source, 1, 0, 8**-0.5), atol=1e-12)
    # the plane's one mask is that of the last query alone
    shown = file.head(1, 0).rows()
    np.testing.assert_allclose(shown[-1], rows[-1], atol=1e-12)
    assert np.abs(shown[:-1] - rows[:-1]).max(axis=1).min() > 0.01


def test_scale_softcap_bias_and_sink_are_those_of_the_file(tmp_path):
    bias = np.random.default_rng(4).normal(size=(TOKENS, TOKENS))
    more = {"scale": np.array([[1.0, 0.5], [0.25, 2.0]]), "softcap": np.float32(3.0), "bias": bias}
    source = saved(tmp_path, **more)
    rows = attention_rows.rows(heads.load(source), 1, 1)
    np.testing.assert_allclose(rows, exact(source, 1, 1, 2.0, 3.0, bias), atol=1e-12)
    source = saved(tmp_path, "sinks.npz", sinks=np.full((2, 2), 0.7))
    file = heads.load(source)
    rows = attention_rows.rows(file, 0, 1)
    np.testing.assert_allclose(rows, exact(source, 0, 1, 8**-0.5, sink=0.7), atol=1e-12)
    path = token_rows(file, 4, "layers", 0, 1).rows
    np.testing.assert_allclose(path.sum(axis=1), 1.0, atol=1e-12)
    assert path.shape == (2, 6), "five keys and the sink"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"scale": np.array([1.0, 2.0, 3.0])}, "scale must broadcast to (2, 2)"),
        ({"softcap": np.array(-1.0)}, "softcap must be from 1e-15 to inf, got -1"),
        ({"sinks": np.array(np.nan)}, "sinks must be from -inf to 1e+15, got nan"),
        ({"attention": np.ones((3, 3))}, "attention must have shape (2, 2, 7, 7)"),
        ({"bias": np.ones((5, 5))}, "bias must broadcast to"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, more, words):
    with pytest.raises(ValueError, match=r".*") as problem:
        heads.load(saved(tmp_path, **more))
    assert words in str(problem.value)


def test_a_mask_holds_for_those_who_have_it_up_to_a_constant(tmp_path):
    distance = np.arange(TOKENS)[:, None] - np.arange(TOKENS)[None, :]
    file = heads.load(saved(tmp_path, bias=-0.5 * distance, mask=np.ones((1, TOKENS), bool)))
    # a penalty for distance shifts a row by a constant, where all keys are seen
    assert attention_rows.holds(file, 0, 0, TOKENS - 1).all()
    sink = {"sinks": np.zeros((2, 2)), "bias": -0.5 * distance, "mask": np.ones((1, TOKENS), bool)}
    file = heads.load(saved(tmp_path, **sink))
    # but not the share of a sink
    assert attention_rows.holds(file, 0, 0, 3).tolist() == [i == 3 for i in range(TOKENS)]
    file = heads.load(saved(tmp_path))
    assert attention_rows.holds(file, 0, 0, 3).tolist() == [i == 3 for i in range(TOKENS)]


def test_the_plane_of_a_causal_head_holds_the_query_whose_mask_it_has(tmp_path):
    marks = manifold_of(f"attention:{saved(tmp_path)}").landmarks
    assert marks.own.tolist() == [i == TOKENS - 1 for i in range(TOKENS)]
    assert marks.residual[-1] < 1e-9


def test_a_row_of_a_sink_alone_has_no_share_for_keys(tmp_path):
    file = heads.load(saved(tmp_path, sinks=np.zeros((2, 2))))
    assert (attention_rows.rows(file, 0, 0, [0], left_out=[0]) == 0.0).all()
    assert np.isnan(attention_rows.rows(heads.load(saved(tmp_path)), 0, 0, [0], left_out=[0])).all()


@pytest.fixture
def causal(tmp_path) -> str:
    """The specification of a causal head with a record of its rows."""
    source = saved(tmp_path, "plain.npz")
    file = heads.load(source)
    record = np.array([[attention_rows.rows(file, i, j) for j in range(2)] for i in range(2)])
    record[0, 1, 3, :4] = 0.25
    return "attention:" + saved(tmp_path, attention=record.astype(np.float16))


def test_the_command_prints_rows_and_what_vouches_for_them(causal, tmp_path, capsys):
    assert main(["rows", f"{causal}?layer=1&head=0", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    expected = exact(causal.removeprefix("attention:"), 1, 0, 8**-0.5)
    np.testing.assert_allclose(told["rows"], expected, atol=1e-12)
    assert told["tokens"] == told["key_tokens"] == [f"w{i}" for i in range(TOKENS)]
    assert told["status"] == "OK"
    assert 0.0 < told["verified"] < 1e-3
    assert main(["rows", f"{causal}?layer=0&head=1"]) == 0
    assert "differs from the model’s own attention by" in capsys.readouterr().out
    assert main(["rows", f"attention:{tmp_path / 'plain.npz'}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verified"] is None
    assert main(["rows", "gaussian"]) == 2
    assert "attention:bank" in capsys.readouterr().err


def test_tokens_of_another_mask_are_hollow_and_hold_no_pin(causal):
    scene = of_family(scene_file.load("bank"), f"{causal}?layer=1&head=0&mask_of=4")
    manifold = manifold_of(scene.family)
    chart = manifold.charts[0]
    assert drawables.marks(manifold, chart).hollow.tolist() == [i != 4 for i in range(TOKENS)]
    for pin in (scene.start, scene.end):
        assert pin.token in (None, 4)
    places = chart.forward(manifold.landmarks.theta)
    subject = Subject.of(scene)
    assert picking.pin_at(subject, Pin((0.0, 0.0)), places[4]).token == 4
    assert picking.pin_at(subject, Pin((0.0, 0.0)), places[2]).token is None
    assert "its own mask differs from that of “w4”" in picking.described(subject, places[2])


def test_panel_caption_and_note_say_whose_mask_it_is_and_how_far_rows_are_known(causal):
    name = f"{causal}?layer=1&head=0"
    mask, known = head_specification.caveats(name)
    assert mask.startswith("under the mask of “w6”")
    assert "6 hollow" in mask
    assert "the model’s own attention, within" in known
    note = head_specification.row_note(name, (2, None))
    gap = head_specification.off_own(name, 2)
    assert f"the token’s own row, “w2”, differs by up to {gap:.2g} (its own mask" in note
    manifold = manifold_of(name)
    shown = manifold.density(manifold.landmarks.theta[2], np.arange(float(TOKENS)))
    own = attention_rows.rows(heads.load(causal.removeprefix("attention:")), 1, 0, [2])[0]
    assert gap == pytest.approx(np.abs(shown - own).max())
    assert mask in page.head_caption(name)
    for phrase in ("Under the mask of “w6”", "the model’s own attention"):
        assert phrase in head_specification.note(manifold, name)


def test_a_file_without_mask_scale_or_record_is_not_verified(tmp_path):
    (words,) = head_specification.caveats("attention:bank")
    assert words.startswith("not verified")
    for lacking in ("record", "mask", "scale"):
        assert lacking in words
    assert "not verified" in page.head_caption("attention:bank")
    more = {"softcap": np.array(30.0), "sinks": np.zeros((2, 2))}
    said = " ".join(head_specification.caveats("attention:" + saved(tmp_path, **more)))
    assert "capped at 30" in said
    assert "“(sink)”" in said


SOFTCAP, SINKS = {"softcap": np.array(1.5)}, {"sinks": np.full((2, 2), 0.7)}


@pytest.mark.parametrize("more", [SOFTCAP, SINKS, SOFTCAP | SINKS], ids=["cap", "sink", "both"])
def test_the_plane_shows_the_rows_of_a_softcap_and_of_a_sink(more, tmp_path, engine):
    """All queries see all keys: the row of each token of the plane is that of the file's formula."""
    everyone = np.ones((TOKENS, TOKENS), bool)
    source = saved(tmp_path, mask=everyone, scale=np.array(0.8), **more)
    manifold = manifold_of(f"attention:{source}?layer=1&head=0&tokens=1,4,6")
    file = np.load(source)
    scores = 0.8 * file["q"][1, 0] @ file["k"][1, 0].T
    logits = 1.5 * np.tanh(scores / 1.5) if "softcap" in more else scores
    if "sinks" in more:
        logits = np.column_stack([logits, np.full(TOKENS, 0.7)])
        assert manifold.support(np.zeros((1, 2))).labels[-1] == "(sink)"
    tokens = [1, 4, 6]
    shown = manifold.density(manifold.landmarks.theta[tokens], None)
    np.testing.assert_allclose(shown, softmax(logits[tokens], axis=1), atol=1e-12)
    own = attention_rows.rows(heads.load(source), 1, 0, tokens)
    np.testing.assert_allclose(shown[:, :TOKENS], own, atol=1e-12)
    assert head_specification.off_own(manifold.key, 4) < 1e-12
    ends = manifold.landmarks.theta[[1]], manifold.landmarks.theta[[4]]
    path = engine.connect(ConnectRequest(manifold, *ends))
    assert path.status[0] == Status.OK
    low, high = manifold.bounds(*ends)
    assert low[0] <= path.length[0] * (1 + 1e-4) and path.length[0] <= high[0] * (1 + 1e-4)


def test_the_browser_has_the_entropies_of_the_rows_that_the_model_had(causal):
    rows = exact(causal.removeprefix("attention:"), 0, 0, 8**-0.5)
    logs = np.log(np.where(rows > 0, rows, 1.0))
    entropies = -(rows * logs).sum(axis=1)
    layers: list[BrowseAnswer] = []
    BrowseTask(causal).perform(ReferenceEngine(), layers.append, lambda: False)
    found = layers[0].row[0]
    assert found.entropy == pytest.approx(np.median(entropies))
    shares = entropies[1:] / np.log(np.arange(2, TOKENS + 1))
    assert found.share == pytest.approx(np.median(shares))
    assert sample(TOKENS) == list(range(TOKENS))
    assert "under its own mask" in layers[0].words[0]


def test_the_scale_of_a_file_is_that_of_its_plane(tmp_path):
    """Twice the usual scale is half the temperature, of the same plane."""
    source, doubled = saved(tmp_path), saved(tmp_path, "scaled.npz", scale=np.array(2 * 8**-0.5))
    kind = "?plane=pca"
    warm, scaled = (
        manifold_of(f"attention:{source}{kind}&temperature=0.5"),
        manifold_of(f"attention:{doubled}{kind}"),
    )
    np.testing.assert_allclose(scaled.logits[0], warm.logits[0], atol=1e-12)
    np.testing.assert_allclose(scaled.logits[1], warm.logits[1], atol=1e-12)


def test_of_a_token_whose_mask_leaves_no_key_no_row_is_invented(tmp_path):
    mask = np.tri(TOKENS, dtype=bool)
    mask[2] = False
    words = np.array([*"abcdef", "مرحبا"])
    family = f"attention:{saved(tmp_path, mask=mask, tokens=words)}?layer=1&head=0&tokens=2,4,6"
    assert head_specification.own_row(family, 2) is None
    note = head_specification.row_note(family, (6, 2))
    assert "B: the mask of “c” leaves it no key: it has no row" in note and "differs by" not in note
    assert head_specification.no_plane_of(family, 2).endswith("a plane needs 3: it has no row")
    # a word that runs from right to left keeps to itself
    assert "“\u2068مرحبا\u2069”" in head_specification.attends(family, 6)


def test_the_row_that_a_hollow_token_really_has_stands_beside_the_planes(causal):
    family = f"{causal}?layer=1&head=0&tokens=2,4,6"
    rows = exact(causal.removeprefix("attention:"), 1, 0, 8**-0.5)
    own = head_specification.own_row(family, 2)
    np.testing.assert_allclose(own, [*rows[2], 0.0], atol=1e-12)  # and no sink
    assert head_specification.own_row(family, 6) is None  # whose mask the plane has
    manifold, engine = manifold_of(family), ReferenceEngine()
    scene = completed(replace(of_family(scene_file.load("bank"), family), start=None, end=None))
    ends = (Pin(tuple(map(float, manifold.landmarks.theta[token]))) for token in (2, 6))
    scene = replace(scene, **dict(zip(("start", "end"), ends, strict=True)))
    found: list[object] = []
    PathJob.wanted(Subject.of(scene), Viewport()).perform(engine, found.append, lambda: False)
    shown = outcomes.distributions(scene, found[-1], manifold)
    assert shown.names[:2] == ("A · “w2” under the mask of “w6”", "B · w6")
    np.testing.assert_allclose(shown.own[0], rows[2], atol=1e-12)
    assert shown.own[1] is None
