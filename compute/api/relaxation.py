"""`PathOptimization`, the scripting interface to curve relaxation."""

from __future__ import annotations

from compute.engine.opening import engine_of
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.studies.relaxation import SEGMENTS, Cost, CurveRelaxation


class PathOptimization(CurveRelaxation):
    """A relaxation of curves between two points by descent of their action.

    Like `CurveRelaxation`; ``engine``: default `open_engine`().

    >>> import compute
    >>> relaxation = PathOptimization(compute.family("gaussian"), compute.open_engine("reference"))
    >>> history = relaxation.optimize_attention([0.0, 1.0], [1.0, 1.0])
    >>> history[-1].status.name
    'OK'
    """

    def __init__(
        self,
        manifold: Manifold,
        engine: Engine | None = None,
        method: str = "newton",
        segments: int = SEGMENTS,
        cost: Cost | None = None,
        weight: float = 1.0,
    ) -> None:
        super().__init__(manifold, engine_of(engine), method, segments, cost, weight)
