"""The engine of kernels: requests in, float32 on the device, float64 arrays out.

The same algorithms as the float64 reference, from ``shaders/kernels``: an invocation a point or path.
"""

from __future__ import annotations

from compute.field import Cancelled, OnTile
from compute.gpu import geodesic, geometry, shooting
from compute.gpu.device import Device
from compute.gpu.workshop import Workshop
from compute.types import (
    ConnectRequest,
    Geometry,
    GeometryRequest,
    Paths,
    ShootRequest,
)


class GpuEngine:
    """Answers requests on one device.  Raises `NoAdapter` if there is none, `DeviceLost` if it goes."""

    name = "gpu"

    def __init__(self, device: Device | None = None) -> None:
        self._workshop = Workshop(device or Device())

    @property
    def adapter(self) -> str:
        """The adapter in words."""
        return self._workshop.device.adapter

    def geometry(self, request: GeometryRequest) -> Geometry:
        """Metric, connection, cubic tensor and curvature at points."""
        return geometry.geometry(self._workshop, request)

    def shoot(self, request: ShootRequest) -> Paths:
        """Geodesics from initial points and velocities."""
        return geodesic.shoot(self._workshop, request)

    def connect(self, request: ConnectRequest) -> Paths:
        """Geodesics between pairs of points."""
        return shooting.connect(self._workshop, request)
