"""``steer`` prints paths between two tokens, and says what is not solved or not there."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from app.cli.main import main
from tests.compute.steering import outputs

LAYER = outputs.random(5000, 6, 1.0)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return outputs.written(tmp_path_factory.mktemp("steer") / "out.npz", LAYER)


def test_the_table_has_every_point_of_three_paths(path, tmp_path, capsys):
    table = tmp_path / "steer.csv"
    asked = ["steer", path, "--from", "1", "--to", "4", "--points", "5", "--table", str(table)]
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "4095 words and one for 905 others, whose mass is" in said
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["path"] for row in rows] == [k for k in ("e", "m", "geodesic") for _ in range(5)]
    assert {row["status"] for row in rows} == {"OK"}
    p = outputs.softmax(LAYER, LAYER.hidden[[1, 4]])
    for row, at in ((rows[0], p[0]), (rows[9], p[1])):
        assert row["word_1"] == f"w{at.argmax()}"
        assert float(row["p_1"]) == pytest.approx(at.max(), abs=1e-12)
    assert float(rows[2]["rest"]) < float(rows[2]["rest_lumped"])


def test_the_json_says_what_is_exact(path, capsys):
    assert main(["steer", path, "--from", "1", "--to", "4", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    p = outputs.softmax(LAYER, LAYER.hidden[[1, 4]])
    assert said["lower"] == pytest.approx(2 * np.arccos(np.sqrt(p[0] * p[1]).sum()), abs=1e-9)
    assert (said["keys"], said["words"], said["status"]) == (4096, 5000, "OK")
    assert said["lower"] < said["length"] < said["upper"] and len(said["points"]) == 27
    assert set(said["radii"]) == {"budget", "ball", "quadratic", "failed", "cubic", "safe"}
    assert said["verified"] is None and said["plane"][:2] == [1, 4]


def test_a_path_that_is_not_straightened_exits_with_1(path, capsys, monkeypatch):
    monkeypatch.setattr("compute.steering.mean_path.CORRECTIONS", 0)
    assert main(["steer", path, "--from", "1", "--to", "4", "--keys", "40"]) == 1
    assert "NOT_VERIFIED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--from", "1", "--to", "1"], "two tokens of different hidden states, got 1 and 1"),
        (["--from", "1", "--to", "9"], "must be from 0 to 5, got 9"),
        (["--from", "1", "--to", "2", "--points", "0"], "points must be from 2 to 129, got 0"),
    ],
)
def test_wrong_use_is_one_line(path, capsys, tmp_path, options, words):
    table = tmp_path / "none.csv"
    assert main(["steer", path, *options, "--table", str(table)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and words in said.err
    assert not table.exists()


def test_a_file_of_heads_alone_is_refused(tmp_path, capsys):
    file = tmp_path / "heads.npz"
    np.savez(file, **{name: np.zeros((1, 1, 3, 2)) for name in "qkv"})
    assert main(["steer", str(file), "--from", "0", "--to", "1"]) == 2
    assert (
        "must hold unembedding and hidden, missing unembedding: capture" in capsys.readouterr().err
    )


def test_a_row_for_many_words_counts_as_one_in_the_leak_and_says_so(path, capsys):
    assert main(["steer", "cat", "--from", "13", "--to", "27", "--points", "3"]) == 0
    assert "one row for 48641 words: the leak counts them as one word" in capsys.readouterr().out
    assert main(["steer", path, "--from", "1", "--to", "4", "--points", "3"]) == 0
    assert "counts them as one word" not in capsys.readouterr().out
