"""The cache folder of each system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from compute.core.places import NAME, cache_folder


@pytest.mark.parametrize(
    ("platform", "stated", "local", "wanted"),
    [
        ("linux", "", "", "home/.cache/{}"),
        ("linux", "relative", "", "home/.cache/{}"),
        ("linux", "{tmp}/mine", "{tmp}/local", "mine/{}"),
        ("freebsd14", "", "", "home/.cache/{}"),
        ("darwin", "", "", "home/Library/Caches/{}"),
        ("darwin", "{tmp}/mine", "", "mine/{}"),
        ("win32", "", "{tmp}/local", "local/{}/Cache"),
        ("win32", "{tmp}/mine", "{tmp}/local", "mine/{}"),
        ("win32", "", "", None),
        ("win32", "", "relative", None),
    ],
)
def test_each_system_has_its_cache_folder(platform, stated, local, wanted, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setenv("XDG_CACHE_HOME", stated.format(tmp=tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", local.format(tmp=tmp_path))
    assert cache_folder() == (wanted and tmp_path / wanted.format(NAME))


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_system_without_a_home_has_no_cache_folder(platform, monkeypatch):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    assert cache_folder() is None
