"""Kernels with everything that another host needs to run them: WGSL, layouts, a family's data.

For hosts such as a web page, which have WebGPU but neither NumPy nor this program.  Nothing here opens
a device.  All results are plain values for JSON; arrays are little-endian bytes in base64.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from compute.core.status import Status
from compute.geodesics import multiple_shooting
from compute.geodesics.discrete_energy import SEGMENTS, STEP_SIZES
from compute.geodesics.initial_value import DRIFT_LIMIT
from compute.geodesics.shooting import MISS_LIMIT
from compute.gpu import (
    discrete_energy,
    initial_value,
    local_geometry,
    parallel_transport,
    sample_density,
    scalar_field,
    shooting,
    tiles,
)
from compute.gpu.kernel import CAPACITY, WORKGROUP, Source, family_record, module
from compute.manifold.manifold import GENERIC_SCALARS, Manifold, Slot
from compute.manifold.tangent import SINGULAR

# kernels that evaluate no family: algebra alone
_WITHOUT_FAMILY = (
    discrete_energy.SOLVE,
    discrete_energy.CHOOSE,
    parallel_transport.COMPOSE,
)
_SOURCES = (
    local_geometry.SOURCE,
    initial_value.SOURCE,
    shooting.SOURCE,
    *discrete_energy.ROUND,
    parallel_transport.SEGMENTS,
    parallel_transport.COMPOSE,
    scalar_field.SOURCE,
)


def published(manifold: Manifold, scalar: str) -> dict[str, Any]:
    """Return the kernels of geodesics, transport, the map of ``scalar`` and, if it is a formula, the
    density.

    kernels: by name, ``code``, ``parameters`` and ``structs`` as layouts, ``storage`` as (name,
    element, writable), and whether it reads the ``family``.  family: its constants and arrays.
    limits: numbers that a host needs to divide work and to judge results.  Raises ValueError for a
    scalar that the family does not have.
    """
    number, which = _scalar(manifold, scalar)
    slot, attempts = manifold.slot, tiles.attempts(tiles.loops_of(manifold.slot))
    constants = {"geodesic": {"ATTEMPTS": attempts}, "field": {"SCALAR": number}}
    kernels = {}
    for source in _SOURCES:
        own = None if source in _WITHOUT_FAMILY else slot
        kernels[source.name] = _kernel(source, own, constants.get(source.name, {}))
    if slot.density:
        own = sample_density.slot_of(slot)
        kernels["density"] = _kernel(sample_density.SOURCE, own, {})
    return {
        "kernels": kernels,
        "family": _family(slot),
        "limits": {
            "workgroup": WORKGROUP,
            "attempts": attempts,
            "segments": SEGMENTS,
            "stepSizes": len(STEP_SIZES),
            "usual": [shooting.USUAL.relaxing, shooting.USUAL.aiming],
            "full": [shooting.FULL.relaxing, shooting.FULL.aiming],
            "infinite": discrete_energy.INFINITE,
            "tries": shooting.TRIES,
            "miss": MISS_LIMIT["f4"],
            "drift": DRIFT_LIMIT[4],
            "chain": {
                "segments": multiple_shooting.SEGMENTS,
                "rounds": multiple_shooting.ROUNDS,
                "offset": multiple_shooting.OFFSET["f4"],
                "closed": multiple_shooting.CLOSED["f4"],
                "gap": multiple_shooting.GAP_LIMIT["f4"],
            },
            "singular": SINGULAR,
            "unknown": local_geometry.UNKNOWN,
            "which": which,
        },
        "statuses": [[status.name, status.words, status.arrived] for status in Status],
    }


def _scalar(manifold: Manifold, scalar: str) -> tuple[int, int]:
    """Return the constant SCALAR of the map's kernel, and the number of a scalar of the family."""
    if scalar in GENERIC_SCALARS:
        return GENERIC_SCALARS.index(scalar), 0
    if scalar not in manifold.scalars:
        known = ", ".join(manifold.scalars)
        raise ValueError(f"scalar of {manifold.name} must be one of {known}, got {scalar}")
    return scalar_field.OF_FAMILY, manifold.scalars.index(scalar)


def _kernel(source: Source, slot: Slot | None, constants: dict[str, int]) -> dict[str, Any]:
    return {
        "code": module(source, slot, constants).text,
        "parameters": layout_of(source.parameters),
        "uniform": source.uniform,
        "structs": {name: layout_of(kind) for name, kind in source.structs.items()},
        "storage": [[s.name, s.element, s.writable] for s in source.storage],
        "family": slot is not None and bool(slot.constants or slot.buffers),
    }


def layout_of(kind: np.dtype) -> dict[str, Any]:
    """Return a record's ``size`` in bytes, and for each field its scalar type, offset and count."""
    assert kind.fields is not None
    names = {"f": "f32", "i": "i32", "u": "u32"}
    fields = {
        name: [names[inner.base.kind], offset, int(np.prod(inner.shape, dtype=int))]
        for name, (inner, offset, *_) in kind.fields.items()
    }
    return {"size": kind.itemsize, "fields": fields}


def _family(slot: Slot) -> dict[str, Any]:
    """Return the bytes of a slot's constants, "" if it has none, and of its arrays, with the size of
    their buffers.
    """
    constants = b""
    if slot.constants:
        constants = np.array(tuple(slot.constants.values()), family_record(slot)).tobytes()
    arrays = [
        _text(np.ascontiguousarray(array, "<f4").tobytes()) for array in slot.buffers.values()
    ]
    return {"constants": _text(constants), "arrays": arrays, "arraySize": 16 * CAPACITY}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
