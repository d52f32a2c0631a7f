"""Files that the program keeps for itself: settings, derived families and scores of heads."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

import numpy as np

from app.model import recent
from app.model.lessons import progress
from app.presenters import atlas
from app.views.interface.head_atlas import AtlasChosen
from compute.atlas import score_store
from compute.engine.reference import ReferenceEngine
from compute.families import _build
from compute.families import manifold as manifold_of
from compute.heads.head import HeadFile, load
from tests.fuzz.kind import Broken, Kind

FAMILY = (
    'custom:{"coordinates": ["a", "b"], "metric": ["1/b^2", "0", "1.0/b^2"], "domain": ["b > 0"], '
    '"pins": [[0, 1], [1, 2]], "view": [-2, 2, 0.1, 3]}'
)


def _settings(path: Path) -> object:
    from PySide6.QtCore import QSettings

    from app.views.qt.window.settings import Settings

    return Settings(QSettings(str(path), QSettings.Format.IniFormat))


def settings(folder: Path) -> list[bytes]:
    """Settings as Qt writes them."""
    path = folder / "seed.ini"
    made = _settings(path)
    made.preferences = made.preferences
    made.recent = ("/a.json", "/b.json")
    made.lessons = progress.text_of({"alpha": progress.Progress(1, frozenset({0}), 3)})
    made.close()
    return [path.read_bytes()]


def open_settings(path: Path) -> None:
    """Read everything that the start of the window reads: damaged entries give the defaults."""
    found = _settings(path)
    recent.present(found.recent)
    progress.text_of(progress.read(found.lessons))
    assert found.preferences and (found.layout is None or found.layout.panels)


@cache
def _entry() -> Path:
    """The file that the family is cached in, which exists after its derivation."""
    folder = Path(os.environ["XDG_CACHE_HOME"])
    before = {path for path in folder.rglob("*") if path.is_file()}
    manifold_of(FAMILY)
    (found,) = {path for path in folder.rglob("*") if path.is_file()} - before
    return found


def derived(folder: Path) -> list[bytes]:
    """A derived family as the cache stores it."""
    return [_entry().read_bytes()]


def open_derived(path: Path) -> None:
    """Derive a family whose cached form is damaged: it is made again."""
    _entry().write_bytes(path.read_bytes())
    _build.cache_clear()
    metric = manifold_of(FAMILY).geometry(np.array([0.5, 2.0])).metric
    if not np.allclose(metric, [0.25, 0.0, 0.25]):
        raise Broken(f"another metric is computed: {metric.tolist()}")


@cache
def _heads() -> HeadFile:
    """Return a file of two heads of random numbers."""
    path, rng = Path(os.environ["XDG_CACHE_HOME"]) / "heads.npz", np.random.default_rng(6)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **{name: rng.normal(size=(1, 2, 4, 3)) for name in "qkv"})
    return load(str(path))


def _scores() -> tuple[score_store.HeadScores, ...]:
    score_store.known.clear()
    return score_store.file_scores(ReferenceEngine(), _heads(), "fuzzed heads")


@cache
def _scored() -> Path:
    """The file that the scores are kept in."""
    folder = Path(os.environ["XDG_CACHE_HOME"])
    before = {path for path in folder.rglob("*") if path.is_file()}
    _heads()
    _scores()
    found = {path for path in folder.rglob("*.json") if path.is_file()} - before
    (entry,) = found
    return entry


def scores(folder: Path) -> list[bytes]:
    """The scores of heads as JSON."""
    return [_scored().read_bytes().partition(b"\n")[2]]


def open_scores(path: Path) -> None:
    """Show heads whose kept scores are damaged, but have the digest of an entry."""
    entry, text = _scored(), path.read_bytes()
    digest = hashlib.sha256(entry.name.encode() + b"\n" + text).hexdigest()
    entry.write_bytes(digest.encode() + b"\n" + text)
    found = _scores()
    if [(of.layer, of.head) for of in found] != [(0, 0), (0, 1)]:
        raise Broken("scores of other heads")
    for of in found:
        atlas.cells(atlas.entry(_heads(), of))
    atlas.state([_heads()], [(0, of) for of in found], None, None, (0, 0), AtlasChosen())


KINDS = (
    Kind("scores of heads", ".json", scores, open_scores, (b'"layer": 99', b'"head": "0"')),
    Kind(
        "settings",
        ".ini",
        settings,
        open_settings,
        (b"@Variant(", b"@ByteArray(", b"@Invalid()", b"recent="),
    ),
    Kind("cache", ".json", derived, open_derived),
)
