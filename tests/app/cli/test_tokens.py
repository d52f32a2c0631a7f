"""Queries of a head, named in place of points by the positions of their tokens."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import softmax

from app.cli.main import main
from compute.families import manifold as manifold_of

CAUSAL = np.tri(7, dtype=bool)


def answer(capsys, *words: str) -> dict:
    status = main([*words, "--json"])
    told = capsys.readouterr().out
    assert status == 0, told
    return json.loads(told)


def rows_of(path, tokens, mask) -> np.ndarray:
    """Rows of queries under one mask, by SciPy."""
    file = np.load(path)
    scores = file["q"][0][tokens] @ file["k"][0].T / np.sqrt(8)
    return softmax(np.where(mask, scores, -np.inf), axis=1)


@pytest.fixture
def causal(tmp_path) -> str:
    draw = np.random.default_rng(6)
    arrays = {name: draw.normal(size=(2, 7, 8)) for name in "qkv"}
    np.savez(tmp_path / "head.npz", **arrays, mask=CAUSAL)
    return str(tmp_path / "head.npz")


def test_a_geodesic_joins_the_queries_of_two_tokens(capsys, causal):
    """Both lie on the plane; the mask is the later one's, and the answer names the other."""
    found = answer(capsys, "geodesic", f"attention:{causal}", "--tokens", "3,5")
    path, (a, b) = found["paths"][0], found["tokens"]
    p, r = rows_of(causal, [3, 5], CAUSAL[5])
    assert path["status"] == "OK"
    assert path["length"] >= 2 * np.arccos(np.sqrt(p * r).sum()) * (1 - 1e-12)
    assert [a["theta"], b["theta"]] == [path["theta"][0], path["theta"][-1]]
    assert (a["own_mask"], b["own_mask"]) == (False, True)
    assert max(a["off_plane"], b["off_plane"]) < 1e-12


def test_the_row_at_a_token_is_its_own(capsys, causal):
    found = answer(capsys, "geometry", f"attention:{causal}?head=0", "--tokens", "4")
    (row,) = rows_of(causal, [4], CAUSAL[4])
    keys = np.load(causal)["k"][0][:5]
    spread = keys - row[:5] @ keys
    fisher = np.einsum("j,ja,jb->ab", row[:5], spread, spread) / 8
    # the metric is the Fisher matrix on the plane: its eigenvalues lie within those of the whole
    inner, outer = np.linalg.eigvalsh(found["metric"]), np.linalg.eigvalsh(fisher)
    assert outer[0] - 1e-12 <= inner[0] <= inner[1] <= outer[-1] + 1e-12
    assert found["theta"] == found["tokens"][0]["theta"] and found["tokens"][0]["own_mask"]


def test_a_plane_that_is_stated_stays_and_what_lies_off_it_is_said(capsys):
    spec = "attention:bank?layer=4&head=6&plane=pca"
    assert main(["transport", spec, "--tokens", "2,5", "--vector", "1,0"]) == 0
    assert "% off the plane)" in capsys.readouterr().out
    found = answer(capsys, "shoot", spec, "--tokens", "5", "--velocity", "1,0")
    marks = manifold_of(spec).landmarks
    assert found["paths"][0]["theta"][0] == marks.theta[5].tolist()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ("geodesic", "gaussian", "--tokens", "1,2"),
            "needs an attention head as FAMILY, got 'gaussian'",
        ),
        (("geodesic", "attention:bank", "--tokens", "1"), "--tokens must be 2 positions, got 1"),
        (("geometry", "attention:bank", "--tokens", "1,2"), "must be one position, got 1,2"),
        (("geodesic", "attention:bank", "--tokens", "1,99"), "from 0 to 14, got 99"),
        (("geodesic", "attention:bank", "--tokens", "4,4"), "two different tokens, got 4,4"),
        (("geodesic", "attention:bank", "--tokens", "1,x"), "expected positions I,J"),
    ],
)
def test_bad_tokens_are_refused_in_one_line(words, problem, capsys):
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(main(list(words)))
    told = capsys.readouterr().err
    assert ended.value.code == 2 and problem in told and told.count("\n") == 1
