"""Curves of least energy by ``shaders/kernels/action_*.wgsl``.

Twin of `compute.geodesics.discrete_energy`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.geodesics.discrete_energy import ARMIJO, SEGMENTS, STEP_SIZES
from compute.gpu.kernel import WORKGROUP, Source, Storage
from compute.gpu.layout import record
from compute.gpu.session import Dispatch, GpuSession
from compute.manifold.manifold import Slot

# Newton's method converges quadratically; the rest is for line searches
ROUNDS = 14
INFINITE = 1e30
# Shooting starts from these curves; with a decrement of this share of S_N it needs one round.
FLOOR = 1e-3
# curves, at most, of which all step sizes are tried at once: a dispatch costs more than they do
FEW = 16

SEGMENT = record(
    {
        "gradient": "vec4f",  # derivatives by the left and the right node
        "left": "vec4f",
        "right": "vec4f",
        "across": "vec4f",
        "bend": "vec3f",  # the curvature term, symmetric
        "energy": "f32",
    }
)
DESCENT = record({"value": "f32", "slope": "f32", "tried": "u32", "done": "u32"})
# first: the number of step sizes that are tried before the others
PARAMETERS = record({"curves": "u32", "segments": "u32", "first": "u32"})
_NODES, _STEPS = Storage("nodes", "vec2f", writable=True), Storage("steps", "vec2f", writable=True)
_SEGMENTS = Storage("segments", "Segment", writable=True)
_DESCENTS = Storage("descents", "Descent", writable=True)
_STRUCTS = {"Segment": SEGMENT, "Descent": DESCENT}


def _source(name: str, *storage: Storage, **constants: float | int) -> Source:
    return Source(f"action_{name}", PARAMETERS, storage, _STRUCTS, constants)


_TRIALS = Storage("trials", "f32", writable=True)
SEGMENTS_OF = _source("segments", _NODES, _SEGMENTS, _DESCENTS)
SOLVE = _source("solve", _SEGMENTS, _STEPS, Storage("factors", "vec4f", writable=True), _DESCENTS)
TRY = _source(
    "trials", _NODES, _STEPS, _TRIALS, _DESCENTS, INFINITE=INFINITE, STEP_SIZES=len(STEP_SIZES)
)
CHOOSE = _source(
    "choose",
    _NODES,
    _STEPS,
    _TRIALS,
    _DESCENTS,
    ARMIJO=ARMIJO,
    STEP_SIZES=len(STEP_SIZES),
    FLOOR=FLOOR,
)
ROUND = (SEGMENTS_OF, SOLVE, TRY, CHOOSE)
# kernels that evaluate the family; the others only do algebra
_WITH_FAMILY = (SEGMENTS_OF, TRY)


def bytes_each(segments: int = SEGMENTS) -> int:
    """Return the bytes of the largest array per curve."""
    return segments * max(SEGMENT.itemsize, 4 * len(STEP_SIZES))


def relaxation(
    session: GpuSession, slot: Slot, curves: Floats, rounds: int = ROUNDS
) -> tuple[list[Dispatch], Any]:
    """Return the dispatches that relax curves (n, SEGMENTS+1, 2), and the buffer of their nodes."""
    n, count, sizes = len(curves), SEGMENTS, len(STEP_SIZES)
    first = sizes if n <= FEW else 1
    given = np.array([(n, count, first)], PARAMETERS)
    buffers = {
        "parameters": session.filled("action parameters", given),
        "nodes": session.filled("action nodes", curves.astype(np.float32)),
        "descents": session.filled("action descents", np.zeros(n, DESCENT)),
        "steps": session.buffer("action steps", n * (count + 1) * 8),
        "segments": session.buffer("action segments", n * count * SEGMENT.itemsize),
        "factors": session.buffer("action factors", n * count * 16),
        "trials": session.buffer("action trials", n * count * 4 * sizes),
    }
    wide, narrow = -(-n * count // WORKGROUP), -(-n // WORKGROUP)
    tries = [first, sizes - first] if first < sizes else [sizes]
    search = [step for some in tries for step in ((TRY, (wide, some)), (CHOOSE, (narrow,)))]
    work = [
        _dispatch(session, slot, buffers, source, shape)
        for source, shape in ((SEGMENTS_OF, (wide,)), (SOLVE, (narrow,)), *search)
    ]
    return work * rounds, buffers["nodes"]


def _dispatch(
    session: GpuSession,
    slot: Slot,
    buffers: dict[str, Any],
    source: Source,
    shape: tuple[int, ...],
) -> Dispatch:
    own = slot if source in _WITH_FAMILY else None
    bound = (buffers["parameters"], *(buffers[storage.name] for storage in source.storage))
    group = session.family(slot) if own else None
    return Dispatch(session.kernel(source, own), group, bound, shape)
