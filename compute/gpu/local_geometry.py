"""Local geometry at points by ``shaders/kernels/geometry.wgsl``.

Twin of `compute.geodesics.local_geometry`.
"""

from __future__ import annotations

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import local_geometry as reference
from compute.geodesics.local_geometry import unpacked
from compute.gpu.kernel import Source, Storage, workgroups
from compute.gpu.layout import record
from compute.gpu.session import Dispatch, GpuSession
from compute.gpu.tiles import batches
from compute.manifold.tangent import LocalGeometry, is_singular
from compute.requests.geometry import Geometry, GeometryRequest

POINT = record(
    {
        "metric": "vec3f",
        "det": "f32",
        "first1": "vec3f",
        "curvature": "f32",
        "first2": "vec3f",
        "status": "i32",
        "cubic": "vec4f",
    }
)
# kernels write more than this where rounding makes the curvature unknown
UNKNOWN = 1e29
# relative change of a point's margin by rounding to float32, and the D/(g₁₁g₂₂) at which the
# inverse metric loses as much
EPSILON, TOLD, FLAT = 2.0**-24, 1e-5, 0.1
SOURCE = Source(
    "geometry",
    parameters=record({"count": "u32"}),
    storage=(Storage("thetas", "vec2f"), Storage("points", "Point", writable=True)),
    structs={"Point": POINT},
)


def geometry(session: GpuSession, request: GeometryRequest) -> Geometry:
    """Return the local geometry at every point of the request."""
    found = np.empty(len(request.theta), POINT)
    for rows in batches(len(found), POINT.itemsize):
        found[rows] = points_at(session, request, request.theta[rows])
    wide = {name: found[name].astype(np.float64) for name in POINT.names or () if name != "status"}
    first = np.stack([wide["first1"], wide["first2"]], axis=-2)
    inside = found["status"] != Status.LEFT_DOMAIN
    local = LocalGeometry(wide["metric"], first, wide["cubic"], wide["det"])
    curvature = np.where(np.abs(wide["curvature"]) < UNKNOWN, wide["curvature"], np.nan)
    return _with_edges(request, local, unpacked(local, curvature, inside, "gpu"))


def _with_edges(request: GeometryRequest, local: LocalGeometry, found: Geometry) -> Geometry:
    """Recompute in float64 the points whose distance to the boundary float32 does not resolve, whose
    metric has too few digits to raise an index, or whose curvature is rounding.
    """
    manifold, theta = request.manifold, np.asarray(request.theta, np.float64)
    margin = np.asarray(manifold.margin(theta))
    lost = np.asarray(is_singular(local, FLAT)) | ~np.isfinite(found.curvature)
    for axis in (0, 1):
        moved = theta.copy()
        moved[:, axis] *= 1.0 + EPSILON
        lost |= np.abs(manifold.margin(moved) - margin) > TOLD * np.abs(margin)
    if lost.any():
        exact = reference.geometry(GeometryRequest(manifold, theta[lost]))
        for name in ("metric", "christoffel", "cubic", "det", "curvature", "status"):
            getattr(found, name)[lost] = getattr(exact, name)
    return found


def points_at(session: GpuSession, request: GeometryRequest, theta: Floats) -> np.ndarray:
    """Run the kernel at points (n, 2) inside the domain and return `POINT` records (n,)."""
    parameters = np.array([(len(theta),)], SOURCE.parameters)
    slot = request.manifold.slot
    size = len(theta) * POINT.itemsize
    points = session.buffer("geometry points", size)
    buffers = (
        session.filled("geometry parameters", parameters),
        session.filled("geometry thetas", theta.astype(np.float32)),
        points,
    )
    work = Dispatch(
        session.kernel(SOURCE, slot), session.family(slot), buffers, workgroups(len(theta))
    )
    (found,) = session.run([work], [(points, size)])
    return np.frombuffer(found, POINT)
