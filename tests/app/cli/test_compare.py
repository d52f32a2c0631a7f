"""The command that compares: a table, a plot, pictures side by side."""

from __future__ import annotations

import csv
import json

import pytest
from PIL import Image

from app.cli.main import main
from app.model.embedded import unpacked
from app.model.file_formats import PNG

ASKED = ("compare", "attention:bank", "--engine", "reference", "--over")


def test_the_table_has_each_value_with_every_status(tmp_path, capsys):
    target = tmp_path / "t.csv"
    assert (
        main([*ASKED, "temperature", "--values", "0.5", "1", "--table", str(target), "--json"]) == 0
    )
    said = json.loads(capsys.readouterr().out)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["temperature"] for row in rows] == ["0.5", "1.0"]
    assert float(rows[1]["length"]) == pytest.approx(2.86743, abs=5e-6)
    assert {row["length_status"] for row in rows} == {"OK"} and said["over"] == "temperature"


def test_pictures_and_plots_are_written_in_millimetres_with_text_as_text(tmp_path):
    target = tmp_path / "p.svg"
    size = ("--width", "170mm", "--height", "70mm", "-o", str(target))
    assert main([*ASKED, "head", "--values", "0", "9", *size]) == 0
    text = target.read_text("utf-8")
    assert 'width="170mm" height="70mm"' in text
    for words in ("head 0", "head 9", "length 2.867", "length 1.223"):
        assert words in text
    plot = tmp_path / "m.svg"
    values = ("temperature", "--values", "0.05", "1:2:3", "--measure", "length")
    assert main([*ASKED, *values, "--width", "85mm", "-o", str(plot)]) == 0
    assert "τ = 0.05: unknown, " in plot.read_text("utf-8")


def test_a_png_has_its_pixels_per_inch_and_its_scene(tmp_path):
    target = tmp_path / f"p{PNG}"
    asked = ("head", "--values", "0", "9", "--width", "4in", "--height", "2in", "--dpi", "150")
    assert main([*ASKED, *asked, "-o", str(target)]) == 0
    with Image.open(target) as picture:
        assert picture.size == (600, 300) and picture.info["dpi"] == pytest.approx(
            (150, 150), abs=0.1
        )
    assert "attention:bank" in unpacked(target)


def test_wrong_use_is_refused_in_one_line(tmp_path, capsys):
    target = str(tmp_path / "p.svg")
    for values, words in (
        (("head", "--values", "0:6", "-o", target), "expected 2 to 6 different heads, got 7"),
        (("head", "--values", "0", "x"), "got 'x'"),
        (("head", "--values", "0:5", "-o", target, "--size", "300x300"), "pictures"),
        (("head", "--values", "0", "1", "--table", "a.txt"), "must end in .csv"),
    ):
        assert main([*ASKED, *values]) == 2
        assert words in capsys.readouterr().err
    assert main(["compare", "gaussian", "--over", "head", "--values", "0", "1"]) == 2
    assert "only heads are compared" in capsys.readouterr().err
    assert main([*ASKED, "layer", "--values", "0", "99"]) == 1, "a part is unknown"
