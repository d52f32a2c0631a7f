"""Curves of least energy by ``shaders/kernels/action_*.wgsl``.  Twin of `compute.action`."""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.action import ARMIJO, SEGMENTS, STEP_SIZES
from compute.gpu.kernel import WORKGROUP, Source, Storage
from compute.gpu.layout import record
from compute.gpu.workshop import Workshop
from compute.manifold import Slot
from compute.types import Floats

# Newton's method converges quadratically; a line search needs the rest
ROUNDS = 14
INFINITE = 1e30

SEGMENT = record(
    {
        "gradient": "vec4f",  # by the left and by the right node
        "left": "vec4f",
        "right": "vec4f",
        "across": "vec4f",
        "bend": "vec3f",  # the curvature term, symmetric
        "energy": "f32",
    }
)
DESCENT = record({"value": "f32", "slope": "f32", "done": "u32"})
PARAMETERS = record({"curves": "u32", "segments": "u32"})
_NODES, _STEPS = Storage("nodes", "vec2f", writable=True), Storage("steps", "vec2f", writable=True)
_SEGMENTS = Storage("segments", "Segment", writable=True)
_DESCENTS = Storage("descents", "Descent", writable=True)
_STRUCTS = {"Segment": SEGMENT, "Descent": DESCENT}


def _source(name: str, *storage: Storage, **constants: float | int) -> Source:
    return Source(f"action_{name}", PARAMETERS, storage, _STRUCTS, constants)


ROUND = (
    _source("segments", _NODES, _SEGMENTS, _DESCENTS),
    _source("solve", _SEGMENTS, _STEPS, Storage("factors", "vec4f", writable=True), _DESCENTS),
    _source(
        "trials",
        _NODES,
        _STEPS,
        Storage("trials", "f32", writable=True),
        _DESCENTS,
        INFINITE=INFINITE,
    ),
    _source(
        "choose",
        _NODES,
        _STEPS,
        Storage("trials", "f32", writable=True),
        _DESCENTS,
        ARMIJO=ARMIJO,
        STEP_SIZES=len(STEP_SIZES),
        FLOOR=64 * float(np.finfo(np.float32).eps),
    ),
)
# kernels that evaluate the family, and those that only do algebra
_WITH_FAMILY = {"action_segments", "action_trials"}


def bytes_each(segments: int = SEGMENTS) -> int:
    """Bytes of the largest array, for each curve."""
    return segments * max(SEGMENT.itemsize, 4 * len(STEP_SIZES))


def record_relaxation(
    workshop: Workshop, encoder: Any, slot: Slot, start: Floats, end: Floats
) -> Any:
    """Record the relaxation of straight lines from start to end (n, 2); returns the nodes' buffer."""
    n, count = len(start), SEGMENTS
    share = np.linspace(0.0, 1.0, count + 1)[:, None]
    lines = start[:, None] * (1 - share) + end[:, None] * share
    buffers = {
        "parameters": workshop.filled("action parameters", np.array([(n, count)], PARAMETERS)),
        "nodes": workshop.filled("action nodes", lines.astype(np.float32)),
        "descents": workshop.filled("action descents", np.zeros(n, DESCENT)),
        "steps": workshop.buffer("action steps", n * (count + 1) * 8),
        "segments": workshop.buffer("action segments", n * count * SEGMENT.itemsize),
        "factors": workshop.buffer("action factors", n * count * 16),
        "trials": workshop.buffer("action trials", n * count * 4 * len(STEP_SIZES)),
    }
    wide, narrow = -(-n * count // WORKGROUP), -(-n // WORKGROUP)
    shapes = ((wide,), (narrow,), (wide, len(STEP_SIZES)), (narrow,))
    for _ in range(ROUNDS):
        for source, shape in zip(ROUND, shapes, strict=True):
            own = slot if source.name in _WITH_FAMILY else None
            bound = (buffers["parameters"], *(buffers[s.name] for s in source.storage))
            group = workshop.family(slot) if own else None
            workshop.kernel(source, own).record(encoder, bound, group, shape)
    return buffers["nodes"]
