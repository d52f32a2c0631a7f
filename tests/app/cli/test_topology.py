"""``topology -o`` writes the map with the births and deaths that the answer lists."""

from __future__ import annotations

import json

import numpy as np

from app.cli.main import main


def test_the_file_holds_the_map_and_the_pairs_of_the_answer(tmp_path, capsys):
    path = tmp_path / "pairs.npz"
    command = ["topology", "attention:bank", "--grid", "24", "--engine", "reference", "--json"]
    assert main([*command, "-o", str(path)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["file"] == str(path) and len(said["pairs"]) > 1
    with np.load(path) as kept:
        assert kept["values"].shape == (24, 24)
        known = kept["values"][np.isfinite(kept["values"])]
        assert (said["low"], said["high"]) == (known.min(), known.max())
        for name in ("dimension", "birth", "birth_theta"):
            np.testing.assert_array_equal(kept[name], [pair[name] for pair in said["pairs"]])
