"""Scores are kept in memory and on disk, and computed again where an entry is damaged."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from compute import open_engine
from compute.atlas import score_store
from compute.atlas.score_store import file_scores, key_of
from compute.heads.head import load

CAT = load("cat")
TWO = replace(
    CAT, q=np.asarray(CAT.q[3, 5])[None, None].repeat(2, axis=1),
    k=np.asarray(CAT.k[3, 5])[None, None].repeat(2, axis=1), layer_numbers=(), attention=None,
)  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(score_store, "known", {})
    return tmp_path / "attention-geodesics"


def test_scores_are_read_back_as_they_were(folder):
    done = []
    first = file_scores(open_engine("reference"), TWO, "key", done.append)
    assert done == [1, 2] and len(list(folder.iterdir())) == 1
    score_store.known.clear()
    done.clear()
    again = file_scores(open_engine("reference"), TWO, "key", done.append)
    assert done == [] and again == first
    assert type(again[0].on_plane.status) is type(first[0].on_plane.status)


def test_a_damaged_entry_is_computed_again(folder):
    first = file_scores(open_engine("reference"), TWO, "key")
    (entry,) = folder.iterdir()
    for content in (b"", b"{}", entry.read_bytes().replace(b"entropy", b"untropy")):
        entry.write_bytes(content)
        score_store.known.clear()
        assert file_scores(open_engine("reference"), TWO, "key") == first


DAMAGED = [
    lambda entries: [],
    lambda entries: entries[:1],
    lambda entries: entries[::-1],
    lambda entries: entries * 2,
    lambda entries: [{**entries[0], "layer": 99}, entries[1]],
    lambda entries: [{**entries[0], "entropy": "0.5"}, entries[1]],
    lambda entries: [{**entries[0], "entropy": 10**400}, entries[1]],
    lambda entries: [{**entries[0], "verified": "x"}, entries[1]],
    lambda entries: [{**entries[0], "problem": 5}, entries[1]],
    lambda entries: [{**entries[0], "on_plane": None}, entries[1]],
    lambda entries: [
        {**entries[0], "on_plane": {**entries[0]["on_plane"], "conjugate_points": [1]}}, entries[1],
    ],
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED)
def test_scores_of_other_heads_or_types_are_computed_again(folder, damage):
    first = file_scores(open_engine("reference"), TWO, "key")
    (entry,) = folder.iterdir()
    text = json.dumps(damage(json.loads(entry.read_bytes().partition(b"\n")[2]))).encode()
    digest = hashlib.sha256(entry.name.encode() + b"\n" + text).hexdigest()
    entry.write_bytes(digest.encode() + b"\n" + text)
    score_store.known.clear()
    assert file_scores(open_engine("reference"), TWO, "key") == first


def test_what_was_scored_before_an_interruption_is_kept(folder):
    def stop(done: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        file_scores(open_engine("reference"), TWO, "key", stop)
    assert list(score_store.known["key"]) == [(0, 0)]


def test_another_file_of_the_same_name_has_other_scores(tmp_path):
    path = tmp_path / "a.npz"
    path.write_bytes(b"1")
    first = key_of(str(path))
    path.write_bytes(b"12")
    assert key_of(str(path)) != first and key_of("cat") != key_of("bank")
