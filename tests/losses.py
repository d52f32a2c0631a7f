"""Devices that another thread destroys at any moment, as a driver that fails loses them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from compute.gpu.device import Device

# in these calls of a queue and of a buffer wgpu aborts the process if the device is no more
OF_QUEUE, OF_BUFFER = ("submit", "write_buffer"), ("read_mapped", "unmap")


def destroyer(device: Device) -> Callable[[], None]:
    """Return a call that destroys a device, which was only opened so far, for another thread.

    It waits for the calls in which wgpu would abort the process; later ones raise an exception instead.
    """
    turn, create = threading.RLock(), device.handle.create_buffer

    def guard(owner: Any, names: tuple[str, ...]) -> Any:
        for name in names:
            setattr(owner, name, _guarded(device, turn, getattr(owner, name)))
        return owner

    def destroy() -> None:
        with turn:
            device.handle.destroy()

    guard(device.queue, OF_QUEUE)
    device.handle.create_buffer = lambda **given: guard(create(**given), OF_BUFFER)
    return destroy


def _guarded(device: Device, turn: Any, plain: Callable[..., Any]) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:
        with turn:
            if device.is_ending():
                raise RuntimeError("the device is no more")
            return plain(*given, **named)

    return call
