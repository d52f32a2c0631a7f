"""All kernels by name, and their complete WGSL."""

from __future__ import annotations

from compute.core.refusal import shown
from compute.gpu import (
    discrete_energy,
    eikonal,
    flow,
    geometric_attention,
    initial_value,
    local_geometry,
    parallel_transport,
    scalar_field,
    shooting,
    tiles,
)
from compute.gpu.kernel import Source, module
from compute.manifold.manifold import Manifold

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        local_geometry.SOURCE,
        initial_value.SOURCE,
        *discrete_energy.ROUND,
        shooting.SOURCE,
        parallel_transport.SEGMENTS,
        parallel_transport.COMPOSE,
        scalar_field.SOURCE,
        eikonal.SOURCE,
        *flow.SOURCES,
        geometric_attention.PAIRS,
        geometric_attention.SOFTMAX,
    )
}


def wgsl(manifold: Manifold, kernel: str) -> str:
    """Return the complete WGSL of ``kernel`` for a family.  Raises ValueError if there is no such
    kernel.
    """
    if kernel not in SOURCES:
        raise ValueError(f"kernel must be one of {', '.join(SOURCES)}, got {shown(kernel)}")
    constants = (
        {"ATTEMPTS": tiles.attempts(tiles.loops_of(manifold.slot))} if kernel == "geodesic" else {}
    )
    return module(SOURCES[kernel], manifold.slot, constants).text
