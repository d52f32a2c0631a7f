"""Parallel transport by ``shaders/kernels/transport*.wgsl``.

Twin of `compute.geodesics.parallel_transport`.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import dually_flat
from compute.geodesics.parallel_transport import unresolved
from compute.gpu import tiles
from compute.gpu.kernel import Source, Storage, workgroups
from compute.gpu.layout import record
from compute.gpu.session import Dispatch, GpuSession
from compute.requests.transport import Transport, TransportRequest

PARAMETERS = record({"count": "u32", "nodes": "u32", "alpha": "f32", "interior": "vec2f"})
# matrices are column by column; metric at the segment's end; behind a path's segments one with the
# metric at its first node, so that the kernel that composes them needs no family
SEGMENT = record({"matrix": "vec4f", "metric": "vec3f", "angle": "f32", "status": "i32"})
# the vector carried along a path, how many of its segments count, and the worst status so far
CARRIER = record({"vector": "vec2f", "segments": "u32", "drift": "f32", "status": "i32"})
SEGMENTS = Source(
    "transport",
    parameters=PARAMETERS,
    storage=(Storage("nodes", "vec4f"), Storage("segments", "Segment", writable=True)),
    structs={"Segment": SEGMENT},
)
COMPOSE = Source(
    "transport_compose",
    parameters=PARAMETERS,
    storage=(
        Storage("segments", "Segment"),
        Storage("carriers", "Carrier", writable=True),
        Storage("operators", "vec4f", writable=True),
        Storage("angles", "f32", writable=True),
    ),
    structs={"Segment": SEGMENT, "Carrier": CARRIER},
)


def transport(session: GpuSession, request: TransportRequest) -> Transport:
    """Carry vectors along every curve; return them with the operators and the frame's angle at each
    node.
    """
    if dually_flat.carries(request):
        return dually_flat.transport(request)
    n, m = request.theta.shape[:2]
    known = np.isfinite(request.theta).all(axis=-1) & np.isfinite(request.velocity).all(axis=-1)
    usable = np.logical_and.accumulate(known, axis=1)
    operators, angle = np.zeros((n, m, 2, 2)), np.zeros((n, m))
    carriers = np.empty(n, CARRIER)
    # one workgroup per path; a dispatch has at most 65,535
    for rows in tiles.batches(n, max(m * SEGMENT.itemsize, tiles.LARGEST // 65_000)):
        carriers[rows], found, angle[rows] = _carried(session, request, rows, usable[rows])
        # columns in WGSL, rows in NumPy
        operators[rows] = found.reshape(-1, m, 2, 2).swapaxes(-1, -2)
    operators[:, 0], angle[:, 0] = np.eye(2), 0.0
    status = carriers["status"].copy()
    swings = unresolved(
        *(np.where(usable[..., None], a, 0.0) for a in (request.theta, request.velocity))
    )
    swings &= usable[:, 1:]
    status[swings.any(axis=1) & (status == Status.OK)] = Status.NOT_CONVERGED
    usable[:, 1:] &= ~np.logical_or.accumulate(swings, axis=1)
    operators[~usable] = angle[~usable] = np.nan
    cut = (status == Status.OK) & ~usable.all(axis=1)
    metric = request.alpha == 0.0
    return Transport(
        vectors=np.einsum("nmij,nj->nmi", operators, request.vectors),
        operators=operators,
        angle=angle if metric else np.full((n, m), np.nan),
        drift=carriers["drift"].astype(np.float64) if metric else np.zeros(n),
        status=np.where(cut, Status.LEFT_DOMAIN, status).astype(np.int32),
        engine="gpu",
    )


def _carried(
    session: GpuSession, request: TransportRequest, rows: slice, usable: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return final states (k,), operators (k, m, 4) and angles (k, m) of the curves of some rows."""
    n, m = usable.shape
    slot, family = request.manifold.slot, session.family(request.manifold.slot)
    parameters = np.array([(n, m, request.alpha, request.manifold.interior)], PARAMETERS)
    given = session.filled("transport parameters", parameters)
    nodes = session.filled("transport nodes", _nodes(request, rows, usable))
    carriers = np.zeros(n, CARRIER)
    carriers["vector"] = request.vectors[rows]
    carriers["segments"] = np.maximum(usable.sum(axis=1) - 1, 0)
    ends = session.filled("transport carriers", carriers)
    segments = session.buffer("transport segments", n * m * SEGMENT.itemsize)
    operators = session.buffer("transport operators", n * m * 16)
    angles = session.buffer("transport angles", n * m * 4)
    composed = (given, segments, ends, operators, angles)
    work = [
        Dispatch(
            session.kernel(SEGMENTS, slot), family, (given, nodes, segments), workgroups(n * m)
        ),
        Dispatch(session.kernel(COMPOSE, None), None, composed, (n,)),
    ]
    outputs = [(ends, carriers.nbytes), (operators, n * m * 16), (angles, n * m * 4)]
    found = session.run(work, outputs)
    return (
        np.frombuffer(found[0], CARRIER),
        np.frombuffer(found[1], np.float32),
        np.frombuffer(found[2], np.float32).reshape(n, m),
    )


def _nodes(request: TransportRequest, rows: slice, usable: np.ndarray) -> Floats:
    """Return (θ, θ') as float32 (k, m, 4), with an interior point at rest where a curve has ended."""
    nodes = np.empty((*usable.shape, 4), np.float32)
    nodes[..., :2], nodes[..., 2:] = request.theta[rows], request.velocity[rows]
    nodes[~usable] = (*request.manifold.interior, 0.0, 0.0)
    return nodes
