"""Distance maps by ``shaders/kernels/distance.wgsl``.  Twin of `compute.distances.eikonal`."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.distances import distance_map as maps
from compute.distances.eikonal import FAR, EikonalGrid, Triangles, triangles
from compute.distances.stencil import REACH
from compute.gpu import float64_answers, initial_value, local_geometry
from compute.gpu.kernel import Source, Storage
from compute.gpu.layout import record
from compute.gpu.session import Dispatch, GpuSession
from compute.requests.fields import DistanceRequest, Field
from compute.requests.geodesics import Paths, ShootRequest
from compute.requests.geometry import Geometry, GeometryRequest

# cells per side of a workgroup's tile, at least the reach of a stencil, and updates per dispatch
TILE = 16
RENEWALS = 8
# a value that decreases by less than this share activates no other tile
SETTLED = 1e-6
# dispatches per submission, and maximum number of submissions
ROUNDS = 16
MOST = 64
SOURCE = Source(
    "distance",
    parameters=record({"columns": "u32", "rows": "u32", "reach": "u32"}),
    storage=(
        Storage("lengths", "f32"),
        Storage("steps", "vec2i"),
        Storage("before", "f32"),
        Storage("after", "f32", writable=True),
        Storage("awake", "u32"),
        Storage("woken", "u32", writable=True),
    ),
    constants={
        "TILE": TILE,
        "MOST": (TILE + 2 * REACH) ** 2,
        "RENEWALS": RENEWALS,
        "FAR": FAR,
        "SETTLED": SETTLED,
    },
)


def distance(session: GpuSession, request: DistanceRequest) -> Field:
    """Return d (rows, columns) like `distance_map`, with metric and eikonal equation computed by
    kernels.
    """

    def local(wanted: GeometryRequest) -> Geometry:
        return float64_answers.geometry(wanted, local_geometry.geometry(session, wanted))

    def settle(grid: EikonalGrid) -> Floats:
        return _settled(session, triangles(grid), grid.first.astype(np.float32))

    def shoot(wanted: ShootRequest) -> Paths:
        return float64_answers.shot(wanted, initial_value.shoot(session, wanted))

    return maps.distance(request, local, settle, "gpu", shoot)


def _settled(session: GpuSession, found: Triangles, first: Floats) -> Floats:
    """Update all cells, tile by tile, until none changes."""
    rows, columns = first.shape
    shape = (-(-columns // TILE), -(-rows // TILE))
    reach = int(np.abs(found.steps).max(initial=1))
    given = session.filled(
        "distance parameters", np.array([(columns, rows, reach)], SOURCE.parameters)
    )
    sides = np.concatenate([found.near, found.far]).astype(np.float32)
    lengths = session.filled("distance lengths", sides)
    steps = session.filled("distance steps", found.steps.astype(np.int32))
    one = session.filled("distance before", first)
    other = session.buffer("distance after", first.nbytes)
    # tiles wait until the distance reaches them
    begun = np.zeros((shape[1] * TILE, shape[0] * TILE), bool)
    begun[:rows, :columns] = first < FAR
    tiles = np.asarray(begun.reshape(shape[1], TILE, shape[0], TILE).any(axis=(1, 3)))
    awake = session.filled("distance awake", tiles.astype(np.uint32))
    woken = session.buffer("distance woken", 4 * shape[0] * shape[1])
    kernel = session.kernel(SOURCE, None)
    pair = [
        Dispatch(kernel, None, (given, lengths, steps, one, other, awake, woken), shape),
        Dispatch(kernel, None, (given, lengths, steps, other, one, woken, awake), shape),
    ]
    for _ in range(MOST):
        values, asleep = session.run(
            pair * ROUNDS, [(one, first.nbytes), (awake, 4 * shape[0] * shape[1])]
        )
        if not np.frombuffer(asleep, np.uint32).any():
            break
    return np.frombuffer(values, np.float32).reshape(first.shape).astype(np.float64)
