"""Scalar maps by ``shaders/kernels/field.wgsl``, tile by tile.

Twin of `compute.geodesics.scalar_field`.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats, Ints
from compute.geodesics import scalar_field as reference
from compute.gpu import float64_answers
from compute.gpu.kernel import Source, Storage, workgroups
from compute.gpu.layout import record
from compute.gpu.session import Dispatch, GpuSession
from compute.manifold.manifold import GENERIC_SCALARS
from compute.requests.fields import Cancelled, Field, FieldRequest, OnTile

SAMPLE = record({"value": "f32", "status": "i32"})
OF_FAMILY = len(GENERIC_SCALARS)
# tiles for a metric with more loop iterations than this: a path must not wait for them
HEAVY, HEAVY_TILE = 512, 64
SOURCE = Source(
    "field",
    parameters=record({"count": "u32", "which": "u32", "index": "u32"}),
    storage=(Storage("thetas", "vec2f"), Storage("samples", "Sample", writable=True)),
    structs={"Sample": SAMPLE},
    constants={
        **{name.upper(): number for number, name in enumerate(GENERIC_SCALARS)},
        "OF_FAMILY": OF_FAMILY,
    },
)


def field(
    session: GpuSession,
    request: FieldRequest,
    on_tile: OnTile | None = None,
    cancelled: Cancelled | None = None,
) -> Field:
    """Compute the map of the request, and emit it tile by tile."""

    def sample(theta: Floats) -> tuple[Floats, Ints]:
        found = _samples(session, request, theta)
        return float64_answers.samples(
            request.manifold, request.scalar, request.index, theta, found
        )

    heavy = request.manifold.slot.loops > HEAVY
    tile = HEAVY_TILE if heavy else reference.TILE
    return reference.sampled(request, sample, "gpu", on_tile, cancelled, tile)


def _samples(session: GpuSession, request: FieldRequest, theta: Floats) -> tuple[Floats, Ints]:
    """Return values (k,) and statuses (k,) at the points of one tile (k, 2)."""
    manifold = request.manifold
    which = manifold.scalars.index(request.scalar)
    number = OF_FAMILY
    if request.scalar in GENERIC_SCALARS:
        which, number = 0, GENERIC_SCALARS.index(request.scalar)
    parameters = np.array([(len(theta), which, request.index)], SOURCE.parameters)
    size = len(theta) * SAMPLE.itemsize
    samples = session.buffer("field samples", size)
    buffers = (
        session.filled("field parameters", parameters),
        session.filled("field thetas", theta.astype(np.float32)),
        samples,
    )
    kernel = session.kernel(SOURCE, manifold.slot, {"SCALAR": number})
    work = Dispatch(kernel, session.family(manifold.slot), buffers, workgroups(len(theta)))
    found = np.frombuffer(session.run([work], [(samples, size)])[0], SAMPLE)
    return found["value"].astype(np.float64), found["status"].copy()
