"""A kernel: one entry point with a family, compiled on first use.

Group 0 has the kernel's own buffers, group 1 the family's.  Declarations and structs of both are
generated from the NumPy types used by the host.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compute.core.status import Status
from compute.gpu import compose, layout
from compute.gpu.device import Device
from compute.manifold.manifold import Slot
from compute.manifold.tangent import NEARLY_SINGULAR, SINGULAR

# invocations per workgroup: a multiple of every device's lanes, small enough to spread few paths
WORKGROUP = 64
# rows of a family's array: the vec4 that fit into any device's uniform buffer
CAPACITY = 4096
# bind groups cached per kernel, more than requests use
MOST_GROUPS = 64


@dataclass(frozen=True)
class Storage:
    """A storage array of a kernel: its name, its WGSL element type, whether the kernel writes it."""

    name: str
    element: str
    writable: bool = False


@dataclass(frozen=True)
class BufferRange:
    """A range of a buffer, bound in place of the whole."""

    buffer: Any
    offset: int
    size: int


@dataclass(frozen=True, eq=False)
class Source:
    """The source of a kernel: a file in ``shaders/kernels``, and its declarations.

    ``parameters`` is the struct of that name, ``structs`` are further ones, made by
    `layout.record`.  ``text`` replaces the file.  With ``uniform`` the parameters are in a uniform
    buffer, which a software driver reads quickly; but no branch may depend on them alone, since such a
    driver compiles their values in and recompiles for every new value.
    """

    name: str
    parameters: np.dtype
    storage: tuple[Storage, ...]
    structs: Mapping[str, np.dtype] = field(default_factory=dict)
    constants: Mapping[str, float | int] = field(default_factory=dict)
    text: str | None = None
    uniform: bool = False

    @property
    def path(self) -> str:
        return f"kernels/{self.name}.wgsl"


def workgroups(count: int) -> tuple[int, ...]:
    """Return the number of workgroups for ``count`` invocations."""
    return (-(-count // WORKGROUP),)


def module(
    source: Source, slot: Slot | None, constants: Mapping[str, float | int]
) -> compose.Module:
    """Return the complete WGSL of a kernel."""
    text = compose.read(source.path) if source.text is None else source.text
    prelude = _prelude(source, slot, constants)
    return compose.compose(source.path, text, prelude, slot.source if slot else None)


def _prelude(source: Source, slot: Slot | None, constants: Mapping[str, float | int]) -> str:
    shared: dict[str, float | int] = {status.name: int(status) for status in Status}
    shared |= {"SINGULAR": SINGULAR, "NEARLY_SINGULAR": NEARLY_SINGULAR, "WORKGROUP": WORKGROUP}
    lines = [compose.constants({**shared, **source.constants, **constants})]
    lines += [layout.struct(name, kind) for name, kind in source.structs.items()]
    lines.append(layout.struct("Parameters", source.parameters))
    space = "uniform" if source.uniform else "storage, read"
    lines.append(f"@group(0) @binding(0) var<{space}> parameters: Parameters;")
    for number, buffer in enumerate(source.storage, start=1):
        access = "read_write" if buffer.writable else "read"
        lines.append(
            f"@group(0) @binding({number}) var<storage, {access}> {buffer.name}: "
            f"array<{buffer.element}>;"
        )
    if slot:
        lines.append(f"const AT_ONE_PLACE = {str(slot.long).lower()};")
        lines += _family(slot)
    return "\n".join(lines)


def _family(slot: Slot) -> list[str]:
    """Return declarations of the family's constants, and of its arrays as uniforms.

    Storage buffers would be seven times slower on a software driver, which gathers an element for each
    lane, whereas a uniform is loaded once for all.
    """
    lines = []
    if slot.constants:
        lines.append(layout.struct("Family", family_record(slot)))
        lines.append("@group(1) @binding(0) var<storage, read> family: Family;")
    for number, name in enumerate(slot.buffers, start=1):
        kind = f"array<vec4f, {CAPACITY}>"
        lines.append(f"@group(1) @binding({number}) var<uniform> {name}: {kind};")
    return lines


def family_record(slot: Slot) -> np.dtype:
    """Return the layout of a slot's constants."""
    kinds = {name: "u32" if isinstance(v, int) else "f32" for name, v in slot.constants.items()}
    return layout.record(kinds)


