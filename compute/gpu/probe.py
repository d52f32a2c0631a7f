"""Evaluation of a WGSL expression on arrays, for tests only."""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.gpu.kernel import Source, Storage, workgroups
from compute.gpu.layout import numpy_type, record
from compute.gpu.session import Dispatch, GpuSession
from compute.manifold.manifold import Slot

_MAIN = """
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {{
    if id.x >= parameters.count {{ return; }}
    results[id.x] = evaluated({inputs});
}}

fn evaluated({declared}) -> {result} {{
    return {expression};
}}
"""


def evaluate(
    session: GpuSession,
    expression: str,
    include: str = "",
    slot: Slot | None = None,
    result: str = "f32",
    **inputs: Floats,
) -> Floats:
    """Evaluate ``expression`` row by row on named inputs (n,) f32 or (n, k) vec⟨k⟩f.

    ``include``: text before it; ``result``: its WGSL type.  Returns (n,) or (n, k).
    """
    kinds = {name: _kind(array) for name, array in inputs.items()}
    count = len(next(iter(inputs.values())))
    text = include + _MAIN.format(
        inputs=", ".join(f"{name}[id.x]" for name in inputs),
        declared=", ".join(f"{name}: {kind}" for name, kind in kinds.items()),
        result=result,
        expression=expression,
    )
    storage = [Storage(name, kind) for name, kind in kinds.items()]
    source = Source(
        "probe",
        parameters=record({"count": "u32"}),
        storage=(*storage, Storage("results", result, writable=True)),
        text=text,
    )
    size = count * _stride(result)
    results = session.buffer("probe results", size)
    bound = [session.filled("probe parameters", np.array([(count,)], source.parameters))]
    bound += [session.filled(f"probe {i}", _padded(a)) for i, a in enumerate(inputs.values())]
    family = session.family(slot) if slot else None
    work = Dispatch(session.kernel(source, slot), family, (*bound, results), workgroups(count))
    found = np.frombuffer(session.run([work], [(results, size)])[0], numpy_type(result).base)
    shape = numpy_type(result).shape
    return found.reshape(count, -1)[:, : shape[0] if shape else 1].reshape(count, *shape).copy()


def _kind(array: Floats) -> str:
    return "f32" if array.ndim == 1 else f"vec{array.shape[1]}f"


def _stride(kind: str) -> int:
    width = numpy_type(kind).shape
    return {(): 4, (2,): 8, (3,): 16, (4,): 16}[width]


def _padded(array: Floats) -> Floats:
    """Return an array as float32, with the padding of vec3 arrays."""
    data = np.asarray(array, np.float32)
    return np.pad(data, ((0, 0), (0, 1))) if data.ndim == 2 and data.shape[1] == 3 else data
