"""The interface of engines, and the exceptions of a missing or lost device."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from compute.manifold.manifold import Manifold
from compute.requests.attention import Attended, AttendRequest
from compute.requests.fields import Cancelled, DistanceRequest, Field, FieldRequest, OnTile
from compute.requests.flow import Diffusion, FlowRequest
from compute.requests.geodesics import ConnectRequest, Paths, ShootRequest
from compute.requests.geometry import Geometry, GeometryRequest
from compute.requests.transport import Transport, TransportRequest


class DeviceLost(RuntimeError):
    """The device was lost: its driver was reset, or it was removed or destroyed."""


class NoAdapter(RuntimeError):
    """No device can run the kernels."""


class Unloadable(NoAdapter):
    """The package wgpu is missing or cannot be imported: the installation is incomplete."""


class Engine(Protocol):
    """The interface of engines.  An engine is used from one thread only."""

    @property
    def name(self) -> str:
        """ "gpu" or "reference"."""

    @property
    def adapter(self) -> str:
        """Return a description of the device."""

    @property
    def software(self) -> bool:
        """Whether the GPU adapter is a software driver that runs kernels on the CPU."""

    def is_ready(self, manifold: Manifold) -> bool:
        """Whether what a path of a family takes is compiled."""

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
    def flow_bound(self, operator: Diffusion) -> float: ...
