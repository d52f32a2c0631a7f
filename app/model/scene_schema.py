"""Checks of scene files against their published schema, the values of keyframes included."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from app.model.layers import with_layers
from compute.core.refusal import unmet

# path and value of a keyframe, with the field of the scene that it sets
_Keyed = tuple[str, object, str]


def published_schema() -> dict[str, Any]:
    """Return the published schema of scene files."""
    text = (resources.files("assets") / "scene.schema.json").read_text("utf-8")
    return dict(json.loads(text))


def check(data: dict[str, Any]) -> None:
    """Raise ValueError with the place of an entry that the schema refuses."""
    for problem in _validator().iter_errors(data):
        place = "/".join(map(str, problem.absolute_path)) or "the scene"
        raise ValueError(f"{place}: {unmet(problem)}")


def check_keyframes(data: dict[str, Any]) -> None:
    """Raise ValueError for a keyframe's value that the schema refuses at the field that it sets."""
    whole = _validator()
    for place, value, field in _keyframes(data):
        at = _schema_at(whole.schema, field)
        for problem in whole.evolve(schema=at).iter_errors(value):
            raise ValueError(f"{place}: a value of {field}: {unmet(problem)}")


def _validator() -> Any:
    # imported here: it takes longer than everything else at a start without a file
    from jsonschema import Draft202012Validator

    return Draft202012Validator(with_layers(published_schema()))


def _keyframes(data: dict[str, Any]) -> Iterator[_Keyed]:
    """Return all keyframes with a value, those set aside included."""
    scenes = [("", data)]
    scenes += [(f"aside/{i}/", held) for i, held in enumerate(data.get("aside", []))]
    for start, scene in scenes:
        for i, track in enumerate(scene.get("timeline", {}).get("tracks", [])):
            for j, key in enumerate(track["keys"]):
                if key["value"] is not None:
                    place = f"{start}timeline/tracks/{i}/keys/{j}/value"
                    yield place, key["value"], track["field"]


def _schema_at(schema: dict[str, Any], field: str) -> Any:
    """Return the schema of a field such as start.theta, which accepts everything if none is stated."""
    here: Any = schema
    for name in field.split("."):
        here = here.get("properties", {}).get(name, {})
        if "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
    return {"$defs": schema["$defs"], **here}
