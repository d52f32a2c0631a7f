"""Engines answer requests.  The reference is NumPy in float64; the other one is in `compute.gpu`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from compute import distance, geodesic, geometry, resolution, shooting, transport
from compute import field as fields
from compute.attend.request import Attended, AttendRequest
from compute.field import Cancelled, OnTile
from compute.flow import stepping
from compute.flow.request import FlowRequest
from compute.overflow import forgiving
from compute.refusal import shown
from compute.types import (
    ConnectRequest,
    DistanceRequest,
    Field,
    FieldRequest,
    Geometry,
    GeometryRequest,
    Paths,
    ShootRequest,
    Transport,
    TransportRequest,
)

if TYPE_CHECKING:
    from compute.flow.operator import Stencil

ENGINES = ("auto", "gpu", "reference")


class DeviceLost(RuntimeError):
    """The device went away: its driver was reset, or it was taken out or destroyed."""


class NoAdapter(RuntimeError):
    """There is no device that could run the kernels."""


class Engine(Protocol):
    """The interface of every engine.  Engines are used from one thread only."""

    @property
    def name(self) -> str:
        """ "gpu" or "reference"."""

    @property
    def adapter(self) -> str:
        """Return in words what the engine runs on."""

    @property
    def software(self) -> bool:
        """Whether it is a GPU in name alone: kernels that run on the processor."""

    def geometry(self, request: GeometryRequest) -> Geometry: ...
    def shoot(self, request: ShootRequest) -> Paths: ...
    def connect(self, request: ConnectRequest) -> Paths: ...
    def transport(self, request: TransportRequest) -> Transport: ...
    def field(
        self,
        request: FieldRequest,
        on_tile: OnTile | None = None,
        cancelled: Cancelled | None = None,
    ) -> Field: ...
    def distance(self, request: DistanceRequest) -> Field: ...
    def attend(self, request: AttendRequest) -> Attended: ...
    def flow(self, request: FlowRequest) -> np.ndarray: ...
    def flow_bound(self, operator: Stencil) -> float: ...


class ReferenceEngine:
    """Float64 on the processor: the answer that everything else is held against."""

    name = "reference"
    adapter = "NumPy, float64"
    software = False

    @forgiving
    def geometry(self, request: GeometryRequest) -> Geometry:
        """Metric, connection, cubic tensor and curvature by the family's own formulas."""
        return resolution.geometry(request, geometry.geometry(request))

    @forgiving
    def shoot(self, request: ShootRequest) -> Paths:
        return resolution.paths(request.manifold, geodesic.shoot(request))

    @forgiving
    def connect(self, request: ConnectRequest) -> Paths:
        hopeless = resolution.unreachable(request, self.name)
        if hopeless is not None:
            return hopeless
        found = resolution.connected(request, self.name, shooting.connect)
        return resolution.paths(request.manifold, found, request.start, request.end)

    @forgiving
    def transport(self, request: TransportRequest) -> Transport:
        return transport.transport(request)

    @forgiving
    def field(
        self,
        request: FieldRequest,
        on_tile: OnTile | None = None,
        cancelled: Cancelled | None = None,
    ) -> Field:
        return fields.field(request, on_tile, cancelled)

    @forgiving
    def distance(self, request: DistanceRequest) -> Field:
        return distance.distance(request, geometry.geometry)

    def attend(self, request: AttendRequest) -> Attended:
        # imported here: modes know the family of attention, which nothing else needs
        from compute.attend import modes

        return modes.attend(request, self)

    def flow(self, request: FlowRequest) -> np.ndarray:
        """The field (rows, columns) after the steps of a request."""
        return stepping.advanced(request)

    def flow_bound(self, operator: Stencil) -> float:
        """Return a bound on the size of all eigenvalues of L (Gershgorin)."""
        return operator.bound


def open_engine(prefer: str = "auto", adapter: str = "") -> Engine:
    """The engine to use: "gpu" (raises `NoAdapter` if there is none), "reference", or "auto".

    "auto" takes the GPU if an adapter answers and the reference if not; ``engine.name`` says which.
    ``adapter``: a name, or a part of it, that the adapter must have; `NoAdapter` if none has it.
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
    """The adapters that there are, in words; none where wgpu cannot be loaded."""
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
