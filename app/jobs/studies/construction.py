"""The base of constructions with compass and straightedge: studies of A, B and C in float64."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

import numpy as np

from app.jobs.studies import traced_curves
from app.jobs.studies.study import Study, pins_of
from app.jobs.studies.traced_curves import Traced
from app.jobs.viewport import Viewport
from app.model.scene import Point, Scene
from app.views.interface.views import Measure
from compute.constructions import lines
from compute.constructions.lines import Line
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.curves import dense_curve
from compute.curves.dense_curve import smooth
from compute.engine.reference import ReferenceEngine
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import Paths
from compute.statistics.logarithms import RoughLogarithms

# the value of what is only drawn in a drag
LATER = "on release"
# section of the page on the mathematics
SECTION = "constructions"
# parameters between which the line through A and B is drawn, with γ(0) = A and γ(1) = B
BEYOND = (-0.5, 1.5)
# steps of a drawn geodesic on either side of where it begins
STEPS = 48
# statuses that mean something else here than of a path
UNFOUND = {
    Status.NOT_CONVERGED: "not found: the search did not converge",
    Status.NOT_RESOLVED: "not resolved: its certificate is too large",
    Status.LEFT_DOMAIN: "does not exist within the model’s domain",
}


@dataclass(frozen=True)
class Construction(Study):
    """A construction from A, B and C; ``quality``: "live" during a drag, or "final".

    unfit: why it does not apply to a family that it does not fit.
    """

    section: ClassVar[str] = SECTION
    unfit: ClassVar[str] = "does not apply to this family"
    details: ClassVar[frozenset[str]] = frozenset(("quality",))

    start: Point
    end: Point
    third: Point
    quality: str

    @classmethod
    def listed(cls, scene: Scene) -> bool:
        """Return False: the menu Construct switches it on."""
        return False

    @classmethod
    def of(cls, scene: Scene, viewport: Viewport) -> Self:
        """Return the construction of a completed scene's pins; one without C does not depend on it."""
        assert scene.third
        third = scene.third.theta if cls.uses_third else (0.0, 0.0)
        return cls(scene.family, *pins_of(scene), third, viewport.quality)

    @property
    def pins(self) -> tuple[Floats, Floats, Floats]:
        """A, B and C as batches (1, 2)."""
        return np.array([self.start]), np.array([self.end]), np.array([self.third])

    @property
    def is_final(self) -> bool:
        """Whether nothing is being dragged."""
        return self.quality == "final"

    def drawing(self, of: Engine, manifold: Manifold) -> Engine:
        """Return the engine of curves without numbers: the window's in a drag, unless its kernels would
        take seconds to compile.
        """
        is_there = of.name != "reference" and (not manifold.slot.long or of.is_ready(manifold))
        return of if is_there and not self.is_final else engine()

    def later(self) -> list[Measure]:
        """Return the measure of a construction that is only drawn in a drag."""
        return [Measure(self.measure, LATER, self.hint, section=SECTION)]


def engine() -> ReferenceEngine:
    """Return the engine of constructions: float64, whatever draws the geodesic."""
    return ReferenceEngine()


def is_quick(drawing: Engine, manifold: Manifold) -> bool:
    """Whether many geodesics of a family are found within a frame of a drag."""
    return drawing.name != "reference" or not RoughLogarithms.pay(manifold)


def line(
    manifold: Manifold,
    begin: Floats,
    velocity: Floats,
    low: float,
    high: float,
    drawing: Engine | None = None,
) -> Traced | Floats:
    """Return the geodesic with θ(0) = begin and θ'(0) = velocity, both (2,), from t = low < 0 to high
    > 0, or up to the edge of the domain.
    """
    both = np.repeat(begin[None], 2, axis=0), np.repeat(velocity[None], 2, axis=0)
    ahead = Line(*both, np.ones(2), np.zeros(2, np.int32))
    solver = drawing or engine()
    back, on = split(lines.along(solver, manifold, ahead, np.array([low, high]), STEPS))
    return traced(
        np.concatenate([low * back.t[:0:-1], high * on.t]),
        np.concatenate([back.theta[:0:-1], on.theta]),
        np.concatenate([back.velocity[:0:-1] / low, on.velocity / high]),
    )


def segment(
    manifold: Manifold, begin: Floats, velocity: Floats, drawing: Engine | None = None
) -> Traced | Floats:
    """Return the geodesic with θ(0) = begin and θ'(0) = velocity, both (2,), from t = 0 to 1."""
    ahead = Line(begin[None], velocity[None], np.ones(1), np.zeros(1, np.int32))
    (path,) = split(lines.along(drawing or engine(), manifold, ahead, np.ones(1), STEPS))
    return traced(path.t, path.theta, path.velocity)


class Nodes(NamedTuple):
    """The valid nodes of a path: t (k,), theta and velocity (k, 2)."""

    t: Floats
    theta: Floats
    velocity: Floats


def split(paths: Paths) -> list[Nodes]:
    """Return the valid nodes of each path."""
    return [
        Nodes(paths.t[:k], paths.theta[i, :k], paths.velocity[i, :k])
        for i, k in enumerate(paths.nodes)
    ]


def traced(t: Floats, theta: Floats, velocity: Floats) -> Traced | Floats:
    """Return a smooth curve through nodes; the nodes alone if there is only one."""
    return Traced(theta, smooth(t, theta, velocity)) if len(t) > 1 else theta


def joined(paths: Paths) -> Traced | Floats:
    """Return several paths as one curve."""
    found = [traced(*nodes) for nodes in split(paths)]
    whole = [curve for curve in found if isinstance(curve, Traced)]
    nodes = traced_curves.pieces([curve.nodes for curve in whole])
    return Traced(nodes, dense_curve.joined([curve.dense for curve in whole])) if whole else nodes


def dots(*theta: Floats) -> Floats:
    """Return points (2,) as the nodes of a dotted curve."""
    return np.array([*theta, theta[-1]])


def number(name: str, value: float, hint: str, ok: bool = True, unit: str = "") -> Measure:
    """Return a measure of six digits."""
    known = bool(np.isfinite(value))
    return Measure(
        name, f"{value:.6g}{unit}" if known else "not known", hint, ok and known, section=SECTION
    )


def angle(name: str, value: float, hint: str) -> Measure:
    """Return a measure of an angle in radians and degrees."""
    known = bool(np.isfinite(value))
    words = f"{value:.6g} = {np.degrees(value):.4f}°" if known else "not known"
    return Measure(name, words, hint, known, section=SECTION)


def error(name: str, value: float, hint: str, ok: bool = True) -> Measure:
    """Return a measure of a certificate, a number that would be 0 without errors."""
    known = bool(np.isfinite(value))
    return Measure(
        name, f"{value:.1e}" if known else "not known", hint, ok and known, section=SECTION
    )


def place(name: str, theta: Floats, hint: str) -> Measure:
    """Return a measure of a point θ (2,)."""
    return Measure(name, f"({theta[0]:.6g}, {theta[1]:.6g})", hint, section=SECTION)


def failure(name: str, status: int, hint: str) -> Measure:
    """Return the measure of a construction that was not found, and why."""
    return Measure(
        name, UNFOUND.get(Status(status), Status(status).words), hint, False, section=SECTION
    )
