"""Changes of a scene as lines of Python, which a `SceneStore` runs.

Entries are those of a scene file; `changed` and `begun` make a scene of them.  `Recorder` keeps the
scenes of which `text` writes the differences.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from keyword import iskeyword
from pathlib import Path
from typing import Any

from app.model import scene_entries, scene_file
from app.model.scene import Scene, in_chart, of_family
from compute.core.refusal import describe, shown

# entries that are changed one by one
GROUPS = ("layers", "opacity", "flow", "photograph", "normals", "data", "descents")
PINS = ("start", "end", "third")
# maximum number of lines
MOST = 5000

_TEMPLATE = '''"""A macro of Attention Geodesics: `replay` makes the recorded changes.

Run this file to write their scene beside it; import it, or paste it into the panel Console and type
replay(store), to make them elsewhere.
"""

from pathlib import Path

import compute


def replay(store):
{lines}

if __name__ == "__main__":
    store = compute.scene_store()
    replay(store)
    store.save(Path(__file__).with_suffix(".json"))
'''


def begun(entries: Mapping[str, Any]) -> Scene:
    """Return the completed scene of entries; those that are not stated have their defaults.

    Raises ValueError.
    """
    return _scene(_overlaid(_plain(Scene()), entries))


def changed(scene: Scene, entries: Mapping[str, Any]) -> Scene:
    """Return ``scene`` with entries set; None removes one.

    Another family or chart first brings its own defaults, as in the window.  A pin may be a pair θ.
    Raises ValueError.
    """
    rest = dict(entries)
    if unknown := rest.keys() - scene_entries.KNOWN:
        known = ", ".join(sorted(scene_entries.KNOWN - {"format", "version"}))
        raise ValueError(f"an entry must be one of {known}, got {shown(min(unknown))}")
    base = _ground(scene, rest.pop("family", scene.family), rest.pop("chart", None))
    return _scene(_overlaid(_plain(base), rest))


def _ground(scene: Scene, family: object, chart: object) -> Scene:
    """Return ``scene`` in another family and another chart, unless that is None."""
    for name, value in (("family", family), ("chart", chart)):
        if not isinstance(value, str | None):
            raise ValueError(f"{name} must be a name, got {shown(value)}")
    if family != scene.family:
        scene = of_family(scene, str(family))
    return scene if chart in (None, scene.chart) else in_chart(scene, str(chart))


def _plain(scene: Scene) -> dict[str, Any]:
    """Return a scene as it is read from JSON."""
    return dict(json.loads(json.dumps(scene_entries.stated(scene, None))))


def _overlaid(data: dict[str, Any], entries: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in entries.items():
        if name in PINS and isinstance(value, tuple | list):
            value = {"theta": list(value)}
        if name in GROUPS and isinstance(value, Mapping):
            merged = {**data.get(name, {}), **value}
            value = {key: entry for key, entry in merged.items() if entry is not None}
        data[name] = value
    return {name: value for name, value in data.items() if value is not None}


def _scene(data: dict[str, Any]) -> Scene:
    try:
        text = json.dumps({"format": scene_file.FORMAT, "version": scene_file.VERSION} | data)
    except (TypeError, ValueError, RecursionError) as problem:
        raise ValueError(f"entries must be plain data: {describe(problem)}") from None
    return scene_file.from_text(text, "the change", Path.cwd())


# --- recording -----------------------------------------------------------------------------------
class Recorder:
    """Keeps the scene after each change.

    Changes of the same entries, such as the moves of a drag, become one; one that is undone becomes
    none.  Another family is a change of its own.
    """

    def __init__(self, scene: Scene) -> None:
        # the scene after each change, and the fields that the change set
        self._changes: list[tuple[Scene, frozenset[str]]] = [(scene, frozenset())]

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """The scene at the beginning and after each change."""
        return tuple(scene for scene, _ in self._changes)

    @property
    def is_full(self) -> bool:
        """Whether no further change can be recorded."""
        return len(self._changes) > MOST

    def follow(self, scene: Scene) -> None:
        """Record the change to ``scene``."""
        before, last = self._changes[-1]
        fields = _differing(before, scene)
        together = fields | last
        is_one = "family" not in together and together in (fields, last)
        if len(self._changes) > 1 and (is_one or self._changes[-2][0] == scene):
            self._changes.pop()
        if self._changes[-1][0] != scene:
            self._changes.append((scene, together if is_one else fields))


def _differing(old: Scene, new: Scene) -> frozenset[str]:
    before, after = vars(old), vars(new)
    return frozenset(
        name for name, was in before.items() if was is not after[name] and was != after[name]
    )


# --- lines -----------------------------------------------------------------------------------------
def text(scenes: Sequence[Scene]) -> str:
    """Return a script that makes the first scene and each change after it.

    Each line is replayed; one that does not give an equal scene states the whole scene instead.
    Raises ValueError if that cannot be written either.
    """
    lines = [_beginning(scenes[0])]
    lines += [_line(old, new) for old, new in pairwise(scenes)]
    return _TEMPLATE.format(lines="".join(f"    {line}\n" for line in lines))


def _line(old: Scene, new: Scene) -> str:
    try:
        entries = _entries(old, new)
        if changed(old, entries) == new:
            return _call("set", entries)
    except (ValueError, OSError):
        pass  # a file that the scene needs has gone
    return _beginning(new)


def _beginning(scene: Scene) -> str:
    entries = _difference(_plain(Scene()), _plain(scene))
    if begun(entries) != scene:
        raise ValueError("the scene cannot be written as entries of a scene file")
    return _call("begin", entries)


def _entries(old: Scene, new: Scene) -> dict[str, Any]:
    """Return the entries that turn one scene into another."""
    after, found = _plain(new), dict[str, Any]()
    if new.family != old.family:
        found["family"] = after["family"]
    base = _ground(old, found.get("family", old.family), None)
    if new.chart != base.chart:
        found["chart"] = new.chart
        base = in_chart(base, new.chart)
    return found | _difference(_plain(base), after)


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    found = _differences(before, after)
    for name in found.keys() & set(GROUPS):
        found[name] = _differences(before.get(name, {}), after.get(name, {}))
    for name in found.keys() & set(PINS):
        pin = found[name]
        if pin is not None and pin.keys() <= {"theta", "token"} and pin.get("token") is None:
            found[name] = tuple(pin["theta"])
    return found


def _differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return the entries of ``after`` that differ, and None for those that it lacks."""
    names = dict.fromkeys((*after, *before))
    return {name: after.get(name) for name in names if after.get(name) != before.get(name)}


def _call(method: str, entries: Mapping[str, Any]) -> str:
    if all(name.isidentifier() and not iskeyword(name) for name in entries):
        stated = ", ".join(name + "=" + repr(value) for name, value in entries.items())
    else:
        stated = "**" + repr(dict(entries))
    return f"store.{method}({stated})"
