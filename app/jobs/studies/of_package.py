"""Layers of installed packages, as studies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import ClassVar, Self

import numpy as np

from app.jobs.package_offers import LONGEST, called, check_stated, of_package, reduced
from app.jobs.package_views import Drawn, Layer, Shown
from app.jobs.studies.study import Found, Study
from app.jobs.viewport import Viewport
from app.model.layers import own_names
from app.model.scene import Scene
from app.model.study_folders import NAME, study_names
from app.views.interface.curve_styles import Style
from app.views.interface.theme import DARK, LIGHT
from app.views.interface.views import Measure
from compute.core import packages
from compute.core.arrays import Floats
from compute.core.refusal import shorten, shown
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine

# the points of a curve, at most
MOST_POINTS = 100_000
# below this are all numbers of a style, among them its place in the order of drawing
MOST_SIZE = 10_000
COLOUR = re.compile("#[0-9a-fA-F]{6}")
_LAST = 1000  # their place in the panel, below the program's own


@dataclass(frozen=True)
class PackageStudy(Study):
    """A layer of a package; each is a subclass.  ``scene`` has only the fields that it reads.

    stated: what the package states; called: the layer and its package, for messages; is_off: it has
    raised an exception and is drawn no more.
    """

    stated: ClassVar[Layer]
    called: ClassVar[str]
    is_off: ClassVar[bool] = False
    words: ClassVar[str] = "a package’s layer"

    scene: Scene

    @classmethod
    def fits(cls, manifold: Manifold) -> bool:
        """Whether it is drawn: until it raises an exception."""
        return not cls.is_off

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the study of a completed scene."""
        return cls(scene.family, reduced(scene, cls.stated.reads))

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures; one that fails is switched off."""
        kind = type(self)
        with of_package(kind):
            return _checked(kind.stated.draw(Shown(engine, manifold, self.scene)), kind)


def load() -> tuple[tuple[type[Study], ...], tuple[str, ...]]:
    """Return the layers of installed packages, and one line for each that was left out."""
    owners = dict.fromkeys((*study_names(), *own_names()), "this program")
    found, problems = packages.claimed(packages.LAYERS, _stated, owners)
    studies = (_study(*stated, _LAST + i) for i, stated in enumerate(found.values()))
    return tuple(studies), problems


def _stated(point: EntryPoint, layer: object) -> tuple[EntryPoint, Layer]:
    """Return what a package offers as a layer.  Raises ValueError for what is none."""
    if not NAME.fullmatch(point.name):
        words = "its name must be a word of lower-case letters, digits and underscores"
        raise ValueError(f"{words}, got {shown(point.name)}")
    if not isinstance(layer, Layer):
        raise ValueError(f"{point.value} must be a Layer, got {shown(layer)}")
    check_stated(layer, ("title", "hint"))
    _check_curves(layer)
    return point, layer


def _check_curves(layer: Layer) -> None:
    curves = layer.curves
    if not isinstance(curves, dict) or not curves:
        raise ValueError(f"its curves must be a dict of Style by name, got {shown(curves)}")
    for kind, style in curves.items():
        if not isinstance(kind, str) or not NAME.fullmatch(kind) or not isinstance(style, Style):
            raise ValueError(
                f"its curves must be a dict of Style by name, got {shown({kind: style})}"
            )
        _check_style(style)


def _check_style(style: Style) -> None:
    """Raise ValueError for a style that the canvas could not draw in each theme."""
    sizes = (style.order, style.opacity, style.width, style.rim, *(style.dash or ()))
    if not all(isinstance(size, int | float) and 0 <= size < MOST_SIZE for size in sizes):
        raise ValueError(f"the sizes of a style must be numbers of 0 to {MOST_SIZE}, got {sizes}")
    if style.dash is not None and (len(style.dash) != 2 or min(style.dash) <= 0):
        raise ValueError(f"dash must be two lengths > 0, got {shown(style.dash)}")
    if not isinstance(style.words, str) or len(style.words) > LONGEST:
        raise ValueError(f"words must have at most {LONGEST} letters, got {shown(style.words)}")
    for theme in (DARK, LIGHT):
        colour = style.colour(theme)
        if not isinstance(colour, str) or not COLOUR.fullmatch(colour):
            raise ValueError(f"colour must return #rrggbb, got {shown(colour)}")


def _study(point: EntryPoint, layer: Layer, place: int) -> type[Study]:
    name = point.name
    stated: dict[str, object] = {
        "__module__": f"{__name__}.{name}",  # whose last part is the layer's name in scenes
        "__doc__": layer.hint,
        "stated": layer,
        "called": called(point),
        "title": layer.title,
        "hint": layer.hint,
        "words": f"“{layer.title}”",
        "measure": layer.title,
        "place": place,
        "at_rest": layer.at_rest,
        "curves": {_kind(name, kind): style for kind, style in layer.curves.items()},
    }
    return type(f"Layer_{name}", (PackageStudy,), stated)


def _kind(layer: str, kind: str) -> str:
    """Return the name of a kind of curve among those of all layers."""
    return f"{layer}__{kind}"


def _checked(drawn: object, kind: type[PackageStudy]) -> Found:
    if not isinstance(drawn, Drawn):
        raise TypeError(f"draw must return a Drawn, got {shown(drawn)}")
    name = kind.layer()
    curves = {_kind(name, each): _curve(each, xy) for each, xy in drawn.curves.items()}
    if unknown := curves.keys() - kind.curves.keys():
        raise TypeError(f"its curves have no style for {shown(min(unknown).partition('__')[2])}")
    return Found(curves, [_measure(row) for row in drawn.measures])


def _curve(name: str, xy: object) -> Floats:
    found = np.array(xy, dtype=np.float64)
    if found.ndim != 2 or found.shape[1] != 2 or len(found) > MOST_POINTS or np.isinf(found).any():
        raise TypeError(f"curve {name} must be θ (k, 2), NaN between pieces, got {found.shape}")
    return found


def _measure(row: object) -> Measure:
    if not isinstance(row, tuple) or len(row) not in (2, 3) or {*map(type, row)} != {str}:
        raise TypeError(f"a measure must be a tuple of two or three texts, got {shown(row)}")
    name, value, *hint = map(shorten, row)
    return Measure(name, value, hint[0] if hint else "")
