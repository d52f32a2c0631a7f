"""The reference engine: NumPy in float64."""

from __future__ import annotations

import numpy as np

from compute.attention import geometric_attention
from compute.core.overflow import forgiving
from compute.distances import distance_map
from compute.flow import time_stepping
from compute.geodesics import (
    known_rays,
    local_geometry,
    parallel_transport,
    scalar_field,
    shooting,
)
from compute.manifold.manifold import Manifold
from compute.requests import resolution
from compute.requests.attention import Attended, AttendRequest
from compute.requests.fields import Cancelled, DistanceRequest, Field, FieldRequest, OnTile
from compute.requests.flow import Diffusion, FlowRequest
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest
from compute.requests.geometry import Geometry, GeometryRequest
from compute.requests.transport import Transport, TransportRequest


class ReferenceEngine:
    """Float64 on the CPU, the standard for all other results."""

    name = "reference"
    adapter = "NumPy, float64"
    software = False

    def is_ready(self, manifold: Manifold) -> bool:
        """NumPy compiles nothing."""
        return True

    @forgiving
    def geometry(self, request: GeometryRequest) -> Geometry:
        """Return metric, connection, cubic tensor and curvature by the family's own formulas."""
        return resolution.geometry(request, local_geometry.geometry(request))

    @forgiving
    def shoot(self, request: ShootRequest) -> Paths:
        return resolution.paths(request.manifold, known_rays.shoot(request))

    @forgiving
    def connect(self, request: ConnectRequest) -> Paths:
        hopeless = resolution.unreachable(request, self.name)
        if hopeless is not None:
            return hopeless
        found = resolution.connected(request, self.name, shooting.connect)
        return resolution.paths(request.manifold, found, request.start, request.end)

    @forgiving
    def transport(self, request: TransportRequest) -> Transport:
        return parallel_transport.transport(request)

    @forgiving
    def field(
        self,
        request: FieldRequest,
        on_tile: OnTile | None = None,
        cancelled: Cancelled | None = None,
    ) -> Field:
        return scalar_field.field(request, on_tile, cancelled)

    @forgiving
    def distance(self, request: DistanceRequest) -> Field:
        return distance_map.distance(request, local_geometry.geometry)

    def attend(self, request: AttendRequest) -> Attended:
        return geometric_attention.attend(request, self)

    def flow(self, request: FlowRequest) -> np.ndarray:
        """Return the field (rows, columns) after the steps of a request."""
        return time_stepping.advanced(request)

    def flow_bound(self, operator: Diffusion) -> float:
        """Return a bound of the absolute eigenvalues of L (Gershgorin)."""
        return operator.bound
