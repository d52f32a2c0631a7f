"""`PathOptimization`, the name that scripts use."""

from __future__ import annotations

from compute.engine.opening import open_engine
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.studies.relaxation import SEGMENTS, Cost, CurveRelaxation


class PathOptimization(CurveRelaxation):
    """Curves between two points whose action falls, round by round, on a manifold.

    As `CurveRelaxation`; without an ``engine``, on the one that `open_engine` takes by itself.

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
        super().__init__(manifold, engine or open_engine(), method, segments, cost, weight)
