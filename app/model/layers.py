"""The layers of a scene, with visibility and opacity.

Each study, a file in `app/jobs/studies`, is a layer named after its file; packages name their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, make_dataclass, replace
from typing import TYPE_CHECKING, Any

from app.model.study_folders import package_names, study_names
from compute.core.refusal import shown


@dataclass(frozen=True)
class _Own:
    """The layers that are not studies.  To add one, add a field here and a file in views/canvas."""

    map: bool = True
    contours: bool = False
    grid: bool = True
    ellipses: bool = True
    tokens: bool = True
    geodesic: bool = True
    straight: bool = True
    transport: bool = True
    points: bool = True
    third: bool = False
    notes: bool = True
    flow: bool = False
    particles: bool = False
    singularities: bool = False


class _Shares:
    """The opacity of each layer, from 0 to 1; that of the map is the scene's ``map_opacity``."""

    def __post_init__(self) -> None:
        for name, share in vars(self).items():
            if not 0.0 <= share <= 1.0:
                raise ValueError(f"opacity of {name} must lie in 0 … 1, got {shown(share)}")


def own_names() -> tuple[str, ...]:
    """Return the names of the layers that are not studies."""
    return tuple(layer.name for layer in fields(_Own))


def _made(name: str, names: list[str], kind: str, default: object, base: type) -> type:
    extra = [(each, kind, field(default=default)) for each in names]
    made = make_dataclass(name, extra, bases=(base,), frozen=True)
    made.__module__ = __name__
    return made


if TYPE_CHECKING:

    class Layers(_Own):
        """The visibility of the layers of a scene: built-in ones and studies."""

    @dataclass(frozen=True)
    class Opacity(_Shares):
        """The opacity of each layer except the map."""

else:
    _known = {*own_names(), *study_names()}
    _others = [name for name in package_names() if name not in _known]
    Layers = _made("Layers", [*study_names(), *_others], "bool", False, _Own)
    _faded = [layer.name for layer in fields(Layers) if layer.name != "map"]
    Opacity = _made("Opacity", _faded, "float", 1.0, _Shares)


def showing(layers: Layers, name: str) -> Layers:
    """Return ``layers`` with one layer, possibly a study, shown."""
    return replace(layers, **{name: True})


def is_shown(layers: Layers, name: str) -> bool:
    """Whether a layer, possibly a study, is shown."""
    return bool(getattr(layers, name))


def layer_names() -> tuple[str, ...]:
    """Return the names of all layers, as used in scene files and lessons."""
    return tuple(layer.name for layer in fields(Layers))


def with_layers(schema: dict[str, Any]) -> dict[str, object]:
    """Return the schema of scene files with all layers of this program."""
    places = schema["properties"]
    layers = places["layers"] | {
        "properties": {name: {"type": "boolean"} for name in layer_names()}
    }
    shares = {each.name: {"$ref": "#/$defs/opacity"} for each in fields(Opacity)}
    opacity = places["opacity"] | {"properties": shares}
    return schema | {"properties": places | {"layers": layers, "opacity": opacity}}
