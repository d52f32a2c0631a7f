"""The picture of a scene: source, patches, end points of the path, and colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from app.model.paths import located, relative
from app.model.ranges import one_of, within
from compute.heads.head import bundled

Point = tuple[float, float]
OF = ("rows", "shades")
SHOWN = ("density", "distance", "attention", "heat", "none")
# the largest layer or head number in a file
LAST = 4095
LIMITS: dict[str, tuple[float, float]] = {
    "layer": (0, LAST),
    "head": (0, LAST),
    "patch": (1, 1024),
    "alpha": (1e-6, 1e3),
    "beta": (0.0, 1e3),
    "temperature": (1e-6, 1e6),
    "heat": (1e-6, 1e6),
}


@dataclass(frozen=True)
class Photograph:
    """The picture of a scene and its lattice of patches.

    source: a vision head or a picture; of: for a head, its rows ("rows") in ``layer`` and ``head``, or
    the intensities of its picture ("shades") in patches of ``patch`` pixels per side.  alpha, beta:
    weights of positions and distributions in the edge lengths.  shown: the quantity shown by colour,
    with its temperature τ or heat time.  start, end: A and B as fractions of the picture's sides, y
    downwards.  circles: whether circles of equal Fisher radius are drawn.
    """

    source: str = "astronaut"
    of: str = "rows"
    layer: int = 0
    head: int = 0
    patch: int = 16
    alpha: float = 0.25
    beta: float = 1.0
    shown: str = "density"
    temperature: float = 1.0
    heat: float = 0.5
    start: Point = (0.2, 0.3)
    end: Point = (0.8, 0.7)
    circles: bool = True

    def __post_init__(self) -> None:
        one_of("a picture's of", self.of, OF)
        one_of("a picture's shown", self.shown, SHOWN)
        for name, limits in LIMITS.items():
            within(f"a picture's {name}", getattr(self, name), *limits)
        for name in ("start", "end"):
            for share in getattr(self, name):
                within(f"a picture's {name}", share, 0.0, 1.0)


def stated(photograph: Photograph, folder: Path | None) -> dict[str, object]:
    """Return a picture as stored in a scene file in ``folder``: only values that differ from the
    default.
    """
    usual = Photograph()
    found = {
        f.name: getattr(photograph, f.name)
        for f in fields(Photograph)
        if getattr(photograph, f.name) != getattr(usual, f.name)
    }
    if "source" in found and photograph.source not in bundled():
        found["source"] = relative(photograph.source, folder)
    return found


def read(data: Mapping[str, Any], folder: Path) -> Photograph:
    """Return the picture of a schema-checked scene file.  Raises ValueError."""
    known = {f.name: data[f.name] for f in fields(Photograph) if f.name in data}
    if "source" in known and known["source"] not in bundled():
        known["source"] = located(known["source"], folder)
    for name in ("start", "end"):
        if name in known:
            x, y = map(float, known[name])
            known[name] = (x, y)
    for name in ("layer", "head", "patch"):
        if name in known:
            known[name] = int(known[name])
    for name in ("alpha", "beta", "temperature", "heat"):
        if name in known:
            known[name] = float(known[name])
    return Photograph(**known)
