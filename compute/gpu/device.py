"""The one place that asks for a GPU.

A device belongs to the thread that opened it.  The adapter is the best there is: a card of its own,
then one that shares memory, then a driver that computes on the processor; a name, or a part of it, in
the environment variable ``ATTENTION_GEODESICS_ADAPTER`` overrules that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray
from wgpu.backends.wgpu_native.extras import set_instance_extras

from compute.engine import DeviceLost, NoAdapter

CHOICE = "ATTENTION_GEODESICS_ADAPTER"
# Mesa's layer that chooses a default device writes to stderr wherever there is no session bus;
# the choice is made here, so that the layer has nothing to do.
os.environ.setdefault("NODEVICE_SELECT", "1")
_KINDS = ("DiscreteGPU", "IntegratedGPU", "Unknown", "CPU")
_BACKENDS = ("Vulkan", "Metal", "D3D12")

Array = NDArray[Any]


class Device:
    """An adapter, its device and queue, and how results are read back.

    ``choice``: a part of the adapter's name; what the environment says goes before it.
    """

    def __init__(self, choice: str = "") -> None:
        adapter = best(adapters(), os.environ.get(CHOICE, "") or choice)
        self.adapter = words(adapter)
        self.software: bool = adapter.info["adapter_type"] == "CPU"
        self.handle = adapter.request_device_sync(label="attention-geodesics")
        self.queue = self.handle.queue
        self.limits: dict[str, int] = dict(self.handle.limits)
        self._staging: Any = None

    def buffer(self, size: int, *, uniform: bool = False) -> Any:
        """A storage (or uniform) buffer of at least ``size`` bytes that can be copied to and from."""
        kind = wgpu.BufferUsage.UNIFORM if uniform else wgpu.BufferUsage.STORAGE
        usage = kind | wgpu.BufferUsage.COPY_DST | wgpu.BufferUsage.COPY_SRC
        return self.handle.create_buffer(size=max(_round_up(size), 16), usage=usage)

    def write(self, buffer: Any, array: Array) -> None:
        """Copy an array to the start of a buffer."""
        self.queue.write_buffer(buffer, 0, np.ascontiguousarray(array))

    def run(self, encoder: Any, outputs: Sequence[tuple[Any, int]]) -> list[memoryview]:
        """Submit what was recorded and read the first bytes of some buffers: the ONE round trip.

        The views are valid until the next call.
        """
        sizes = [_round_up(size) for _, size in outputs]
        starts = [sum(sizes[:i]) for i in range(len(sizes))]
        staging = self._readable(sum(sizes))
        for (buffer, _), start, size in zip(outputs, starts, sizes, strict=True):
            encoder.copy_buffer_to_buffer(buffer, 0, staging, start, size)
        self.queue.submit([encoder.finish()])
        staging.map_sync(wgpu.MapMode.READ, 0, sum(sizes))
        return [
            staging.read_mapped(start, size, copy=False)[:wanted]
            for (_, wanted), start, size in zip(outputs, starts, sizes, strict=True)
        ]

    @contextmanager
    def watched(self) -> Iterator[None]:
        """What is done inside raises `DeviceLost` when the device goes away."""
        try:
            yield
        except (wgpu.GPUError, RuntimeError) as problem:
            if "lost" not in str(problem) and "destroyed" not in str(problem):
                raise
            raise DeviceLost(f"the device {self.adapter} was lost") from problem

    def _readable(self, size: int) -> Any:
        """The kept staging buffer, unmapped and at least ``size`` bytes large."""
        if self._staging is not None:
            self._staging.unmap()
        if self._staging is None or self._staging.size < size:
            usage = wgpu.BufferUsage.MAP_READ | wgpu.BufferUsage.COPY_DST
            self._staging = self.handle.create_buffer(size=max(size, 1 << 16), usage=usage)
        return self._staging


@cache
def adapters() -> tuple[Any, ...]:
    """All adapters of the interfaces that compute."""
    # OpenGL is left out: it adds nothing but a search for displays that takes as long as the rest
    set_instance_extras(backends=["Vulkan", "Metal", "DX12"])
    return tuple(wgpu.gpu.enumerate_adapters_sync())


def best(adapters: Sequence[Any], choice: str = "") -> Any:
    """The adapter to use, its name containing ``choice``.  Raises `NoAdapter`."""
    fitting = [a for a in adapters if choice.lower() in words(a).lower()]
    if not fitting:
        names = "; ".join(words(a) for a in adapters) or "none"
        raise NoAdapter(f"no GPU adapter{f' called {choice!r}' if choice else ''}, found: {names}")
    return min(fitting, key=_rank)


def _rank(adapter: Any) -> tuple[int, int]:
    kind, backend = adapter.info["adapter_type"], adapter.info["backend_type"]
    return _place(kind, _KINDS), _place(backend, _BACKENDS)


def _place(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)


def words(adapter: Any) -> str:
    """An adapter in words: device, driver and interface."""
    info = adapter.info
    driver = info["description"] or info["vendor"]
    return f"{info['device']}, {driver}, {info['backend_type']}"


def _round_up(size: int) -> int:
    # buffer copies need sizes that are multiples of 4, bindings like 16
    return -(-size // 16) * 16
