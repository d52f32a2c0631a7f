"""Open the requested engine, or the best available one."""

from __future__ import annotations

import warnings
from functools import cached_property
from importlib import import_module
from operator import attrgetter
from typing import cast

from compute.core.refusal import shown
from compute.engine.reference import ReferenceEngine
from compute.requests.engine import Engine, NoAdapter, Unloadable

ENGINES = ("auto", "gpu", "reference")
INSTEAD = "computing in NumPy float64, which is slower"


def open_engine(prefer: str = "auto", adapter: str = "") -> Engine:
    """Return the engine to use: "gpu" (raises `NoAdapter` if there is none), "reference", or "auto".

    "auto" uses the GPU if an adapter is available, else the reference; ``engine.name`` says which.
    If it is the reference only because the package wgpu cannot be loaded, a RuntimeWarning says so.
    ``adapter``: a name, or part of one, that the adapter must have; raises `NoAdapter` if none has it.

    >>> open_engine("reference").name
    'reference'
    """
    check_name(prefer)
    if prefer == "reference":
        return ReferenceEngine()
    try:
        return _gpu(adapter)
    except NoAdapter as problem:
        if prefer == "gpu" or adapter:
            raise
        if isinstance(problem, Unloadable):
            # attributed to this module, by whose name the command line lets it through
            warnings.warn(f"{problem}: {INSTEAD}", RuntimeWarning, stacklevel=1)
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
        _load()
    except Unloadable:
        return ()
    from compute.gpu.device import adapters, words

    return tuple(dict.fromkeys(words(adapter) for adapter in adapters()))


def _gpu(adapter: str) -> Engine:
    _load()
    from compute.gpu.device import Device
    from compute.gpu.engine import GpuEngine

    return GpuEngine(Device(adapter))


def _load() -> None:
    """Import wgpu, which the reference does without.  Raises `Unloadable`."""
    try:
        native = import_module("wgpu.backends.wgpu_native")
        extras = import_module(f"{native.__name__}.extras")
        attrgetter("set_instance_extras")(extras)  # which early versions lack
    except Exception as problem:  # an installation that is half there may raise anything
        words = " ".join(str(problem).split())
        raise Unloadable(f"wgpu cannot be loaded ({words})") from None