class Kernel:
    """A source with a family on a device, compiled on first use."""

    def __init__(
        self,
        device: Device,
        source: Source,
        slot: Slot | None = None,
        constants: Mapping[str, float | int] | None = None,
    ) -> None:
        self.source = source
        self._device = device
        self._module = module(source, slot, constants or {})
        kinds = ["read-only-storage", "storage"]
        own = ["uniform" if source.uniform else kinds[0]]
        own += [kinds[buffer.writable] for buffer in source.storage]
        self._layouts = [_group_layout(device, dict(enumerate(own)))]
        if slot:
            self._layouts.append(family_layout(device, slot))
        self._pipeline: Any = None
        self._groups: dict[tuple[tuple[int, int, int], ...], tuple[Any, tuple[Any, ...]]] = {}

    @property
    def pipeline(self) -> Any:
        """The compiled pipeline.  Raises ValueError with the position of an error in the WGSL."""
        import wgpu

        if self._pipeline is None:
            handle = self._device.handle
            try:
                shader = handle.create_shader_module(code=self._module.text)
            except wgpu.GPUError as problem:
                raise ValueError(compose.explained(str(problem), self._module)) from None
            self._pipeline = handle.create_compute_pipeline(
                layout=handle.create_pipeline_layout(bind_group_layouts=self._layouts),
                compute={"module": shader, "entry_point": "main"},
            )
        return self._pipeline

    def group(self, buffers: Sequence[Any]) -> Any:
        """Return the bind group of the parameter buffer and the storage buffers, in order."""
        parts = [_part(buffer) for buffer in buffers]
        key = tuple((id(part.buffer), part.offset, part.size) for part in parts)
        if key not in self._groups:
            if len(self._groups) >= MOST_GROUPS:
                self._groups.clear()
            group = _group(self._device, self._layouts[0], dict(enumerate(buffers)))
            # kept with the buffers, so that no later buffer can have the same id
            self._groups[key] = (group, tuple(buffers))
        return self._groups[key][0]


def family_layout(device: Device, slot: Slot) -> Any:
    """Return the layout of group 1."""
    entries = {0: "read-only-storage"} if slot.constants else {}
    for number, _ in enumerate(slot.buffers, start=1):
        entries[number] = "uniform"
    return _group_layout(device, entries)


def family_group(device: Device, slot: Slot) -> Any:
    """Return group 1 with a family's constants and arrays uploaded."""
    buffers = {}
    if slot.constants:
        values = np.array(tuple(slot.constants.values()), family_record(slot))
        buffers[0] = device.buffer(values.nbytes)
        device.write(buffers[0], values.reshape(1))
    for number, array in enumerate(slot.buffers.values(), start=1):
        if array.ndim != 2 or array.shape[1] != 4 or len(array) > CAPACITY:
            wanted = f"(n ≤ {CAPACITY}, 4)"
            raise ValueError(f"a slot's array must have shape {wanted}, got {array.shape}")
        buffers[number] = device.buffer(CAPACITY * 16, uniform=True)
        device.write(buffers[number], array.astype(np.float32))
    return _group(device, family_layout(device, slot), buffers)


def _group_layout(device: Device, kinds: Mapping[int, str]) -> Any:
    import wgpu

    return device.handle.create_bind_group_layout(
        entries=[
            {"binding": i, "visibility": wgpu.ShaderStage.COMPUTE, "buffer": {"type": kind}}
            for i, kind in kinds.items()
        ]
    )


def _group(device: Device, group_layout: Any, buffers: Mapping[int, Any]) -> Any:
    return device.handle.create_bind_group(
        layout=group_layout,
        entries=[
            {
                "binding": i,
                "resource": {"buffer": part.buffer, "offset": part.offset, "size": part.size},
            }
            for i, part in ((i, _part(buffer)) for i, buffer in buffers.items())
        ],
    )


def _part(buffer: Any) -> BufferRange:
    return buffer if isinstance(buffer, BufferRange) else BufferRange(buffer, 0, buffer.size)
