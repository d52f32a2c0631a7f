"""All kernels by name, and their complete WGSL."""

from __future__ import annotations

from compute.gpu import (
    action,
    attend,
    distance,
    field,
    flow,
    geodesic,
    geometry,
    shooting,
    tiles,
    transport,
)
from compute.gpu.kernel import Source, module
from compute.manifold import Manifold
from compute.refusal import shown

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        geometry.SOURCE,
        geodesic.SOURCE,
        *action.ROUND,
        shooting.SOURCE,
        transport.SEGMENTS,
        transport.COMPOSE,
        field.SOURCE,
        distance.SOURCE,
        *flow.SOURCES,
        attend.PAIRS,
        attend.SOFTMAX,
    )
}


def wgsl(manifold: Manifold, kernel: str) -> str:
    """The module that runs as ``kernel`` with this family in its slot; ValueError if there is none."""
    if kernel not in SOURCES:
        raise ValueError(f"kernel must be one of {', '.join(SOURCES)}, got {shown(kernel)}")
    constants = (
        {"ATTEMPTS": tiles.attempts(tiles.loops_of(manifold.slot))} if kernel == "geodesic" else {}
    )
    return module(SOURCES[kernel], manifold.slot, constants).text
