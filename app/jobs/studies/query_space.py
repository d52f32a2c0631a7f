"""The geodesic in the whole query space of a head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.studies import traced_curves
from app.jobs.studies.study import BetweenPins, Found
from app.views.interface.curve_styles import Style
from app.views.interface.views import Measure
from compute.attention.query_space import QuerySpace
from compute.families import parse
from compute.heads.head_selection import chosen, settings
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine


@dataclass(frozen=True)
class QueryJob(BetweenPins):
    """The geodesic between the pins' queries in the whole query space of a head."""

    words: ClassVar[str] = "the geodesic in query space"
    title: ClassVar[str] = "In query space"
    hint: ClassVar[str] = (
        "The geodesic in the space of all queries, not only those in the plane; shown "
        "projected onto the plane."
    )
    place: ClassVar[int] = 70
    measure: ClassVar[str] = "In query space"
    section: ClassVar[str] = "one-head-of-attention-as-a-manifold"
    curves: ClassVar[Mapping[str, Style]] = {
        "queries": Style(180, lambda t: t.w2_path, 1.0, 2.2, words="in all of query space"),
    }
    at_rest: ClassVar[bool] = True

    @classmethod
    def fits(cls, manifold: Manifold) -> bool:
        """Whether the family is an attention head."""
        return manifold.name == "attention"

    def found(self, engine: Engine, manifold: Manifold) -> Found:
        """Compute its curves and measures."""
        stated = settings(parse(self.family)[1])
        head, plane = chosen(stated)
        unit = 1.0 / (head.factor * np.sqrt(head.k.shape[1]))  # for a scale other than 1/√d
        space = QuerySpace(head.k, float(stated["temperature"]) * unit, head.bias)
        a, b = (plane.q0 + plane.U @ np.array(at) for at in (self.start, self.end))
        path = space.between(a, b)
        off = path.queries - plane.q0
        theta = off @ plane.U
        far = np.linalg.norm(off - theta @ plane.U.T, axis=1).max() / max(
            np.linalg.norm(b - a), 1e-300
        )
        proof = "a great circle" if path.exact else f"within {path.error:.1e}"
        hint = (
            f"The geodesic between the two queries in the {len(plane.q0)}-dimensional space of "
            "queries, projected onto the plane: it may leave the plane and be shorter than any "
            "path within it."
        )
        line = traced_curves.queries(space, path, a, b, plane.q0, plane.U)
        measures = [
            Measure("In query space", f"{path.length:.6g} ({proof})", hint, path.converged),
            Measure(
                "Off the plane",
                f"{far:.0%} of the distance from A to B",
                "Largest distance of this geodesic from the plane.",
            ),
        ]
        dashed = frozenset() if path.converged else frozenset({"queries"})
        return Found({"queries": line}, measures, dashed)


STUDY = QueryJob
