"""The kernel of densities over the sample space, ``shaders/kernels/density.wgsl``.

Twin of `compute.definitions.family`, for hosts without NumPy; the program itself draws distributions
in float64.
"""

from __future__ import annotations

from dataclasses import replace

from compute.gpu.kernel import Source, Storage
from compute.gpu.layout import record
from compute.manifold.manifold import Slot

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
