"""Settings that are damaged, or that cannot be kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from app.model import recent
from app.model.lessons import progress
from app.model.preferences import Preferences
from app.views.qt.window import settings as all_settings
from app.views.qt.window.settings import Layout, Settings

DAMAGED = (
    b"",
    b"\0" * 500,
    b"\xff\xfe[General]",
    b"[General]\nautosave=maybe\ndigits=x\nlive_steps=1e9\ntheme=@Rect(0 0 1 1)\n",
    b"[General]\nlessons=@ByteArray(x)\nrecent=@Invalid()\ngeometry=@ByteArray(zz)\npanels=@ByteArray(q)\n",
    b"[General]\nrecent=@Rect(0 0 1 1)\nlessons=@Size(3 4)\ngeometry=@Rect(1 1 1 1)\n",
    b"[General]\nrecent=" + b"x," * 1000,
    b"[General]\nlessons={{{\nrecent=@Variant(\\0\\0\\0\\t\\0)\n",
)


def stored(file: Path) -> Settings:
    return Settings(QSettings(str(file), QSettings.Format.IniFormat))


@pytest.mark.parametrize("number", range(len(DAMAGED)))
def test_damaged_settings_give_way_to_what_is_usual(number, tmp_path):
    file = tmp_path / "settings.ini"
    file.write_bytes(DAMAGED[number])
    settings = stored(file)
    assert settings.preferences == Preferences()
    assert settings.layout is None
    assert recent.present(settings.recent) == ()
    assert progress.read(settings.lessons) == {}
    settings.preferences = Preferences(digits=8)
    settings.close()
    assert stored(file).preferences.digits == 8


def test_no_more_recent_files_are_looked_at_than_are_kept():
    assert recent.present([__file__] * 1000) == (__file__,) * recent.MOST


def test_a_layout_that_is_not_as_it_was_stored_is_not_believed(tmp_path):
    file = tmp_path / "settings.ini"
    settings = stored(file)
    settings.layout = layout = Layout(QByteArray(b"geometry"), QByteArray(b"panels"), "sizes")
    settings.close()
    assert stored(file).layout == layout
    file.write_text(file.read_text().replace("panels)", "pamel)"))
    assert stored(file).layout is None


def test_a_home_that_cannot_be_written_to_is_said(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    settings = all_settings.of_the_platform()
    assert settings.folder is None and "unsaved work cannot be backed up" in settings.remark
    settings.recent = ("a.json",)
    settings.close()
