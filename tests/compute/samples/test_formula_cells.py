"""Cells that spreadsheets would run: an apostrophe before them, and none after reading them back."""

from __future__ import annotations

import csv
import io

import pytest

from app.jobs.matrix_table import matrix_csv
from compute.samples import table
from compute.samples.formula_cells import guarded, guarded_row, unguarded


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+1+1", "'+1+1"), ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("-", "'-"), ("'=1", "''=1"),
        ("-5", "-5"), ("+1e-3", "+1e-3"), ("a=b", "a=b"), ("'quoted'", "'quoted'"), ("", ""),
    ],
)  # fmt: skip
def test_only_text_that_begins_like_a_formula_is_marked_and_comes_back(text, written):
    assert guarded(text) == written
    assert unguarded(written) == text


def test_numbers_are_left_alone():
    assert guarded_row({"a": -1.5, "b": None, "c": "=x"}) == {"a": -1.5, "b": None, "c": "'=x"}


def test_labels_of_a_table_come_back_without_their_mark(tmp_path):
    import numpy as np

    text = matrix_csv(["=1+1", "b"], np.array([[0.0, 2.5], [2.5, 0.0]]))
    cells = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in cells] == ["label", "'=1+1", "b"] and cells[0][1] == "'=1+1"
    (tmp_path / "t.csv").write_text(text)
    found = table.read(tmp_path / "t.csv")
    assert found.words("label") == ["=1+1", "b"] and "=1+1" in found.columns
    np.testing.assert_array_equal(found.numbers("=1+1"), [0.0, 2.5])
