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
from compute.gpu.sample_density import SOURCE as DENSITY
from compute.gpu.sample_density import slot_of
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
    kernel, or for a density that is no formula.
    """
    if kernel == DENSITY.name:
        return module(DENSITY, slot_of(manifold.slot), {}).text
    if kernel not in SOURCES:
        known = ", ".join((*SOURCES, DENSITY.name))
        raise ValueError(f"kernel must be one of {known}, got {shown(kernel)}")
    return module(SOURCES[kernel], manifold.slot, _constants(manifold, kernel)).text


def _constants(manifold: Manifold, kernel: str) -> dict[str, int]:
    """Return the constants that are chosen when a kernel is compiled, as the engine usually does: of
    maps the curvature, of products of rows the dot product.
    """
    if kernel.startswith("flow_"):
        return {"TILE": flow.TILE, "HALO": flow.TILE + 2, "ACROSS": 0, "LAST": 0}
    chosen = {
        "geodesic": {"ATTEMPTS": tiles.attempts(tiles.loops_of(manifold.slot))},
        "field": {"SCALAR": 0},
        "attend_pairs": {"PAIR": geometric_attention.KINDS["DOT"]},
    }
    return chosen.get(kernel, {})
