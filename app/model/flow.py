"""The flow of a scene: equation, grid, initial field and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from app.model.paths import located, relative
from app.model.ranges import one_of, within
from compute.flow.modes import BOUNDARIES, MODES, OF_MASS

Point = tuple[float, float]
INITIAL = (
    "transported", "dipole", "natural", "gradient", "rotation", "random", "head", "painted", "file",
    "bump",
)  # fmt: skip
SIDES = (16, 256)
# maximum number of steps of ``pace``
MOST_STEPS = 20_000
MOST_STROKES, MOST_VERTICES = 64, 512


@dataclass(frozen=True)
class FlowSettings:
    """The flow of a scene.

    mode, boundary: see `compute.flow.modes`; side: nodes per side over the chart's default region.
    initial: kind of initial field.  scalar: of a gradient ("": the mapped one); seed: of random
    numbers; strokes: polylines in θ for a painted field; source: an .npz with the field.  time: flow
    time; pace: time per step; drift: progress of particles, in lives.
    """

    mode: str = "rough"
    boundary: str = "neumann"
    side: int = 64
    initial: str = "dipole"
    scalar: str = ""
    seed: int = 1
    strokes: tuple[tuple[Point, ...], ...] = ()
    source: str = ""
    time: float = 0.0
    pace: float = 0.01
    drift: float = 0.0

    def __post_init__(self) -> None:
        for name, known in (("mode", MODES), ("boundary", BOUNDARIES), ("initial", INITIAL)):
            one_of(f"a flow's {name}", getattr(self, name), known)
        within("a flow's grid", self.side, *SIDES)
        within("a flow's pace", self.pace, 1e-12, 10.0)
        within("a flow's time", self.time, 0.0, MOST_STEPS * self.pace)
        within("a flow's seed", self.seed, 0, 2**31)
        within("a flow's drift", self.drift, -1e6, 1e6)
        longest = max(map(len, self.strokes), default=0)
        if len(self.strokes) > MOST_STROKES or longest > MOST_VERTICES:
            raise ValueError(
                f"a painted flow has at most {MOST_STROKES} strokes of {MOST_VERTICES} points, "
                f"got {len(self.strokes)}, the longest of {longest}"
            )


def rewritten(flow: FlowSettings, changes: Mapping[str, Any]) -> FlowSettings:
    """Return a flow with fields set; time restarts if the evolution changes.  Raises ValueError."""
    mass = changes.get("mode", flow.mode) in OF_MASS
    beginning = {} if "initial" in changes else _beginning(flow, mass)
    going_on = set(changes) <= {"time", "drift"}
    if changes.get("mode") == "natural" and flow.boundary == "dirichlet":
        beginning["boundary"] = "neumann"
    time = {} if going_on else {"time": 0.0}
    return replace(flow, **{**beginning, **time, **changes})


def _beginning(flow: FlowSettings, mass: bool) -> dict[str, str]:
    """Return the default initial field: mass for flows of mass, vectors for the others."""
    if flow.initial != "file" and (flow.initial == "bump") != mass:
        return {"initial": "bump" if mass else "dipole"}
    return {}


def stated(flow: FlowSettings, folder: Path | None) -> dict[str, object]:
    """Return a flow as stored in a scene file in ``folder``: only values that differ from the
    default.
    """
    usual = FlowSettings()
    found = {
        f.name: getattr(flow, f.name)
        for f in fields(FlowSettings)
        if getattr(flow, f.name) != getattr(usual, f.name)
    }
    if flow.source:
        found["source"] = relative(flow.source, folder)
    return found


def read(data: Mapping[str, Any], folder: Path) -> FlowSettings:
    """Return the flow of a schema-checked scene file.  Raises ValueError."""
    known = {f.name: data[f.name] for f in fields(FlowSettings) if f.name in data}
    if known.get("source"):
        known["source"] = located(known["source"], folder)
    if "strokes" in known:
        known["strokes"] = tuple(
            tuple((float(x), float(y)) for x, y in stroke) for stroke in known["strokes"]
        )
    for name in ("side", "seed"):
        if name in known:
            known[name] = int(known[name])
    for name in ("time", "pace", "drift"):
        if name in known:
            known[name] = float(known[name])
    return FlowSettings(**known)
