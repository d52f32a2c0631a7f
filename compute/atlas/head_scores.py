"""The scores of a head: what it attends to, how sharply, and the geometry of its plane of queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from compute.atlas.attention_pattern import pattern
from compute.atlas.fisher_spectrum import effective_dimension
from compute.attention.head_summary import sample
from compute.core.interrupt import checkpoint
from compute.core.status import Status
from compute.families.attention import of_head
from compute.geodesics.scalar_field import scalar_at
from compute.heads import query_plane
from compute.heads.attention_rows import holds
from compute.heads.head import HeadFile
from compute.heads.verification import verification
from compute.manifold.manifold import Manifold
from compute.requests.engine import Engine
from compute.requests.geodesics import ConnectRequest
from compute.studies.jacobi_fields import morse_index

UNKNOWN = float("nan")
# steps of the geodesic whose conjugate points are counted
STEPS = 64


@dataclass(frozen=True)
class PlaneScores:
    """Scores on the plane through three queries, under the mask of the last query.

    curvature_max: the largest |K| at the queries where it is known; condition: the median condition
    number of g there, ∞ if g is singular for most.  conjugate_points: how many the geodesic between the
    plane's first two queries passes, None if none was found; status: of that geodesic.  problem: why
    there is no plane, or "".
    """

    curvature_max: float = UNKNOWN
    condition: float = UNKNOWN
    conjugate_points: int | None = None
    status: Status = Status.ILL_CONDITIONED
    problem: str = ""


@dataclass(frozen=True)
class HeadScores:
    """The scores of one head.

    layer, head: its place in the file; layer_number: the layer's number in the model.  entropy …
    induction: see `attention_pattern`; effective_dimension: see `fisher_spectrum`; verified: the
    largest difference of a row from the model's own, None without a record.  Undefined scores are NaN.
    """

    layer: int
    head: int
    layer_number: int
    entropy: float
    first_key: float
    previous_token: float
    induction: float
    effective_dimension: float
    on_plane: PlaneScores
    verified: float | None
    problem: str = ""


def all_scores(engine: Engine, file: HeadFile) -> Iterator[HeadScores]:
    """Yield the scores of every head of a file, layer by layer."""
    for layer in range(file.layers):
        for head in range(file.heads):
            checkpoint()
            yield scores(engine, file, layer, head)


def scores(engine: Engine, file: HeadFile, layer: int, head: int) -> HeadScores:
    """Return the scores of a head.  Raises ValueError if the file has no such head."""
    seen = pattern(file, layer, head)
    known = verification(file, layer, head, sample(len(file.tokens)))
    return HeadScores(
        *(layer, head, file.number_of(layer)),
        *(seen.entropy, seen.first_key, seen.previous_token, seen.induction),
        effective_dimension(file, layer, head),
        on_plane(engine, file, layer, head),
        known.gap,
        seen.problem,
    )


def on_plane(engine: Engine, file: HeadFile, layer: int, head: int) -> PlaneScores:
    """Return the scores of a head on its plane through three queries."""
    try:
        manifold = _manifold(file, layer, head)
    except ValueError as problem:
        return PlaneScores(problem=str(problem))
    assert manifold.landmarks is not None
    theta = manifold.landmarks.theta[sample(len(file.tokens))]
    curvature, known = scalar_at(manifold, "curvature", theta, 0)
    sizes = np.abs(curvature[known == Status.OK])
    powers, usable = scalar_at(manifold, "log_condition", theta, 0)
    powers = np.where(usable == Status.OK, powers, np.inf)
    with np.errstate(over="ignore"):
        condition = float(np.median(10.0**powers))
    largest = float(sizes.max()) if len(sizes) else UNKNOWN
    return PlaneScores(largest, condition, *_conjugate_points(engine, manifold))


def _manifold(file: HeadFile, layer: int, head: int) -> Manifold:
    """Return the manifold that is shown first for a head, with the mask of the last query."""
    shown = file.head(layer, head)
    own = holds(file, layer, head, file.query_of(-1)) if file.masks_by_query else None
    return of_head(shown, query_plane.plane_of(shown, own=own), own=own)


def _conjugate_points(engine: Engine, manifold: Manifold) -> tuple[int | None, Status]:
    if manifold.singular:
        return None, Status.ILL_CONDITIONED
    a, b = (np.array([pin]) for pin in manifold.pins)
    paths = engine.connect(ConnectRequest(manifold, a, b, steps=STEPS))
    status = Status(int(paths.status[0]))
    return (int(morse_index(engine, manifold, paths)[0]) if status.arrived else None), status
