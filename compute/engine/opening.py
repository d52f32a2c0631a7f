"""Open the engine that is asked for, or the best that there is."""

from __future__ import annotations

from functools import cached_property
from typing import cast

from compute.core.refusal import shown
from compute.engine.reference import ReferenceEngine
from compute.requests.engine import Engine, NoAdapter

ENGINES = ("auto", "gpu", "reference")


def open_engine(prefer: str = "auto", adapter: str = "") -> Engine:
    """Return the engine to use: "gpu" (raises `NoAdapter` if there is none), "reference", or "auto".

    "auto" takes the GPU if an adapter answers and the reference if not; ``engine.name`` says which.
    ``adapter``: a name, or a part of it, that the adapter must have; `NoAdapter` if none has it.

    >>> open_engine("reference").name
    'reference'
    """
    if prefer not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {shown(prefer)}")
    if prefer == "reference":
        return ReferenceEngine()
    try:
        return _gpu(adapter)
    except NoAdapter:
        if prefer == "gpu" or adapter:
            raise
        return ReferenceEngine()


class _OnDemand:
    def __init__(self, prefer: str) -> None:
        self._prefer = prefer

    @cached_property
    def _opened(self) -> Engine:
        return open_engine(self._prefer)

    def __getattr__(self, name: str) -> object:
        return getattr(self._opened, name)


def engine_on_demand(prefer: str = "auto") -> Engine:
    """Return the engine of `open_engine` that is opened when it is first used.

    Wrong use of what takes an engine is then found before a driver has been waited for.
    """
    return cast(Engine, _OnDemand(prefer))


def adapter_names() -> tuple[str, ...]:
    """Return the adapters that there are, in words; none where wgpu cannot be loaded."""
    try:
        from compute.gpu.device import adapters, words
    except (ImportError, OSError):
        return ()
    return tuple(dict.fromkeys(words(adapter) for adapter in adapters()))


def _gpu(adapter: str) -> Engine:
    # imported here: the reference must work where wgpu cannot even be loaded
    try:
        from compute.gpu.device import Device
        from compute.gpu.engine import GpuEngine
    except (ImportError, OSError) as problem:
        raise NoAdapter(f"wgpu cannot be loaded: {problem}") from None
    return GpuEngine(Device(adapter))
