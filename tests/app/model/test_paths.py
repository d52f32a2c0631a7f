"""Paths in files that others open, perhaps on another system."""

from __future__ import annotations

import ntpath
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.model import paths


def test_a_path_is_stored_relative_to_its_file_and_found_again(tmp_path):
    stored = paths.relative(str(tmp_path / "heads" / "a b.npz"), tmp_path / "scenes")
    assert stored == "../heads/a b.npz"
    assert paths.located(stored, tmp_path / "scenes") == str(tmp_path / "heads" / "a b.npz")
    assert paths.relative("a.npz", None) == os.path.abspath("a.npz")


@pytest.mark.parametrize(
    ("path", "stored"),
    [
        (r"C:\lectures\heads\a.npz", "../heads/a.npz"),
        (r"D:\heads\a.npz", r"D:\heads\a.npz"),
    ],
)
def test_what_windows_stores_every_system_reads(path, stored, monkeypatch):
    monkeypatch.setattr(paths, "os", SimpleNamespace(path=ntpath, sep="\\"))
    assert paths.relative(path, Path(r"C:\lectures\scenes")) == stored
