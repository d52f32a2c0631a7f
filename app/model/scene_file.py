"""Scene files: JSON checked against a schema.

Files of older versions are migrated, newer ones are refused, unknown entries are kept and reported.
Paths of head files are relative to the scene file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from importlib import resources
from pathlib import Path

from app.model import embedded, scene_entries, scene_schema
from app.model.file_formats import HOLDING_SCENE, JSON
from app.model.scene import Scene, check_ranges, completed
from app.model.timeline import scene_time
from compute.core import foreign_files
from compute.core.json_text import read_json
from compute.core.opening import read_text
from compute.core.refusal import Refused, describe, shown
from compute.core.replacing import replacing, sweep
from compute.families import write
from compute.heads.head import is_file

FORMAT = "attention-geodesics/scene"
VERSION = 1
MOST_BYTES = 4 << 20
# maximum length of a text; texts are written once when read, to make sure that they can be saved
LARGE = MOST_BYTES // 16
# migrations[v] turns the entries of version v into those of version v + 1
MIGRATIONS: dict[int, Callable[[dict[str, object]], dict[str, object]]] = {}


class NotAScene(Refused):
    """A file or text that is not a valid scene; the message is one short line."""


class CannotBeKept(ValueError):
    """A scene that cannot be written to a file; the message is one line."""


def load(path: str | Path, others: Iterable[str] = ()) -> Scene:
    """Return the completed scene of a scene file, a head file, or a bundled name.

    Raises `NotAScene`; ``others``: further valid names, for the message.
    """
    source = Path(path)
    if str(path) in names():
        # built-in scenes are checked by the tests, not at each start
        return _completed(json.loads(_bundled(str(path))), str(path), Path())
    if is_file(source):
        return _of_heads(source)
    try:
        foreign_files.refuse(source)
    except ValueError as problem:
        raise NotAScene(str(problem)) from None
    try:
        text = _read(source)
    except FileNotFoundError:
        known = ", ".join((*names(), *others))
        raise NotAScene(
            f"a scene must be a file or one of {known}, got {shown(str(path))}"
        ) from None
    except (OSError, ValueError) as problem:
        raise NotAScene(f"{source} cannot be read: {describe(problem)}") from None
    return from_text(text, str(path), source.parent)


def _of_heads(source: Path) -> Scene:
    """Return the scene of the first head of a file, as the window opens it."""
    try:
        return completed(Scene(family=write("attention", {"source": str(source)})))
    except (ValueError, OSError) as problem:
        raise NotAScene(describe(problem)) from None


def _read(source: Path) -> str:
    """Return the text of a scene file, or of the scene embedded in a figure or film."""
    if source.suffix.lower() in HOLDING_SCENE:
        try:
            return embedded.unpacked(source)
        except ValueError as problem:
            raise NotAScene(f"{source}: {problem}") from None
    return read_text(source, MOST_BYTES)


def save(scene: Scene, path: str | Path) -> None:
    """Write a scene atomically; raise CannotBeKept before anything is written, and OSError."""
    target = Path(path)
    content = kept_text(scene, target.parent).encode()
    sweep(target.parent, target.stem)
    with replacing(target) as temporary:
        temporary.write_bytes(content)


def kept_text(scene: Scene, folder: Path) -> str:
    """Return the text of a scene's file, verified to be readable.  Raises CannotBeKept."""
    try:
        text = to_text(scene, folder)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError) as problem:
        raise CannotBeKept(f"the scene cannot be written as JSON: {describe(problem)}") from None
    if size > MOST_BYTES:
        raise CannotBeKept(f"a scene has at most {MOST_BYTES} bytes, this one has {size}")
    return text


def names() -> tuple[str, ...]:
    """Return the names of the bundled scenes, the default one first."""
    index = json.loads((resources.files("assets") / "scenes" / "index.json").read_text("utf-8"))
    return tuple(index)


def _bundled(name: str) -> str:
    return (resources.files("assets") / "scenes" / f"{name}{JSON}").read_text("utf-8")


def to_text(scene: Scene, folder: Path) -> str:
    """Return the scene as JSON, with paths of head files relative to ``folder``."""
    head: dict[str, object] = {"format": FORMAT, "version": VERSION}
    return _laid_out(head | scene_entries.stated(scene, folder)) + "\n"


def _laid_out(data: dict[str, object]) -> str:
    """Return indented JSON, or a single line if that would be too large."""
    line = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if len(line) > LARGE:
        return line
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    return text if len(text) < MOST_BYTES // 4 else line  # a character takes at most four bytes


def from_text(text: str, where: str, folder: Path) -> Scene:
    """Return the completed scene of a text.  Raises `NotAScene`."""
    data = _migrated(_object(text, where), where)
    try:
        scene_schema.check(data)
        scene = _completed(data, where, folder)
        scene_schema.check_keyframes(data)
    except NotAScene:
        raise
    except ValueError as problem:
        raise NotAScene(f"{where}: {problem}") from None
    if len(text) > LARGE:
        _check_size(scene, where, folder)
    return scene


def _check_size(scene: Scene, where: str, folder: Path) -> None:
    """Check the size as written, since numbers may be written longer than they were read."""
    try:
        kept_text(scene, folder)
    except CannotBeKept as problem:
        raise NotAScene(f"{where}: {problem}") from None


def _completed(data: dict[str, object], where: str, folder: Path) -> Scene:
    try:
        scene = completed(scene_entries.read(data, folder))
        for place, value in scene_entries.unknown(scene):
            _check_finite(value, "/".join(place))
        scene_time.check(scene)
        scene_time.check_names(scene)
        for held in scene.aside:  # their manifolds are made when they come back
            check_ranges(held)
            scene_time.check(held)
        return scene
    except ValueError as problem:
        raise NotAScene(f"{where}: {problem}") from None


def _object(text: str, where: str) -> dict[str, object]:
    try:
        data = read_json(text, where, finite=True)
    except Refused as problem:
        raise NotAScene(str(problem)) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        found = data.get("format") if isinstance(data, dict) else type(data).__name__
        raise NotAScene(f'{where} must be a scene with "format": "{FORMAT}", got {shown(found)}')
    return data


def _migrated(data: dict[str, object], where: str) -> dict[str, object]:
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise NotAScene(
            f"{where}: version must be a whole number from 1 to {VERSION}, got {shown(version)}"
        )
    if version > VERSION:
        raise NotAScene(
            f"{where} has version {shown(version)}, but this program reads up to {VERSION}: it "
            "was written by a newer one"
        )
    for step in range(version, VERSION):
        data = MIGRATIONS[step](data)
    return data


def _check_finite(value: object, name: str) -> None:
    """Refuse numbers that are not finite, such as 1e999, which JSON cannot represent."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"numbers must be finite, got {value} in {shown(name)}")
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        _check_finite(item, name)
