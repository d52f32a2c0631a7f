"""Geodesics past the pole of polar coordinates, computed in natural coordinates, which are regular
there.

In natural coordinates x of an exponential family Γ_ij,k = ½ T_ijk, and T is a tensor: with B = ∂θ/∂x
    g(x) = Bᵀ g B,   T_abc(x) = T_ijk B^i_a B^j_b B^k_c,
so only the Jacobian of the chart is needed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from compute.core.arrays import Floats
from compute.core.status import Status
from compute.geodesics import boundary_values, short_arcs
from compute.geodesics.initial_curves import is_dual
from compute.manifold.charts import Chart, named, parameters
from compute.manifold.manifold import Manifold
from compute.manifold.tangent import LocalGeometry, full
from compute.requests.geodesics import ConnectRequest, Paths

# closer to the pole the geometry is that at this distance
NEAREST = 1e-6
# largest share of a path's length by which a node may be moved to the circle around the pole
MOVED = 0.01


def applies(manifold: Manifold) -> bool:
    """Whether a family's first coordinate is an angle about a pole of its natural chart."""
    return manifold.periods[0] > 0.0 and is_dual(manifold)


def connect(request: ConnectRequest) -> Paths:
    """Return geodesics of Γ^(α) for n pairs, solved in float64 in natural coordinates, with the angle
    unwrapped.

    For a family to which this `applies`.  Status and residual as in `boundary_values.solve`.  A node
    closer to the pole than the domain's boundary is moved to the boundary; LEFT_DOMAIN if that moves it
    by more than `MOVED` of the length, or if the angle leaves the domain.
    """
    manifold = request.manifold
    chart = natural(manifold)
    start, end = chart.forward(request.start), chart.forward(request.end)
    own = replace(request, manifold=regular(manifold), start=start, end=end)
    found = short_arcs.before(own, boundary_values.solve)
    theta = chart.inverse(found.theta)
    known = np.asarray(np.isfinite(theta).all(axis=-1))
    # at the pole the margin is minus the radius of the circle around it
    edge = max(-float(manifold.margin(np.zeros(2))), 0.0)
    inwards = np.fmax(np.where(known, edge - theta[..., 1], 0.0), 0.0)
    theta[..., 1] = np.fmax(theta[..., 1], np.nextafter(edge, 1.0))
    # for nodes after moving: further in, the angle would turn faster
    safe = np.where(known[..., None], theta, manifold.interior)
    velocity = np.where(known[..., None], chart.pull(safe, np.nan_to_num(found.velocity)), np.nan)
    stop = chart.inverse(found.stop)
    for i, valid in enumerate(known):
        angle = np.append(theta[i, valid, 0], stop[i, 0])
        angle = np.unwrap(angle, period=manifold.periods[0])
        angle += request.start[i, 0] - angle[0]
        theta[i, valid, 0], stop[i, 0] = angle[:-1], angle[-1]
    inside = manifold.in_domain(np.where(known[..., None], theta, manifold.interior)).all(axis=1)
    moved = np.sqrt(manifold.geometry(safe).metric[..., 2]) * inwards
    inside &= moved.max(axis=1) <= MOVED * found.length
    status = np.where((found.status == Status.OK) & ~inside, Status.LEFT_DOMAIN, found.status)
    return replace(found, theta=theta, velocity=velocity, stop=stop, status=status.astype(np.int32))


def regular(manifold: Manifold) -> Manifold:
    """Return the family in natural coordinates, including the pole, for the reference engine only."""
    chart = natural(manifold)

    def safe(x: Floats) -> Floats:
        """Return θ at x (..., 2), kept away from the pole."""
        size = np.linalg.norm(x, axis=-1, keepdims=True)
        away = np.where(size > 0.0, x / np.where(size > 0.0, size, 1.0), (1.0, 0.0))
        return chart.inverse(away * np.maximum(size, NEAREST))

    def geometry(x: Floats) -> LocalGeometry:
        theta = safe(x)
        back = np.linalg.inv(chart.jacobian(theta))
        local = manifold.geometry(theta)
        g = full(local.metric)
        t = local.cubic[..., [0, 1, 1, 2, 1, 2, 2, 3]].reshape(*x.shape[:-1], 2, 2, 2)
        g = np.einsum("...ij,...ia,...jb->...ab", g, back, back)
        t = np.einsum("...ijk,...ia,...jb,...kc->...abc", t, back, back, back)
        metric = np.stack([g[..., 0, 0], g[..., 0, 1], g[..., 1, 1]], axis=-1)
        cubic = np.stack([t[..., 0, 0, 0], t[..., 0, 0, 1], t[..., 0, 1, 1], t[..., 1, 1, 1]], -1)
        first = 0.5 * np.stack([cubic[..., :3], cubic[..., 1:]], axis=-2)
        return LocalGeometry(metric, first, cubic, local.det * np.linalg.det(back) ** 2)

    def margin(x: Floats) -> Floats:
        """Return the family's margin, extended across the pole."""
        radius = np.linalg.norm(x, axis=-1)
        return manifold.margin(np.stack([np.zeros_like(radius), radius + 1.0], axis=-1))

    first, second = chart.labels
    return replace(
        manifold,
        coordinates=(first, second),
        geometry=geometry,
        margin=margin,
        curvature=lambda x: manifold.curvature(safe(x)),
        charts=(parameters((first, second)),),
        interior=tuple(chart.forward(np.array(manifold.interior)).tolist()),
        periods=(0.0, 0.0),
    )


def natural(manifold: Manifold) -> Chart:
    """Return the natural chart of a family to which this `applies`."""
    chart = named(manifold.charts, "natural")
    assert chart is not None
    return chart
