"""The GPU device; the only module that requests one.

A device belongs to the thread that opened it.  The best adapter is used: a discrete GPU, then an
integrated one, then a software driver; the environment variable ``ATTENTION_GEODESICS_ADAPTER``
(a name or part of one) overrides this.  wgpu is imported where it is used: kernels as text, which pages
contain, do without it.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from compute.core.refusal import shown
from compute.requests.engine import DeviceLost, NoAdapter

CHOICE = "ATTENTION_GEODESICS_ADAPTER"
# Mesa's layer that chooses a default device writes to stderr wherever there is no session bus;
# the choice is made here, so that the layer has nothing to do.
os.environ.setdefault("NODEVICE_SELECT", "1")
_KINDS = ("DiscreteGPU", "IntegratedGPU", "Unknown", "CPU")
_BACKENDS = ("Vulkan", "Metal", "D3D12")

# seconds between checks whether an awaited device still exists
LOOK = 0.25

Array = NDArray[Any]


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a log record of wgpu is about more than a lost device, which `DeviceLost` reports."""
    return "lost" not in record.getMessage().lower()


class Device:
    """An adapter with its device and queue, and read-back of results.

    ``choice``: part of the adapter's name; the environment variable takes precedence.
    """

    def __init__(self, choice: str = "") -> None:
        adapter = best(adapters(), os.environ.get(CHOICE, "") or choice)
        self.adapter = words(adapter)
        self.software: bool = adapter.info["adapter_type"] == "CPU"
        self.handle = _opened(adapter)
        self.queue = self.handle.queue
        # device and queue refer to each other: both would keep 40 MB until Python's cycle
        # collection
        finalize(self, _give_back, self.handle._release).atexit = False
        self.limits: dict[str, int] = dict(self.handle.limits)
        self._staging: Any = None

    def buffer(self, size: int, *, uniform: bool = False) -> Any:
        """Return a storage (or uniform) buffer of at least ``size`` bytes that can be copied to and
        from.
        """
        import wgpu

        kind = wgpu.BufferUsage.UNIFORM if uniform else wgpu.BufferUsage.STORAGE
        usage = kind | wgpu.BufferUsage.COPY_DST | wgpu.BufferUsage.COPY_SRC
        return self.handle.create_buffer(size=max(_round_up(size), 16), usage=usage)

    def write(self, buffer: Any, array: Array) -> None:
        """Copy an array to the start of a buffer."""
        self.queue.write_buffer(buffer, 0, np.ascontiguousarray(array))

    def run(self, encoder: Any, outputs: Sequence[tuple[Any, int]]) -> list[memoryview]:
        """Submit recorded commands and read the first bytes of some buffers, in one round trip."""
        import wgpu

        sizes = [_round_up(size) for _, size in outputs]
        starts = [sum(sizes[:i]) for i in range(len(sizes))]
        staging = self._readable(sum(sizes))
        for (buffer, _), start, size in zip(outputs, starts, sizes, strict=True):
            encoder.copy_buffer_to_buffer(buffer, 0, staging, start, size)
        self.queue.submit([encoder.finish()])
        self._wait(staging.map_async(wgpu.MapMode.READ, 0, sum(sizes)))
        # copied, since the memory is freed if another thread destroys the device
        found = [
            staging.read_mapped(start, size)[:wanted]
            for (_, wanted), start, size in zip(outputs, starts, sizes, strict=True)
        ]
        staging.unmap()
        return found

    def _wait(self, promise: Any) -> None:
        """Wait until a buffer is mapped.  Raises `DeviceLost` if the device is destroyed meanwhile.

        Destroying a device first ends the thread that would wake this one, so this thread polls; and
        wgpu aborts the process if memory of a destroyed device is requested.
        """
        while not promise._thread_event.wait(LOOK):
            self.handle._poll()
        promise.sync_wait()
        if self.is_ending():
            raise DeviceLost(f"the device {self.adapter} was lost")

    def is_ending(self) -> bool:
        """Whether the device was destroyed or is being destroyed."""
        poller = self.handle._poller
        return poller is None or bool(poller._shutdown)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Raise `DeviceLost` from the ``with`` block if the device is lost."""
        try:
            yield
        except DeviceLost:
            raise
        except Exception as problem:
            # what fails first depends on when the device was lost; the message alone does not tell
            if not self._is_lost():
                raise
            raise DeviceLost(f"the device {self.adapter} was lost") from problem

    def _is_lost(self) -> bool:
        """Whether the device is lost."""
        import wgpu

        if self.is_ending():
            return True
        try:
            self.buffer(0)
        except wgpu.GPUError:
            return True
        return False

    def _readable(self, size: int) -> Any:
        """Return the kept staging buffer, at least ``size`` bytes large."""
        import wgpu

        if self._staging is None or self._staging.size < size:
            usage = wgpu.BufferUsage.MAP_READ | wgpu.BufferUsage.COPY_DST
            self._staging = self.handle.create_buffer(size=max(size, 1 << 16), usage=usage)
        return self._staging


def _give_back(release: Callable[[], None]) -> None:
    """Release a device, and return the memory of a software driver's kernels to the system.

    The C library keeps freed memory, so the process would grow with each lost device.
    """
    release()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _opened(adapter: Any) -> Any:
    import wgpu

    try:
        return adapter.request_device_sync(label="attention-geodesics")
    except (wgpu.GPUError, RuntimeError) as problem:
        raise NoAdapter(f"the device {words(adapter)} cannot be opened: {problem}") from problem


@cache
def adapters() -> tuple[Any, ...]:
    """Return all adapters that support compute."""
    import wgpu
    from wgpu.backends.wgpu_native.extras import set_instance_extras

    # wgpu makes its logger of a class of its own as it is imported: nobody may ask for one before
    logging.getLogger("wgpu").addFilter(_is_news)
    # without OpenGL: it only adds a search for displays that takes as long as the rest
    set_instance_extras(backends=["Vulkan", "Metal", "DX12"])
    return tuple(wgpu.gpu.enumerate_adapters_sync())


def best(adapters: Sequence[Any], choice: str = "") -> Any:
    """Return the adapter to use, its name containing ``choice``.  Raises `NoAdapter`."""
    fitting = [a for a in adapters if choice.lower() in words(a).lower()]
    if not fitting:
        names = "; ".join(words(a) for a in adapters) or "none"
        raise NoAdapter(
            f"no GPU adapter{f' called {shown(choice)}' if choice else ''}, found: {names}"
        )
    return min(fitting, key=_rank)


def _rank(adapter: Any) -> tuple[int, int]:
    kind, backend = adapter.info["adapter_type"], adapter.info["backend_type"]
    return _place(kind, _KINDS), _place(backend, _BACKENDS)


def _place(name: str, order: tuple[str, ...]) -> int:
    return order.index(name) if name in order else len(order)


def words(adapter: Any) -> str:
    """Describe an adapter: device, driver and interface."""
    info = adapter.info
    driver = info["description"] or info["vendor"]
    return f"{info['device']}, {driver}, {info['backend_type']}"


def _round_up(size: int) -> int:
    # sizes of buffer copies must be multiples of 4; bindings work best with 16
    return -(-size // 16) * 16
