"""Attention: the softmax over n keys, with the query as the parameter.

On the plane q = q₀ + Uθ of query space the logits are ℓ_j(θ) = b_j + T_j·θ with T_j = Uᵀk_j/(τ√d),
b_j = q₀·k_j/(τ√d), and p = softmax ℓ is an exponential family in its natural coordinates:
    ψ = log Σ e^ℓ_j,  η = ∇ψ = Σ p_j T_j,  g = Cov_p(T),  T_abc = third central moments of T under p,
    Γ_ij,k = ½ T_ijk.
All moments are of the centred c_j = T_j − η.  The plane is incomplete: g decays exponentially where
one key takes all the weight, and curves stop there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from compute.core.arrays import Floats, matrix, points, vector
from compute.core.refusal import shown
from compute.definitions.capped_softmax import CappedSoftmax
from compute.definitions.family import Family
from compute.definitions.softmax_family import Softmax
from compute.heads import query_plane
from compute.heads.attention_rows import holds
from compute.heads.head import Head
from compute.heads.head_selection import DEFAULTS, check, chosen, file_of, settled
from compute.manifold.charts import Chart, parameters
from compute.manifold.convex_hull import encloses, hull
from compute.manifold.extent import Extent
from compute.manifold.manifold import GENERIC_SCALARS, Landmarks, Manifold, Support
from compute.manifold.tangent import LocalGeometry, QuickGeometry, full, solve2

MOST_KEYS = 4096
# keys lie on a line, or at a point, if their spread off it is a smaller share than this
ON_A_LINE = 1e-9
# tolerance for reaching η, relative to the keys' spread
ARRIVED = 1e-12
# names of a sink as a key, and of the metric under a softcap
SINK = "(sink)"
CAPPED_ELEMENT = "ds² = Σ pⱼ ((Aⱼ − Σ p A)·dθ)²,  A = sech²(s/c) T,  p = softmax(c tanh(s/c) + b)"
SINGULAR_WORDS = (
    "undefined: the keys lie on one line of this plane, or at one point, so g is singular"
)


def attention_manifold(
    K: ArrayLike,
    q0: ArrayLike | None = None,
    U: ArrayLike | None = None,
    temperature: float = 1.0,
    bias: ArrayLike | None = None,
) -> Manifold:
    """Return the statistical manifold of softmax attention over the keys K (n, d), on a plane of
    queries.

    q = q₀ + Uθ with q0 (d,) and orthonormal columns U (d, 2); ``bias (n,)`` is added to the logits
    (a mask drops its keys instead).  Without q0 the origin, without U the first two axes.
    If the keys lie on one line of the plane or coincide, the metric is singular, and every result has
    that status.  Raises ValueError for inconsistent shapes, d = 1, fewer than 3 or more than 4096 keys,
    numbers that are not finite, or a temperature that is not positive.

    Three keys give an octant of the sphere of radius 2:

    >>> triangle = attention_manifold([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> round(float(triangle.curvature(np.array([0.3, -0.2]))), 12)
    0.25
    """
    keys = matrix("K", K)
    n, d = keys.shape
    if d < 2:
        raise ValueError(f"K must have d ≥ 2 columns to contain a plane of queries, got d = {d}")
    origin = np.zeros(d) if q0 is None else vector("q0", q0, d)
    plane = np.eye(d)[:, :2] if U is None else matrix("U", U, (d, 2))
    if not (np.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be positive and finite, got {shown(temperature)}")
    scale = 1.0 / (temperature * np.sqrt(d))
    offset = np.zeros(n) if bias is None else vector("bias", bias, n)
    return softmax_manifold(keys @ plane * scale, keys @ origin * scale + offset)


def softmax_manifold(
    T: ArrayLike,
    b: ArrayLike,
    *,
    key: str = "attention",
    labels: tuple[str, ...] = (),
    landmarks: Landmarks | None = None,
    pins: tuple[int, int] | None = None,
    softcap: float = np.inf,
    added: ArrayLike | None = None,
) -> Manifold:
    """Return the exponential family with logits b + Tθ, T (n, 2), b (n,).  Raises as
    `attention_manifold`.

    With a ``softcap`` c the logits are c·tanh((b + Tθ)/c), a curved exponential family without dual
    coordinates.  added (n,): numbers added to the logits after that.
    """
    keys = points("T", T)
    logits = vector("b", b, len(keys))
    offset = np.zeros(len(keys)) if added is None else vector("added", added, len(keys))
    if not 3 <= len(keys) <= MOST_KEYS:
        raise ValueError(f"a plane of attention needs 3 to {MOST_KEYS} keys, got {len(keys)}")
    spread = np.linalg.svd(keys - keys.mean(axis=0), compute_uv=False)
    singular = bool(spread[1] <= ON_A_LINE * max(float(spread[0]), 1e-300))
    if spread[0] <= ON_A_LINE * float(np.abs(keys).max()):
        keys = np.broadcast_to(keys[0], keys.shape)  # differences are rounding
    if np.isfinite(softcap):
        family: Softmax | CappedSoftmax = CappedSoftmax(keys, logits, offset, softcap)
    else:
        family = Softmax(keys, logits + offset)
    marks = landmarks.theta if landmarks is not None else np.zeros((0, 2))
    radius = _radius(family, marks)
    view = _view(marks) if len(marks) else Extent(-radius / 8, radius / 8, -radius / 8, radius / 8)
    first = tuple(marks[pins[0]]) if pins else (view.x0 / 2, view.y0 / 3)
    second = tuple(marks[pins[1]]) if pins else (view.x1 / 2, view.y1 / 3)
    return Manifold(
        key=key,
        name="attention",
        title="Attention over keys",
        coordinates=("θ₁", "θ₂"),
        domain=f"|θ| < {radius:.4g}",
        line_element=FAMILY.line_element if isinstance(family, Softmax) else CAPPED_ELEMENT,
        margin=lambda theta: radius - np.hypot(theta[..., 0], theta[..., 1]),
        geometry=_geometry(family),
        curvature=family.curvature,
        scalar=family.scalar,
        scalars=("entropy", "probability", "log_partition", "dominant", *GENERIC_SCALARS),
        density=lambda theta, x: family.weights(theta),
        support=lambda theta: Support(
            np.arange(float(len(keys))), labels or _numbers(len(keys)), "key", "outcomes"
        ),
        charts=_charts(family, labels, singular),
        slot=family.slot(radius),
        interior=(0.0, 0.0),
        view=view,
        pins=((float(first[0]), float(first[1])), (float(second[0]), float(second[1]))),
        landmarks=landmarks,
        curvature_words=SINGULAR_WORDS if singular else FAMILY.curvature,
        bounds=family.distance_bounds,
        divergence=family.divergence,
        logits=(family.keys - family.centre, family.bias) if isinstance(family, Softmax) else None,
        singular=singular,
    )


def _geometry(family: Softmax | CappedSoftmax) -> Callable[[Floats], LocalGeometry]:
    if isinstance(family, CappedSoftmax):
        return family.geometry
    return QuickGeometry(family.geometry, family.metric, family.spray)


def _charts(
    family: Softmax | CappedSoftmax, labels: tuple[str, ...], singular: bool
) -> tuple[Chart, ...]:
    """Return the charts θ and η; with a softcap θ is not natural and there is no η."""
    if isinstance(family, CappedSoftmax):
        return (parameters(("θ₁", "θ₂")),)
    natural = parameters(("θ₁", "θ₂"), also=("natural",))
    return (natural,) if singular else (natural, _moment_chart(family, labels))


def _numbers(n: int) -> tuple[str, ...]:
    return tuple(str(j + 1) for j in range(n))


def _radius(family: Softmax | CappedSoftmax, marks: Floats) -> float:
    """Return |θ| beyond which float32 resolves nothing: logits differ by hundreds of nats."""
    reach = 200.0 / np.sqrt(family.spread2) if family.spread2 > 1e-60 else 1.0
    far = float(np.max(np.hypot(marks[:, 0], marks[:, 1]), initial=0.0))
    return float(max(reach, 4.0 * far))


def _view(marks: Floats) -> Extent:
    """Return the landmarks with a border, at equal scale on both axes of a 3:2 canvas."""
    low, high = marks.min(axis=0), marks.max(axis=0)
    middle = (low + high) / 2
    half = 0.8 * max((high - low)[0] / 1.5, (high - low)[1], 1e-3)
    return Extent(
        middle[0] - 1.5 * half, middle[0] + 1.5 * half, middle[1] - half, middle[1] + half
    )


def _moment_chart(family: Softmax, labels: tuple[str, ...]) -> Chart:
    """Return the chart η(θ): it fills the polygon of the keys; η is the output of plain attention for V
    = T.
    """

    corners = hull(family.keys)

    def jacobian(theta: Floats) -> Floats:
        g = family.geometry(np.asarray(theta)).metric
        rows = np.stack([g[..., 0], g[..., 1], g[..., 1], g[..., 2]], axis=-1)
        return rows.reshape(*rows.shape[:-1], 2, 2)

    return Chart(
        "expectation",
        "Expectation (moment polygon)",
        ("η₁", "η₂"),
        family.mean,
        lambda eta: _query_of(family, eta),
        jacobian,
        equal=True,
        outline=family.keys[[*corners, corners[0]]],
        corners=tuple((labels[j], tuple(map(float, family.keys[j]))) for j in corners if labels),
        view=_polygon_view(family.keys[corners]),
    )


def _polygon_view(corners: Floats) -> Extent:
    """Return the polygon with a border."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    border = 0.12 * float(np.max(high - low))
    return Extent(low[0] - border, high[0] + border, low[1] - border, high[1] + border)


def _query_of(family: Softmax, eta: Floats, rounds: int = 80) -> Floats:
    """Return θ(η) by damped Newton on the convex ψ(θ) − η·θ; NaN outside the keys' convex hull."""
    target = np.asarray(eta, dtype=np.float64).reshape(-1, 2)
    found, theta = np.full_like(target, np.nan), np.zeros_like(target)
    scale = np.sqrt(family.spread2)
    todo = np.flatnonzero(encloses(family.keys[hull(family.keys)], target))
    for _ in range(rounds):
        mean, metric = family.moments(theta[todo])
        miss = target[todo] - mean
        far = np.linalg.norm(miss, axis=1)
        arrived = far < ARRIVED * scale
        found[todo[arrived]] = theta[todo[arrived]]
        todo, miss, metric = todo[~arrived], miss[~arrived], metric[~arrived]
        if todo.size == 0:
            break
        step = solve2(full(metric), miss)
        # ψ is self-concordant-like: a step that changes all logits by at most 1 always descends
        longest = np.maximum(np.linalg.norm(step, axis=1) * scale, 1.0)
        theta[todo] += step / longest[:, None]
    return found.reshape(np.shape(eta))


def of_head(
    head: Head,
    plane: query_plane.Plane,
    temperature: float = 1.0,
    key: str = "attention",
    own: NDArray[np.bool_] | None = None,
    mask_of: str = "",
) -> Manifold:
    """Return the manifold of one head's attention on a plane of its queries.

    own (m,): the queries that have the mask of this head, None: all; ``mask_of``: the query whose mask
    it is.  A sink is an extra last key with a constant logit.
    """
    scale = head.factor / temperature
    keys, logits, added = head.k @ plane.U * scale, head.k @ plane.q0 * scale, head.bias
    labels = head.key_labels
    if np.isfinite(head.sink):
        keys, logits = np.vstack([keys, np.zeros(2)]), np.append(logits, 0.0)
        added, labels = np.append(added, head.sink), (*labels, SINK)
    return softmax_manifold(
        keys,
        logits,
        key=key,
        labels=labels,
        softcap=head.softcap,
        added=added,
        landmarks=Landmarks(plane.theta, head.query_labels, plane.residual, own, mask_of),
        pins=plane.pins,
    )


def _build(key: str, **parameters: Any) -> Manifold:
    head, plane = chosen(parameters)
    file = file_of(parameters)
    if not file.masks_by_query:
        return of_head(head, plane, float(parameters["temperature"]), key)
    query = file.query_of(parameters["mask_of"])
    own = holds(file, parameters["layer"], parameters["head"], query)
    return of_head(head, plane, float(parameters["temperature"]), key, own, file.labels[query])


FAMILY = Family(
    name="attention",
    title="Attention of a head",
    coordinates=("θ₁", "θ₂"),
    domain="the plane of queries",
    line_element="ds² = Σ pⱼ ((Tⱼ − η)·dθ)²,  p = softmax(b + Tθ),  η = Σ pⱼ Tⱼ",
    curvature="varies",
    charts=("parameters", "expectation"),
    closed_forms=(),
    build=_build,
    parameters=DEFAULTS,
    settled=settled,
    check=check,
)
