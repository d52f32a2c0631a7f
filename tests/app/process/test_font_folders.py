"""The folders of fonts of each system."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.process.font_folders import font_folders

SYSTEM = ["/usr/local/share/fonts", "/usr/share/fonts"]
CASES = {
    "linux": ({}, ["/h/.local/share/fonts", "/h/.fonts", *SYSTEM]),
    "linux stated": (
        {"XDG_DATA_HOME": "/mine", "XDG_DATA_DIRS": "/a:relative:/usr/share"},
        ["/mine/fonts", "/h/.fonts", "/a/fonts", "/usr/share/fonts", "/usr/local/share/fonts"],
    ),
    "darwin": ({}, ["/h/Library/Fonts", "/Library/Fonts", "/System/Library/Fonts"]),
    "win32": (
        {"WINDIR": "/w", "LOCALAPPDATA": "/l"},
        ["/w/Fonts", "/l/Microsoft/Windows/Fonts"],
    ),
    "win32 bare": ({"WINDIR": "/w"}, ["/w/Fonts"]),
}


@pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")
@pytest.mark.parametrize("case", CASES)
def test_each_system_has_its_folders_of_fonts(case, monkeypatch):
    stated, wanted = CASES[case]
    monkeypatch.setattr(sys, "platform", case.split()[0])
    for name in ("XDG_DATA_HOME", "XDG_DATA_DIRS", "WINDIR", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/h", **stated}.items():
        monkeypatch.setenv(name, value)
    assert list(font_folders()) == [Path(folder) for folder in wanted]


def test_no_folder_is_relative(monkeypatch):
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert [folder for folder in font_folders() if not os.path.isabs(folder)] == []
