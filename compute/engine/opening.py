"""Open the requested engine, or the best available one."""

from __future__ import annotations

from functools import cached_property
from typing import cast

from compute.core.refusal import shown
from compute.engine.reference import ReferenceEngine
from compute.requests.engine import Engine, NoAdapter

ENGINES = ("auto", "gpu", "reference")


def open_engine(prefer: str = "auto", adapter: str = "") -> Engine:
    """Return the engine to use: "gpu" (raises `NoAdapter` if there is none), "reference", or "auto".

    "auto" uses the GPU if an adapter is available, else the reference; ``engine.name`` says which.
    ``adapter``: a name, or part of one, that the adapter must have; raises `NoAdapter` if none has it.

    >>> open_engine("reference").name
    'reference'
    """
    check_name(prefer)
    if prefer == "reference":
        return ReferenceEngine()
    try:
        return _gpu(adapter)
    except NoAdapter:
        if prefer == "gpu" or adapter:
            raise
        return ReferenceEngine()


def check_name(prefer: str) -> None:
    """Raise ValueError unless ``prefer`` is one of `ENGINES`."""
    if prefer not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {shown(prefer)}")


def engine_of(given: Engine | None, otherwise: str = "auto") -> Engine:
    """Return the given engine, or open the one called ``otherwise`` for None.

    Raises ValueError for what is no engine, such as the name of one.
    """
    if given is None:
        return open_engine(otherwise)
    if not callable(getattr(given, "connect", None)):
        raise ValueError(
            f'engine must be one that open_engine returns, such as open_engine("reference"),'
            f" got {shown(given)}"
        )
    return given


class _OnDemand:
    def __init__(self, prefer: str) -> None:
        self._prefer = prefer

    @cached_property
    def _opened(self) -> Engine:
        return open_engine(self._prefer)

    def __getattr__(self, name: str) -> object:
        return getattr(self._opened, name)


def engine_on_demand(prefer: str = "auto") -> Engine:
    """Return a proxy for `open_engine` that opens the engine on first use.

    Wrong arguments are then reported before waiting for a driver.
    """
    return cast(Engine, _OnDemand(prefer))


def adapter_names() -> tuple[str, ...]:
    """Return the names of available adapters; none if wgpu cannot be loaded."""
    try:
        from compute.gpu.device import adapters, words
    except (ImportError, OSError):
        return ()
    return tuple(dict.fromkeys(words(adapter) for adapter in adapters()))


def _gpu(adapter: str) -> Engine:
    # imported here: the reference must work even if wgpu cannot be loaded
    try:
        from compute.gpu.device import Device
        from compute.gpu.engine import GpuEngine
    except (ImportError, OSError) as problem:
        raise NoAdapter(f"wgpu cannot be loaded: {problem}") from None
    return GpuEngine(Device(adapter))
