"""The entries of a scene file: a scene as plain data, and back.

Entries that are not known are kept and written back.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from app.model import (
    colour_limits,
    data_points,
    data_settings,
    descents,
    flow,
    keyframe_tracks,
    normals,
    notes,
    photograph,
    ranges,
)
from app.model.layers import Layers, Opacity
from app.model.paths import located, relative
from app.model.scene import POSED, Camera, Pin, Scene
from compute.families import parse, write
from compute.heads.head import bundled
from compute.manifold.extent import Extent

_PLAIN = (
    "family", "chart", "alpha", "scalar", "token", "colormap", "playhead", "title", "map_opacity",
    "equal",
)  # fmt: skip
# names of entries
KNOWN = {
    "format", "version", "start", "end", "third", "vector", "layers", "opacity", "view", "timeline",
    "loop", "camera", "limits", "flow", "photograph", "normals", "notes", "angles", "points",
    "data", "descents", "aside", *_PLAIN,
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
            "data": data_settings.DataSettings,
            "descents": descents.DescentSettings,
        }.items()
    },
    "start": ("theta", "token"),
    "end": ("theta", "token"),
    "third": ("theta", "token"),
    "timeline": ("duration", "repeat", "tracks"),
}
# what is kept of a scene whose keyframes are set aside
_ASIDE = {"family", *POSED}
# path and value of an unknown entry
_Unknown = tuple[tuple[str, ...], object]


def stated(scene: Scene, folder: Path | None) -> dict[str, object]:
    """Return a scene as plain data, with paths of files relative to ``folder``, or absolute."""
    data: dict[str, object] = {name: getattr(scene, name) for name in _PLAIN}
    data["family"] = _relocated(scene.family, lambda p: relative(p, folder))
    for name in ("start", "end", "third"):
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
    data |= notes.stated(scene.notes, scene.angles) | data_points.stated(scene.points)
    data |= _subjects(scene, folder)
    if scene.aside:
        data["aside"] = [_stated_aside(held, folder) for held in scene.aside]
    _put_back(data, scene.unknown)
    return data


def _stated_aside(scene: Scene, folder: Path | None) -> dict[str, object]:
    """Return what is kept of a scene set aside."""
    whole = stated(replace(scene, unknown=()), folder)
    data = {name: value for name, value in whole.items() if name in _ASIDE}
    _put_back(data, scene.unknown)
    return data


def _subjects(scene: Scene, folder: Path | None) -> dict[str, object]:
    """Return flow, picture, normals and timeline where they differ from the default."""
    data: dict[str, object] = {}
    if scene.opacity != Opacity():
        shares = {f.name: getattr(scene.opacity, f.name) for f in fields(Opacity)}
        data["opacity"] = {name: share for name, share in shares.items() if share != 1.0}
    if scene.flow != flow.FlowSettings():
        data["flow"] = flow.stated(scene.flow, folder)
    if scene.data != data_settings.DataSettings():
        data["data"] = data_settings.stated(scene.data, folder)
    if scene.descents != descents.DescentSettings():
        data["descents"] = descents.stated(scene.descents)
    if scene.photograph != photograph.Photograph():
        data["photograph"] = photograph.stated(scene.photograph, folder)
    if scene.normals != normals.Normals():
        data["normals"] = normals.stated(scene.normals)
    if scene.timeline is not None:
        data["timeline"] = keyframe_tracks.stated(scene.timeline)
    return data


def _put_back(data: dict[str, Any], unknown: tuple[_Unknown, ...]) -> None:
    """Put unknown entries back in their places."""
    for (*parents, last), value in unknown:
        if (
            parents
            and parents[0] in ("timeline", "start", "end", "third")
            and parents[0] not in data
        ):
            continue  # the remark concerned a removed timeline or pin
        home = data
        for parent in parents:
            home = home.setdefault(parent, {})
        home[last] = value


def read(data: dict[str, Any], folder: Path) -> Scene:
    """Return the scene of schema-checked data, not completed.  Raises ValueError."""
    chosen = {name: data[name] for name in _PLAIN if name in data}
    family = _relocated(chosen.get("family", Scene.family), lambda p: located(p, folder))
    view = data.get("view")
    return replace(
        Scene(),
        **{**chosen, "family": family},
        start=_pin(data.get("start")),
        end=_pin(data.get("end")),
        third=_pin(data.get("third")),
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
        data=data_settings.read(data.get("data", {}), folder),
        descents=descents.read(data.get("descents", {})),
        photograph=photograph.read(data.get("photograph", {}), folder),
        normals=normals.read(data.get("normals", {})),
        timeline=keyframe_tracks.read(data["timeline"]) if data.get("timeline") else None,
        aside=tuple(_read_aside(held, folder) for held in data.get("aside", [])),
        unknown=_unknown(data, KNOWN),
    )


def _read_aside(data: dict[str, Any], folder: Path) -> Scene:
    known = {name: value for name, value in data.items() if name in _ASIDE}
    return replace(read(known, folder), unknown=_unknown(data, _ASIDE))


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


def _unknown(data: dict[str, Any], names: set[str]) -> tuple[_Unknown, ...]:
    found: list[_Unknown] = [((key,), value) for key, value in data.items() if key not in names]
    for name, known in _NESTED.items():
        if name in names:
            found += [((name, key), value) for key, value in _unknown_in(data.get(name), known)]
    return tuple(found)


def unknown(scene: Scene) -> list[_Unknown]:
    """Return paths and values of all unknown entries, which are written back."""
    within = keyframe_tracks.unknown(scene.timeline) if scene.timeline else []
    points = data_points.unknown(scene.points)
    found = [*scene.unknown, *notes.unknown(scene.notes, scene.angles), *points, *within]
    for i, held in enumerate(scene.aside):
        found += [(("aside", str(i), *place), value) for place, value in unknown(held)]
    return found


def _unknown_in(entry: Any, known: tuple[str, ...]) -> list[tuple[str, object]]:
    return [(key, value) for key, value in (entry or {}).items() if key not in known]


def _relocated(family: str, move: Callable[[str], str]) -> str:
    """Return ``family`` with the path of its file relocated, if it has one."""
    name, stated = parse(family)
    source = stated.get("source", "")
    if not source or source in bundled() or source.startswith("{"):
        return family
    if os.path.isabs(move(source)) and os.path.isabs(source):
        return family
    return write(name, {**stated, "source": move(source)})
