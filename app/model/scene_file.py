"""Scene files: JSON checked against a schema.

Files of older versions are migrated, newer ones are refused, unknown entries are kept and reported.
Paths of head files are relative to the scene file.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from importlib import resources
from pathlib import Path
from typing import Any

from app.model import (
    colour_limits,
    data_points,
    embedded,
    flow,
    keyframe_tracks,
    normals,
    notes,
    photograph,
    ranges,
)
from app.model.file_formats import HOLDING_SCENE, JSON
from app.model.layers import Layers, Opacity, with_layers
from app.model.paths import located, relative
from app.model.scene import Camera, Pin, Scene, completed
from app.model.timeline import scene_time
from compute.core import foreign_files
from compute.core.json_text import read_json
from compute.core.opening import read_text
from compute.core.refusal import Refused, describe, shown, unmet
from compute.core.replacing import replacing, sweep
from compute.families import parse, write
from compute.heads.head import bundled, is_file
from compute.manifold.extent import Extent

FORMAT = "attention-geodesics/scene"
VERSION = 1
MOST_BYTES = 4 << 20
# maximum length of a text; texts are written once when read, to make sure that they can be saved
LARGE = MOST_BYTES // 16
# migrations[v] turns the entries of version v into those of version v + 1
MIGRATIONS: dict[int, Callable[[dict[str, object]], dict[str, object]]] = {}

_PLAIN = (
    "family", "chart", "alpha", "scalar", "token", "colormap", "playhead", "title", "map_opacity",
    "equal",
)  # fmt: skip
_KNOWN = {
    "format", "version", "start", "end", "vector", "layers", "opacity", "view", "timeline", "loop",
    "camera", "limits", "flow", "photograph", "normals", "notes", "angles", "points",
    *_PLAIN,
}  # fmt: skip
# known names within nested entries
_NESTED: dict[str, tuple[str, ...]] = {
    **{
        name: tuple(field.name for field in fields(kind))
        for name, kind in {
            "layers": Layers,
            "opacity": Opacity,
            "flow": flow.FlowSettings,
            "photograph": photograph.Photograph,
            "normals": normals.Normals,
        }.items()
    },
    "start": ("theta", "token"),
    "end": ("theta", "token"),
    "timeline": ("duration", "repeat", "tracks"),
}


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
        raise NotAScene(f"{path} cannot be read: {describe(problem)}") from None
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
    data: dict[str, object] = {"format": FORMAT, "version": VERSION}
    data |= {name: getattr(scene, name) for name in _PLAIN}
    data["family"] = _relocated(scene.family, lambda p: relative(p, folder))
    for name in ("start", "end"):
        pin = getattr(scene, name)
        if pin is not None:
            data[name] = {"theta": list(pin.theta), "token": pin.token}
    if scene.vector is not None:
        data["vector"] = list(scene.vector)
    data["layers"] = {f.name: getattr(scene.layers, f.name) for f in fields(Layers)}
    if scene.view is not None:
        data["view"] = [scene.view.x0, scene.view.x1, scene.view.y0, scene.view.y1]
    if scene.camera is not None:
        data["camera"] = list(scene.camera)
    if scene.limits is not None:
        data["limits"] = colour_limits.stored(scene.limits)
    if scene.loop:
        data["loop"] = [list(vertex) for vertex in scene.loop]
    data |= notes.stated(scene.notes, scene.angles)
    data |= data_points.stated(scene.points)
    data |= _subjects(scene, folder)
    _put_back(data, scene.unknown)
    return _laid_out(data) + "\n"


def _laid_out(data: dict[str, object]) -> str:
    """Return indented JSON, or a single line if that would be too large."""
    line = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if len(line) > LARGE:
        return line
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    return text if len(text) < MOST_BYTES // 4 else line  # a character takes at most four bytes


def _subjects(scene: Scene, folder: Path) -> dict[str, object]:
    """Return flow, picture, normals and timeline where they differ from the default."""
    data: dict[str, object] = {}
    if scene.opacity != Opacity():
        shares = {f.name: getattr(scene.opacity, f.name) for f in fields(Opacity)}
        data["opacity"] = {name: share for name, share in shares.items() if share != 1.0}
    if scene.flow != flow.FlowSettings():
        data["flow"] = flow.stated(scene.flow, folder)
    if scene.photograph != photograph.Photograph():
        data["photograph"] = photograph.stated(scene.photograph, folder)
    if scene.normals != normals.Normals():
        data["normals"] = normals.stated(scene.normals)
    if scene.timeline is not None:
        data["timeline"] = keyframe_tracks.stated(scene.timeline)
    return data


def _put_back(data: dict[str, Any], unknown: tuple[tuple[tuple[str, ...], object], ...]) -> None:
    """Put unknown entries back in their places."""
    for (*parents, last), value in unknown:
        if parents and parents[0] in ("timeline", "start", "end") and parents[0] not in data:
            continue  # the remark concerned a removed timeline or pin
        home = data
        for parent in parents:
            home = home.setdefault(parent, {})
        home[last] = value


def from_text(text: str, where: str, folder: Path) -> Scene:
    """Return the completed scene of a text.  Raises `NotAScene`."""
    data = _migrated(_object(text, where), where)
    _check_schema(data, where)
    scene = _completed(data, where, folder)
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
        scene = completed(_scene(data, folder))
        for place, value in unknown(scene):
            _check_finite(value, "/".join(place))
        scene_time.check(scene)
        return scene
    except ValueError as problem:
        raise NotAScene(f"{where}: {problem}") from None


def _scene(data: dict[str, Any], folder: Path) -> Scene:
    chosen = {name: data[name] for name in _PLAIN if name in data}
    family = _relocated(chosen.get("family", Scene.family), lambda p: located(p, folder))
    view = data.get("view")
    return replace(
        Scene(),
        **{**chosen, "family": family},
        start=_pin(data.get("start")),
        end=_pin(data.get("end")),
        vector=_pair(data["vector"]) if data.get("vector") else None,
        layers=Layers(
            **{f.name: data.get("layers", {}).get(f.name, f.default) for f in fields(Layers)}
        ),
        opacity=Opacity(
            **{f.name: float(data.get("opacity", {}).get(f.name, 1.0)) for f in fields(Opacity)}
        ),
        loop=tuple(_pair(vertex) for vertex in data.get("loop", [])),
        **notes.read(data),
        points=data_points.read(data),
        view=Extent(*map(float, view)) if view else None,
        camera=_camera(data.get("camera")),
        limits=colour_limits.read(data.get("limits")),
        flow=flow.read(data.get("flow", {}), folder),
        photograph=photograph.read(data.get("photograph", {}), folder),
        normals=normals.read(data.get("normals", {})),
        timeline=keyframe_tracks.read(data["timeline"]) if data.get("timeline") else None,
        unknown=_unknown(data),
    )


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


def published_schema() -> dict[str, object]:
    """Return the published schema of scene files."""
    text = (resources.files("assets") / "scene.schema.json").read_text("utf-8")
    return dict(json.loads(text))


def _check_schema(data: dict[str, object], where: str) -> None:
    # imported here: it takes longer than everything else at a start without a file
    from jsonschema import Draft202012Validator

    problem = next(
        iter(Draft202012Validator(with_layers(published_schema())).iter_errors(data)), None
    )
    if problem is not None:
        place = "/".join(map(str, problem.absolute_path)) or "the scene"
        raise NotAScene(f"{where}: {place}: {unmet(problem)}")


def _pin(data: dict[str, Any] | None) -> Pin | None:
    if data is None:
        return None
    token = data.get("token")
    return Pin(_pair(data["theta"]), None if token is None else int(token))


def _camera(values: list[float] | None) -> Camera | None:
    if values is None:
        return None
    azimuth, elevation, zoom, across, up = map(float, values)
    ranges.camera((azimuth, elevation, zoom, across, up))
    return azimuth, elevation, zoom, across, up


def _pair(values: list[float]) -> tuple[float, float]:
    x, y = map(float, values)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(f"coordinates must be finite, got {[x, y]}")
    return x, y


def _unknown(data: dict[str, object]) -> tuple[tuple[tuple[str, ...], object], ...]:
    found: list[tuple[tuple[str, ...], object]] = [
        ((key,), value) for key, value in data.items() if key not in _KNOWN
    ]
    for name, known in _NESTED.items():
        found += [((name, key), value) for key, value in _unknown_in(data.get(name), known)]
    return tuple(found)


def unknown(scene: Scene) -> list[tuple[tuple[str, ...], object]]:
    """Return paths and values of all unknown entries, which are written back."""
    within = keyframe_tracks.unknown(scene.timeline) if scene.timeline else []
    of_points = data_points.unknown(scene.points)
    return [*scene.unknown, *notes.unknown(scene.notes, scene.angles), *of_points, *within]


def _unknown_in(entry: Any, known: tuple[str, ...]) -> list[tuple[str, object]]:
    return [(key, value) for key, value in (entry or {}).items() if key not in known]


def _check_finite(value: object, name: str) -> None:
    """Refuse numbers that are not finite, such as 1e999, which JSON cannot represent."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"numbers must be finite, got {value} in {shown(name)}")
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        _check_finite(item, name)


def _relocated(family: str, move: Callable[[str], str]) -> str:
    """Return ``family`` with the path of its file relocated, if it has one."""
    name, stated = parse(family)
    source = stated.get("source", "")
    if not source or source in bundled() or source.startswith("{"):
        return family
    if os.path.isabs(move(source)) and os.path.isabs(source):
        return family
    return write(name, {**stated, "source": move(source)})
