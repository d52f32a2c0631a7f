"""The engine of kernels: requests in, float32 on the device, float64 arrays out.

The same algorithms as the float64 reference, from ``shaders/kernels``: an invocation a point or path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from compute import resolution
from compute.attend import modes
from compute.attend.request import Attended, AttendRequest
from compute.field import Cancelled, OnTile
from compute.flow.request import FlowRequest
from compute.gpu import (
    attend,
    distance,
    field,
    flow,
    geodesic,
    geometry,
    resolving,
    shooting,
    transport,
)
from compute.gpu.device import Device
from compute.gpu.workshop import Workshop
from compute.overflow import forgiving
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


class GpuEngine:
    """Answers requests on one device, used from the thread that made it.

    Raises `NoAdapter` if there is none; every answer may raise `DeviceLost`.
    """

    name = "gpu"

    def __init__(self, device: Device | None = None) -> None:
        self._device = device or Device()
        self._workshop = Workshop(self._device)

    @property
    def adapter(self) -> str:
        """The adapter in words."""
        return self._device.adapter

    @property
    def software(self) -> bool:
        """Whether the adapter is a program on the processor."""
        return bool(self._device.software)

    @forgiving
    def geometry(self, request: GeometryRequest) -> Geometry:
        """Metric, connection, cubic tensor and curvature at points."""
        with self._device.watched():
            found = geometry.geometry(self._workshop, request)
        return resolution.geometry(request, resolving.geometry(request, found))

    @forgiving
    def shoot(self, request: ShootRequest) -> Paths:
        """Geodesics from initial points and velocities."""
        with self._device.watched():
            found = geodesic.shoot(self._workshop, request)
        return resolution.paths(request.manifold, resolving.shot(request, found))

    @forgiving
    def connect(self, request: ConnectRequest) -> Paths:
        """Geodesics between pairs of points."""
        hopeless = resolution.unreachable(request, self.name)
        if hopeless is not None:
            return hopeless

        def solve(own: ConnectRequest) -> Paths:
            found = shooting.connect(self._workshop, own)
            return resolving.connected(self._workshop, own, found)

        with self._device.watched():
            found = resolution.connected(request, self.name, solve)
        return resolution.paths(request.manifold, found, request.start, request.end)

    @forgiving
    def transport(self, request: TransportRequest) -> Transport:
        """Vectors carried along curves."""
        with self._device.watched():
            found = transport.transport(self._workshop, request)
        return resolving.carried(request, found)

    @forgiving
    def field(
        self,
        request: FieldRequest,
        on_tile: OnTile | None = None,
        cancelled: Cancelled | None = None,
    ) -> Field:
        """A scalar over a rectangle of a chart."""
        with self._device.watched():
            return field.field(self._workshop, request, on_tile, cancelled)

    @forgiving
    def distance(self, request: DistanceRequest) -> Field:
        """The distance from a point over a rectangle of a chart."""
        with self._device.watched():
            return distance.distance(self._workshop, request)

    def attend(self, request: AttendRequest) -> Attended:
        """Attention by distances; that by geodesics joins and carries by the kernels of both."""
        if request.mode == "geodesic":
            return modes.geodesic(request, self)
        with self._device.watched():
            return attend.attend(self._workshop, request)

    def flow(self, request: FlowRequest) -> np.ndarray:
        """The field (rows, columns) after the steps of a request."""
        with self._device.watched():
            return flow.flow(self._workshop, request)

    def flow_bound(self, operator: Stencil) -> float:
        """Return a bound on the size of all eigenvalues of L (Gershgorin)."""
        with self._device.watched():
            return flow.bound(self._workshop, operator)
