"""Tables of rows: names and entries that a spreadsheet would run are text."""

from __future__ import annotations

import pytest

from app.export.row_table import write_table


def test_rows_have_names_and_no_formulas(tmp_path):
    target = tmp_path / "rows.csv"
    write_table(target, [{"=name": "=1+1", "value": -1.5}, {"=name": "plain, text", "value": ""}])
    assert target.read_text(encoding="utf-8").splitlines() == [
        "'=name,value", "'=1+1,-1.5", '"plain, text",',
    ]  # fmt: skip


def test_a_table_without_rows_is_refused(tmp_path):
    target = tmp_path / "table.csv"
    with pytest.raises(ValueError, match="no rows to write"):
        write_table(target, [])
    assert not target.exists()
