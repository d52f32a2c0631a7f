"""The command over all heads of files."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from app.cli.main import main
from app.model import head_folders
from compute.atlas import score_store


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The table and the distances of the bundled causal model."""
    folder = tmp_path_factory.mktemp("heads")
    table, arrays = folder / "scores.csv", folder / "distances.npz"
    assert main(["heads", "cat", "--table", str(table), "--distances", str(arrays)]) == 0
    return table, arrays


def test_the_table_has_every_head(written):
    with written[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 54
    best = max(rows, key=lambda row: float(row["induction"]))
    assert (best["file"], best["layer"], best["layer_number"], best["head"]) == (
        "cat",
        "3",
        "17",
        "5",
    )
    assert {row["map_share"] for row in rows} == {best["map_share"]}
    assert {row["cluster"] for row in rows} == {"1", "2", "3", "4"}
    sink = rows[4 * 9 + 8]
    assert sink["nearest"] == "18·7" and float(sink["nearest_distance"]) < 0.1
    assert {row["status"] for row in rows} <= {"OK", "CONJUGATE_POINT", "NOT_CONVERGED"}


def test_distances_are_arrays_with_the_names_of_the_heads(written):
    with np.load(written[1]) as found:
        assert found["distances"].shape == (54, 54) and int(found["queries"]) == 33
        assert (found["layer_numbers"][0], found["heads"][10]) == (1, 1)


def test_scores_are_one_object_and_say_what_is_undefined(capsys):
    assert main(["heads", "bank", "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert len(found["heads"]) == 72 and found["compared"] == "one text: all heads are compared"
    assert found["redundant"] == {"threshold": 0.2, "pairs": []} and len(found["clusters"]) == 4
    assert sum(len(each["heads"]) for each in found["clusters"]) == 72
    assert set(found["heads"][0]) >= {
        "layer", "head", "entropy", "first_key", "previous_token", "induction",
        "effective_dimension", "curvature_max", "condition", "verified",
    }  # fmt: skip


def test_heads_that_cannot_be_compared_are_refused(capsys, tmp_path):
    assert main(["heads", "bank", "cat", "--distances", str(tmp_path / "d.npz")]) == 2
    assert "not of one model and differ in their tokens" in capsys.readouterr().err
    assert main(["heads", "nowhere.npz"]) == 2


def own(path, heads: int = 2):
    """Write heads of two tokens."""
    rng = np.random.default_rng(1)
    np.savez(path, **{name: rng.normal(size=(1, heads, 2, 3)) for name in "qkv"})
    return str(path)


def test_the_files_that_are_written_are_named(capsys, tmp_path):
    targets = str(tmp_path / "a.csv"), str(tmp_path / "a.npz")
    chosen = ("--json", "--table", targets[0], "--distances", targets[1])
    assert main(["heads", own(tmp_path / "own.npz"), *chosen]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["table"], said["distances"]) == targets


def test_a_folder_is_all_its_files_and_what_is_no_file_of_heads_is_named(capsys, tmp_path):
    own(tmp_path / "a.npz")
    own(tmp_path / "b.npz")
    (tmp_path / "c.npz").write_bytes(b"no heads")
    (tmp_path / "d.txt").write_text("no heads")
    table = tmp_path / "out.csv"
    assert main(["heads", str(tmp_path), "--table", str(table)]) == 1
    said = capsys.readouterr()
    assert "c.npz is not read" in said.err and "d.txt" not in said.err
    assert "2 texts of one model" in said.out
    with table.open(encoding="utf-8", newline="") as file:
        assert [row["file"] for row in csv.DictReader(file)] == ["a", "a", "b", "b"]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["heads", str(empty)]) == 2
    assert "no file of heads was read from" in capsys.readouterr().err
    assert main(["heads", str(tmp_path / "a.npz"), "--redundant", "0"]) == 2


def test_of_a_large_folder_the_first_files_are_taken_and_it_is_said(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(head_folders, "MOST", 2)
    for name in "abc":
        own(tmp_path / f"{name}.npz")
    assert main(["heads", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "holds 3 files of heads: the first 2 by name are taken" in said.err
    assert said.out.startswith("4 heads\n") and "  c layer" not in said.out


def test_a_file_that_is_named_twice_is_one_text(capsys, tmp_path):
    path = own(tmp_path / "a.npz")
    assert main(["heads", path, str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["heads"]) == 2 and found["compared"] == "one text: all heads are compared"


def test_scores_of_a_file_are_kept_on_disk(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(score_store, "known", {})
    path = own(tmp_path / "a.npz")
    assert main(["heads", path, "--json"]) == 0
    first = capsys.readouterr().out
    score_store.known.clear()
    monkeypatch.setattr(score_store, "scores", None)
    assert main(["heads", path, "--json"]) == 0
    assert capsys.readouterr().out == first


def test_files_that_cannot_be_compared_have_scores_alone(capsys, tmp_path):
    table = tmp_path / "out.csv"
    assert main(["heads", own(tmp_path / "a.npz", 1), "--table", str(table)]) == 0
    said = capsys.readouterr()
    assert "no distances: distances need 2 to 2000 heads, got 1" in said.err
    with table.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["cluster"] == row["map_x"] == row["nearest"] == "" and row["entropy"]


def test_nothing_is_said_or_written_before_a_refusal(capsys, tmp_path):
    table, arrays = tmp_path / "a.csv", tmp_path / "a.npz"
    chosen = ("--table", str(table), "--distances", str(arrays))
    assert main(["heads", own(tmp_path / "own.npz", 1), *chosen]) == 2
    assert capsys.readouterr().err == (
        "attention-geodesics: distances need 2 to 2000 heads, got 1\n"
    )
    assert not table.exists() and not arrays.exists()


def test_the_name_of_a_file_does_not_control_the_terminal(capsys, tmp_path):
    path = own(tmp_path / "\x1b[31mred.npz")
    assert main(["heads", path, "--distances", str(tmp_path / "a.npz")]) == 0
    said = capsys.readouterr().out
    assert "\ufffd[31mred layer 0, head 1" in said and "\x1b" not in said
