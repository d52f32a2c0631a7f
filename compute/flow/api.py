"""`AttentionFlow`, the name that scripts use, and the record of an evolution.

rough        ∂_t A = ∇^i∇_i A           the default: the norm never grows
hodge        ∂_t A = ∇^i∇_i A − K A     −(dδ + δd)A
deformation  ∂_t A = ∇^i∇_i A + K A     Killing fields do not move
scalar       ∂_t ρ = ∇^i∇_i ρ           mass is kept
sharpen      ∂_t A = −ΔA − εΔ²A         backward heat, regularised; stopped when it has grown ten-fold
seed         ∂_t A^k = −g^ij(∂_i∂_j A^k + Γ^k_ij ∂_l A^l)   not covariant, ill-posed; likewise stopped
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from compute.charts import Chart, named, parameters
from compute.engine import Engine, ReferenceEngine
from compute.flow.grid import Grid, grid
from compute.flow.operator import Operator, laplacian
from compute.flow.singularities import Singularity, singularities
from compute.flow.stepping import Evolution, diffuse, longest, sharpen
from compute.manifold import Manifold
from compute.types import Extent, Floats, GeometryRequest, Status

MODES = ("rough", "hodge", "deformation", "scalar", "sharpen", "seed")
POTENTIAL = {"hodge": -1.0, "deformation": 1.0}
BOUNDARIES = ("neumann", "dirichlet")
RECORDS = 10


@dataclass(frozen=True, eq=False)
class Flow:
    """A field's evolution.

    field: at the end, θ-components (rows, columns, 2) or a scalar (rows, columns), NaN outside;
    times, and at them norm in L²(g) and mass ∫ρ dA (of vectors 0); singularities at the end; steps;
    dt_limit of Euler's method; status NOT_CONVERGED where growth stopped it; cut: the share of nodes
    outside the domain or where the metric is singular or too small for steps of any use, through whose
    edge nothing flows.
    """

    field: Floats
    times: list[float]
    norm: list[float]
    mass: list[float]
    singularities: list[Singularity]
    steps: int
    dt_limit: float
    status: Status
    cut: float
    engine: str = "reference"


class AttentionFlow:
    """Evolution of a field on a grid over a chart of a manifold.

    ``size`` nodes a side over ``extent`` of ``chart`` (the family's first chart and view if not given).
    ``engine`` evaluates the geometry at the nodes; steps are sparse products in float64.
    """

    def __init__(
        self,
        manifold: Manifold,
        size: int = 64,
        mode: str = "rough",
        engine: Engine | None = None,
        *,
        chart: str = "",
        extent: Extent | None = None,
        boundary: str = "neumann",
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
        if boundary not in BOUNDARIES:
            raise ValueError(f"boundary must be one of {', '.join(BOUNDARIES)}, got {boundary!r}")
        if not isinstance(size, int) or not 4 <= size <= 512:
            raise ValueError(f"grid must be a whole number of nodes from 4 to 512, got {size!r}")
        drawn = _chart(manifold, chart, mode)
        if extent is None and drawn is not manifold.charts[0]:
            extent = drawn.view or _shown(manifold, drawn)
        self.manifold = manifold
        self.mode = mode
        self.grid: Grid = grid(
            engine or ReferenceEngine(), manifold, drawn, extent or manifold.view, (size, size)
        )
        self._operator: Operator = laplacian(
            self.grid, mode != "scalar", POTENTIAL.get(mode, 0.0), boundary == "dirichlet"
        )
        if len(self._operator.nodes) == 0:
            raise ValueError(f"no cell of the grid lies in {manifold.domain} of {manifold.name}")

    def metric_field(self) -> Floats:
        """g_ij (rows, columns, 2, 2) in θ at the nodes, NaN outside the domain."""
        return np.where(self.grid.usable[..., None, None], self.grid.metric, np.nan)

    def singularities(self, field: ArrayLike) -> list[Singularity]:
        """The zeros of a field of θ-components (rows, columns, 2)."""
        return singularities(self.grid, self._checked(field))

    def evolve_attention(self, attention_field: ArrayLike, time: float) -> Floats:
        """The field (rows, columns, 2) in θ-components, or scalar (rows, columns), after ``time``."""
        return self.evolve(attention_field, time).field

    def evolve(self, field: ArrayLike, time: float, records: int = RECORDS) -> Flow:
        """The whole evolution.  ValueError for a field that does not fit, or is not finite."""
        if not np.isfinite(time) or time <= 0:
            raise ValueError(f"time must be positive and finite, got {time!r}")
        start = self._checked(field)
        made = self._seed(start, time, records) if self.mode == "seed" else self._run(
            self._compressed(start), time, records
        )  # fmt: skip
        op = self._operator
        end = self._expanded(made.states[-1])
        vectors = self.mode != "scalar"
        return Flow(
            field=end,
            times=made.times,
            norm=[op.norm(z) for z in made.states],
            mass=[0.0 if vectors else op.total(z) for z in made.states],
            singularities=singularities(self.grid, np.nan_to_num(end)) if vectors else [],
            steps=made.steps,
            dt_limit=made.dt_limit,
            status=made.status,
            cut=1.0 - len(op.nodes) / self.grid.usable.size,
        )

    @property
    def longest_step(self) -> float:
        """The longest single step: of super-time-stepping, or of Euler's method for backward heat."""
        op = self._operator
        match self.mode:
            case "sharpen":
                return 1.0 / (op.bound + self._damping * op.bound**2)
            case "seed":
                h1, h2 = self.grid.step
                inverse = np.linalg.inv(self.grid.metric)
                rate = inverse[..., 0, 0] / h1**2 + inverse[..., 1, 1] / h2**2
                return 0.125 / float(np.max(rate))
            case _:
                return longest(op.bound)

    def measures(self, field: Floats) -> tuple[float, float, float]:
        """Norm √∫g(A,A)dA, mass ∫ρ dA (of vectors 0) and energy ½∫|∇A|²dA of a finite field.

        The energy is −½⟨A, LA⟩ with the flow's own operator L, which may have a potential.
        """
        op, z = self._operator, self._compressed(field)
        energy = -0.5 * float((op.mass * (z.conj() * (op.matrix @ z)).real).sum())
        return op.norm(z), op.total(z) if self.mode == "scalar" else 0.0, energy

    @property
    def _damping(self) -> float:
        """ε: wave numbers beyond a cell are damped, by the mean area of a cell."""
        return float(self._operator.mass.mean())

    def _run(self, z: np.ndarray, time: float, records: int) -> Evolution:
        op = self._operator
        if self.mode != "sharpen":
            return diffuse(lambda u: op.matrix @ u, z, op.bound, time, records)

        def backward(u: np.ndarray) -> np.ndarray:
            heat = op.matrix @ u
            return np.asarray(-heat - self._damping * (op.matrix @ heat))

        return sharpen(backward, op.norm, z, self.longest_step, time, records)

    def _seed(self, field: Floats, time: float, records: int) -> Evolution:
        """The literal equation in θ, by central differences, on the nodes that have all neighbours."""
        g, op = self.grid, self._operator
        inverse = np.linalg.inv(g.metric)
        symbols = (
            ReferenceEngine()
            .geometry(GeometryRequest(self.manifold, g.theta.reshape(-1, 2)))
            .christoffel.reshape(*g.shape, 2, 2, 2)
        )
        turned = np.nan_to_num(np.einsum("...ij,...kij->...k", inverse, symbols))
        h1, h2 = g.step

        def rate(z: np.ndarray) -> np.ndarray:
            a = np.nan_to_num(self._expanded(z))
            d2, d1 = np.gradient(a, h2, axis=0), np.gradient(a, h1, axis=1)
            d22, d12 = np.gradient(d2, h2, axis=0), np.gradient(d2, h1, axis=1)
            d11 = np.gradient(d1, h1, axis=1)
            second = (
                inverse[..., 0, 0, None] * d11
                + 2 * inverse[..., 0, 1, None] * d12
                + inverse[..., 1, 1, None] * d22
            )
            divergence = d1[..., 0] + d2[..., 1]
            return self._compressed(-(second + turned * divergence[..., None]))

        return sharpen(rate, op.norm, self._compressed(field), self.longest_step, time, records)

    def _checked(self, field: ArrayLike) -> Floats:
        array = np.asarray(field, dtype=np.float64)
        wanted = self.grid.shape if self.mode == "scalar" else (*self.grid.shape, 2)
        if array.shape != wanted:
            raise ValueError(f"field must have shape {wanted}, got {array.shape}")
        lost = ~np.isfinite(array)
        lost = (lost if self.mode == "scalar" else lost.any(axis=-1)) & self.grid.usable
        if lost.any():
            i, j = (int(v) for v in np.argwhere(lost)[0])
            raise ValueError(f"field must be finite, got {array[i, j].tolist()} at cell ({i}, {j})")
        return np.nan_to_num(array)

    def _compressed(self, field: Floats) -> np.ndarray:
        z = field if self.mode == "scalar" else self.grid.to_frame(field)
        return np.asarray(z.reshape(-1)[self._operator.nodes])

    def _expanded(self, z: np.ndarray) -> Floats:
        whole = np.full(self.grid.usable.size, np.nan, dtype=z.dtype)
        whole[self._operator.nodes] = z
        shaped = whole.reshape(self.grid.shape)
        return shaped.real if self.mode == "scalar" else self.grid.from_frame(shaped)


def _chart(manifold: Manifold, name: str, mode: str) -> Chart:
    """The chart of that name; the literal equation holds only in the family's own coordinates."""
    if mode == "seed":
        if name not in ("", "parameters"):
            raise ValueError(f"mode seed is not covariant: its chart is parameters, got {name!r}")
        return named(manifold.charts, "parameters") or parameters(manifold.coordinates)
    chosen = named(manifold.charts, name) if name else manifold.charts[0]
    if chosen is None or chosen.dimension != 2:
        flat = [chart.name for chart in manifold.charts if chart.dimension == 2]
        raise ValueError(f"chart must be one of {', '.join(flat)}, got {name!r}")
    return chosen


def _shown(manifold: Manifold, chart: Chart) -> Extent:
    """The rectangle of a chart around the images of the pins' neighbourhood."""
    first, view = manifold.charts[0], manifold.view
    x = np.stack(
        np.meshgrid(np.linspace(view.x0, view.x1, 17), np.linspace(view.y0, view.y1, 17)), -1
    )
    theta = first.inverse(x.reshape(-1, 2))
    theta = theta[np.isfinite(theta).all(axis=1)]
    xy = chart.forward(theta[manifold.in_domain(theta)])
    low, high = np.quantile(xy[np.isfinite(xy).all(axis=1)], [0.02, 0.98], axis=0)
    return Extent(float(low[0]), float(high[0]), float(low[1]), float(high[1]))
