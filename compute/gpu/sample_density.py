"""Densities over the sample space by ``shaders/kernels/density.wgsl``.

Twin of `Manifold.density`, for hosts that have no NumPy: the window's distributions are in float64.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.gpu.kernel import Source, Storage, workgroups
from compute.gpu.layout import record
from compute.gpu.session import Dispatch, GpuSession
from compute.manifold.manifold import Manifold, Slot

SOURCE = Source(
    "density",
    parameters=record({"count": "u32", "points": "u32"}),
    storage=(
        Storage("thetas", "vec2f"),
        Storage("samples", "f32"),
        Storage("densities", "f32", writable=True),
    ),
)


def slot_of(slot: Slot) -> Slot:
    """Return the slot whose text is the density in place of the geometry.  Raises ValueError without
    one.
    """
    if not slot.density:
        raise ValueError("this family has no formula of its density")
    return replace(slot, source=slot.density)


def density(session: GpuSession, manifold: Manifold, theta: Floats, x: Floats) -> Floats:
    """Return p(x|θ) (n, k) at θ (n, 2) for x (k,), or for the indices x of outcomes.

    Raises ValueError for a family without a formula of its density.
    """
    slot = slot_of(manifold.slot)
    count = len(theta) * len(x)
    given = np.array([(count, len(x))], SOURCE.parameters)
    found = session.buffer("density values", 4 * count)
    buffers = (
        session.filled("density parameters", given),
        session.filled("density thetas", theta.astype(np.float32)),
        session.filled("density samples", np.asarray(x, np.float32)),
        found,
    )
    kernel = session.kernel(SOURCE, slot)
    work = Dispatch(kernel, session.family(slot), buffers, workgroups(count))
    (values,) = session.run([work], [(found, 4 * count)])
    return np.frombuffer(values, np.float32).reshape(len(theta), len(x)).astype(np.float64)
