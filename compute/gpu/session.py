"""Resources kept between requests: compiled kernels, growing buffers, data of families."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary, ref

from compute.gpu.device import Array, Device
from compute.gpu.kernel import Kernel, Source, family_group
from compute.manifold.manifold import Slot

# kernels kept: each takes 1.5 MB in a software driver, and typing families creates more and more
MOST_KERNELS = 256


@dataclass(frozen=True, eq=False)
class Dispatch:
    """A kernel with its buffers, parameters first, and a family, to run ``times`` in a row."""

    kernel: Kernel
    family: Any
    buffers: Sequence[Any]
    workgroups: tuple[int, ...]
    times: int = 1

    @cached_property
    def group(self) -> Any:
        """The bind group of its buffers."""
        return self.kernel.group(self.buffers)

    def record(self, work: Any, family: Any) -> Any:
        """Record it in a compute pass; take and return the family bound there: it stays bound."""
        work.set_pipeline(self.kernel.pipeline)
        work.set_bind_group(0, self.group)
        if self.family not in (None, family):
            family = self.family
            work.set_bind_group(1, family)
        for _ in range(self.times):
            work.dispatch_workgroups(*self.workgroups)
        return family


class GpuSession:
    """The device with all resources that outlive a request.  Used from the device's thread only."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._kernels: dict[tuple[Any, ...], Kernel] = {}
        self._buffers: dict[str, Any] = {}
        self._families: WeakKeyDictionary[Slot, Any] = WeakKeyDictionary()
        self._owners: dict[str, ref[Any]] = {}

    def kernel(
        self, source: Source, slot: Slot | None, constants: Mapping[str, float | int] | None = None
    ) -> Kernel:
        """Return the kernel for this family; families with equal text share one."""
        key = (source, _signature(slot), tuple((constants or {}).items()))
        found = self._kernels.pop(key, None) or Kernel(self.device, source, slot, constants)
        self._kernels[key] = found  # the last that was used
        if len(self._kernels) > MOST_KERNELS:
            del self._kernels[next(iter(self._kernels))]
        return found

    def has_kernels(self, slot: Slot) -> bool:
        """Whether the kernel that fires geodesics of this family, or of one of equal text, was made."""
        text = _signature(slot)
        return any(source.name == "geodesic" and own == text for source, own, _ in self._kernels)

    def buffer(self, name: str, size: int, *, uniform: bool = False) -> Any:
        """Return the buffer of that name, replaced by a larger one if ``size`` requires it."""
        if name not in self._buffers or self._buffers[name].size < size:
            self._buffers[name] = self.device.buffer(size, uniform=uniform)
        return self._buffers[name]

    def filled(self, name: str, array: Array, *, uniform: bool = False) -> Any:
        """Return the buffer of that name, filled with an array."""
        buffer = self.buffer(name, array.nbytes, uniform=uniform)
        self.device.write(buffer, array)
        return buffer

    def owned(self, name: str, owner: object, made: Callable[[], Array]) -> Any:
        """Return the buffer of that name with an array that is computed and uploaded once per owner."""
        known = self._owners.get(name)
        if known is None or known() is not owner:
            self.filled(name, made())
            self._owners[name] = ref(owner)
        return self._buffers[name]

    def family(self, slot: Slot) -> Any:
        """Return group 1 with the family's constants and arrays, uploaded once."""
        if slot not in self._families:
            self._families[slot] = family_group(self.device, slot)
        return self._families[slot]

    def run(self, work: Sequence[Dispatch], outputs: Sequence[tuple[Any, int]]) -> list[memoryview]:
        """Run dispatches in one submission and read the first bytes of some buffers."""
        encoder = self.device.handle.create_command_encoder()
        # one pass for all: within it each dispatch sees the results of earlier ones
        recording = encoder.begin_compute_pass()
        family = None
        for dispatch in work:
            family = dispatch.record(recording, family)
        recording.end()
        return self.device.run(encoder, outputs)


def _signature(slot: Slot | None) -> tuple[Any, ...]:
    """Return the part of a slot that determines compilation: its text and the names and types of its
    data.
    """
    if slot is None:
        return ()
    constants = tuple((name, isinstance(value, int)) for name, value in slot.constants.items())
    return slot.source, constants, tuple(slot.buffers)
