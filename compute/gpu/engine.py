"""The GPU engine: computes requests in float32 on the device and returns float64 arrays.

The algorithms are those of the float64 reference, in ``shaders/kernels``, one invocation per point or
path.
"""

from __future__ import annotations

import numpy as np

from compute.attention import geometric_attention
from compute.core.overflow import forgiving
from compute.gpu import (
    eikonal,
    float64_answers,
    flow,
    local_geometry,
    parallel_transport,
    ray_errors,
    scalar_field,
    shooting,
)
from compute.gpu import geometric_attention as attention
from compute.gpu.device import Device
from compute.gpu.session import GpuSession
from compute.manifold.manifold import Manifold
from compute.requests import resolution
from compute.requests.attention import Attended, AttendRequest
from compute.requests.fields import Cancelled, DistanceRequest, Field, FieldRequest, OnTile
from compute.requests.flow import Diffusion, FlowRequest
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest
from compute.requests.geometry import Geometry, GeometryRequest
from compute.requests.transport import Transport, TransportRequest


class GpuEngine:
    """Computes requests on one device, used from the thread that created it.

    ``session`` holds the device with its kernels and buffers.
    Raises `NoAdapter` if there is none; every method may raise `DeviceLost`.
    """

    name = "gpu"

    def __init__(self, device: Device | None = None) -> None:
        self.session = GpuSession(device or Device())

    @property
    def adapter(self) -> str:
        """The name of the adapter."""
        return self.session.device.adapter

    @property
    def software(self) -> bool:
        """Whether the adapter is a software driver."""
        return bool(self.session.device.software)

    def is_ready(self, manifold: Manifold) -> bool:
        """Whether kernels with this family in their slot are there."""
        return self.session.has_kernels(manifold.slot)

    @forgiving
    def geometry(self, request: GeometryRequest) -> Geometry:
        """Return metric, connection, cubic tensor and curvature at points."""
        with self.session.device.watched():
            found = local_geometry.geometry(self.session, request)
        return resolution.geometry(request, float64_answers.geometry(request, found))

    @forgiving
    def shoot(self, request: ShootRequest) -> Paths:
        """Integrate geodesics from initial points and velocities."""
        with self.session.device.watched():
            found = ray_errors.shoot(self.session, request)
        return resolution.paths(request.manifold, float64_answers.shot(request, found))

    @forgiving
    def connect(self, request: ConnectRequest) -> Paths:
        """Solve for geodesics between pairs of points."""
        hopeless = resolution.unreachable(request, self.name)
        if hopeless is not None:
            return hopeless

        def solve(own: ConnectRequest) -> Paths:
            found = shooting.connect(self.session, own)
            return float64_answers.connected(self.session, own, found)

        with self.session.device.watched():
            found = resolution.connected(request, self.name, solve)
        return resolution.paths(request.manifold, found, request.start, request.end)

    @forgiving
    def transport(self, request: TransportRequest) -> Transport:
        """Carry vectors along curves."""
        with self.session.device.watched():
            found = parallel_transport.transport(self.session, request)
        return float64_answers.carried(request, found)

    @forgiving
    def field(
        self,
        request: FieldRequest,
        on_tile: OnTile | None = None,
        cancelled: Cancelled | None = None,
    ) -> Field:
        """Return a scalar over a rectangle of a chart."""
        with self.session.device.watched():
            return scalar_field.field(self.session, request, on_tile, cancelled)

    @forgiving
    def distance(self, request: DistanceRequest) -> Field:
        """Return the distance from a point over a rectangle of a chart."""
        with self.session.device.watched():
            return eikonal.distance(self.session, request)

    def attend(self, request: AttendRequest) -> Attended:
        """Compute attention by distances; mode geodesic uses the kernels for geodesics and
        transport.
        """
        if request.mode == "geodesic":
            return geometric_attention.geodesic(request, self)
        if request.bias is not None:  # no kernels for these; the answer names the engine
            return geometric_attention.attend(request, self)
        with self.session.device.watched():
            return attention.attend(self.session, request)

    def flow(self, request: FlowRequest) -> np.ndarray:
        """Return the field (rows, columns) after the steps of a request."""
        with self.session.device.watched():
            return flow.flow(self.session, request)

    def flow_bound(self, operator: Diffusion) -> float:
        """Return a bound of the absolute eigenvalues of L (Gershgorin)."""
        with self.session.device.watched():
            return flow.bound(self.session, operator)
