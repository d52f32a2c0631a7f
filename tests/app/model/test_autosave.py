"""Unsaved work: a thread keeps the newest; it is offered despite damaged files, and taken once."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.model import autosave, scene_file
from app.model.autosave import Autosave, Keeper
from tests.compute.core.test_replacing import dead  # noqa: F401
from tests.windows import PATIENCE

SCENE = scene_file.load("gaussian")


def ignore(problem: Exception | None) -> None:
    assert problem is None


def is_dead(name: str) -> bool:
    return False


def found(folder: Path) -> list[float]:
    return [each.scene.alpha for each in autosave.lost(folder, is_dead)]


class Slow(Autosave):
    """Waits to be released before it writes, and counts."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "slow")
        self.begun, self.let, self.count = threading.Semaphore(0), threading.Semaphore(0), 0

    def write(self, scene, origin) -> None:
        self.begun.release()
        assert self.let.acquire(timeout=PATIENCE)
        self.count += 1
        super().write(scene, origin)


def test_whoever_keeps_waits_for_no_disk_and_the_newest_is_kept(tmp_path):
    slow = Slow(tmp_path)
    keeper = Keeper(slow, ignore)
    keeper.write(SCENE, None)
    assert slow.begun.acquire(timeout=PATIENCE)
    for i in range(100):
        keeper.write(replace(SCENE, alpha=i / 100), None)
    slow.let.release(2)
    keeper.close()
    assert slow.count == 2 and found(tmp_path) == [0.99]


def test_what_is_forgotten_while_it_is_written_is_not_there(tmp_path):
    slow = Slow(tmp_path)
    keeper = Keeper(slow, ignore)
    keeper.write(SCENE, None)
    assert slow.begun.acquire(timeout=PATIENCE)
    keeper.discard()
    slow.let.release()
    keeper.close()
    assert slow.count == 1 and list(tmp_path.iterdir()) == []


def test_who_closes_twice_waits_for_nothing(tmp_path):
    keeper = Keeper(Autosave(tmp_path, "mine"), ignore)
    keeper.close()
    keeper.write(SCENE, None)
    keeper.close()
    assert found(tmp_path) == [0.0]


def test_what_cannot_be_kept_is_told_and_the_thread_goes_on(tmp_path):
    told: list[Exception | None] = []
    (tmp_path / "file").touch()
    keeper = Keeper(Autosave(tmp_path / "file", "mine"), told.append)
    for _ in range(2):
        keeper.write(SCENE, None)
        keeper.wait()
    (tmp_path / "file").unlink()
    keeper.write(SCENE, None)
    keeper.close()
    assert [type(problem) for problem in told] == [FileExistsError] * 2 + [type(None)]


def test_of_two_that_restore_one_gets_the_work(tmp_path):
    Autosave(tmp_path, "killed").write(replace(SCENE, alpha=0.25), None)
    keepers = [Keeper(Autosave(tmp_path, name), ignore) for name in ("one", "other")]
    (lost,) = autosave.lost(tmp_path, is_dead)
    keepers[0].take(lost.file)
    with pytest.raises(FileNotFoundError):
        keepers[1].take(lost.file)
    for keeper in keepers:
        keeper.close()
    assert [file.name for file in tmp_path.iterdir()] == ["one.unsaved"]
    assert found(tmp_path) == [0.25]


def test_whatever_lies_among_unsaved_work_it_is_offered(tmp_path):
    Autosave(tmp_path, "killed").write(replace(SCENE, alpha=0.5), None)
    (tmp_path / "a.unsaved").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b.unsaved").symlink_to(tmp_path / "b.unsaved")
    (tmp_path / "c.unsaved").mkdir()
    (tmp_path / f".killed.{os.getpid()}.unsaved").write_text("half")
    assert found(tmp_path) == [0.5]


def test_remains_of_dead_sessions_go(tmp_path, dead):  # noqa: F811
    from app.views.qt.window.settings import Settings

    settings = Settings(None, tmp_path)
    lock = f"{settings.session}.lock"
    (tmp_path / f".gone.{dead}.unsaved").touch()
    (tmp_path / "gone.lock").write_text(
        (tmp_path / lock).read_text().replace(str(os.getpid()), str(dead))
    )
    autosave.sweep(tmp_path, settings.is_alive)
    assert [file.name for file in tmp_path.iterdir()] == [lock]
    settings.close()


def test_what_was_lost_last_is_offered_first(tmp_path):
    for age, alpha in ((300, 0.25), (100, 0.5), (200, 0.75)):
        Autosave(tmp_path, f"of {age}").write(replace(SCENE, alpha=alpha), None)
        (file,) = tmp_path.glob(f"of {age}*")
        os.utime(file, (1e9 - age, 1e9 - age))
    assert found(tmp_path) == [0.5, 0.75, 0.25]
