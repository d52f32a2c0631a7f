"""`AttentionFlow`, the scripting interface to flows of fields.

rough        ∂_t A = ∇^i∇_i A           the default: the norm never increases
hodge        ∂_t A = ∇^i∇_i A − K A     −(dδ + δd)A
deformation  ∂_t A = ∇^i∇_i A + K A     Killing fields are stationary
scalar       ∂_t ρ = ∇^i∇_i ρ           mass is conserved
natural      ∂_t ρ = ∇^i(ρ ∂_i L)       mass moves by the natural gradient of L = KL(p_target ‖ p_θ)
sharpen      ∂_t A = −ΔA − εΔ²A         regularised backward heat; stops when the norm has grown tenfold
seed         ∂_t A^k = −g^ij(∂_i∂_j A^k + Γ^k_ij ∂_l A^l)   not covariant, ill-posed; stops likewise
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from compute.api.flow_record import Flow
from compute.core import refusal
from compute.core.arrays import Floats
from compute.core.status import Status
from compute.engine.opening import engine_of
from compute.flow.continued import continued
from compute.flow.edge import cells_of
from compute.flow.grid import Grid, closed
from compute.flow.grid import grid as nodes
from compute.flow.laplacian import laplacian
from compute.flow.literal_equation import Literal, literal
from compute.flow.mass_transport import Carried
from compute.flow.modes import BACKWARD, BOUNDARIES, MODES, OF_MASS
from compute.flow.natural import expectations
from compute.flow.rectangle import chart_of, shape_of, shown
from compute.flow.time_stepping import MOST_STAGES, Evolution, Stepper, diffuse, longest, sharpen
from compute.flow.zero_tracks import follow
from compute.flow.zeros import Singularity, boundary_index, singularities
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.flow import FlowRequest
from compute.requests.geometry import GeometryRequest

POTENTIAL = {"hodge": -1.0, "deformation": 1.0}
RECORDS = 10
# modes that use whole cells only: mass transport, and the literal equation, which has no energy
WHOLE = ("natural", "seed")
# maximum of nodes times stages, and the nodes below which the cost of a step is constant
MOST_WORK, STEP_COST = 3e11, 4096
# largest value in a field: squares must be finite
LARGEST = 1e100


class AttentionFlow:
    """An evolution ∂A/∂t = LA of a field on a grid over a chart of a manifold.

    ``grid``: nodes per side, or (rows, columns), over the rectangle ``extent`` of ``chart``
    (default: the family's first chart and view).  ``engine``: evaluates the geometry at the nodes
    and makes the steps, the reference in float64 by sparse products, the GPU in float32 on tiles;
    coefficients are assembled in float64.  ``boundary``: "neumann", no flux through the boundary
    (the natural condition of the mode's energy, see `compute.flow.laplacian`); "dirichlet", the
    field is held fixed there; or "periodic", the grid spans one period of a coordinate, without
    flux along the other.  ``operator``: the Laplacian of the mode on the grid, with the mass of its
    nodes.  ``target``: θ* (2,) of the natural gradient (default: the family's pin B).  Raises
    ValueError for a mode that the family, the chart or the boundary does not support, a target
    outside the domain, and a grid without a cell inside the domain.

    >>> import compute
    >>> flow = AttentionFlow(compute.family("flat_exponential_pair"), 16, mode="scalar")
    >>> rho = (flow.grid.theta[..., 0] > flow.grid.theta[..., 0].mean()).astype(float)
    >>> found = flow.evolve(rho, 0.1)
    >>> round(found.mass[-1] / found.mass[0], 9), found.norm[-1] < found.norm[0]  # mass is conserved
    (1.0, True)
    """

    def __init__(
        self,
        manifold: Manifold,
        grid: int | tuple[int, int] = 64,
        mode: str = "rough",
        engine: Engine | None = None,
        *,
        chart: str = "",
        extent: Extent | None = None,
        boundary: str = "neumann",
        target: ArrayLike | None = None,
    ) -> None:
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {refusal.shown(mode)}")
        if boundary not in BOUNDARIES:
            raise ValueError(
                f"boundary must be one of {', '.join(BOUNDARIES)}, got {refusal.shown(boundary)}"
            )
        shape = shape_of(grid)
        drawn = chart_of(manifold, chart, mode, boundary)
        if extent is None and drawn is not manifold.charts[0]:
            extent = drawn.view or shown(manifold, drawn)
        wanted, wraps = extent or manifold.view, (False, False)
        if boundary == "periodic":
            wanted, wraps = closed(manifold, drawn, wanted)
        self.manifold, self.mode = manifold, mode
        self._engine = engine_of(engine, "reference")
        pinned, self._vectors = boundary == "dirichlet", mode not in OF_MASS
        made = nodes(self._engine, manifold, drawn, wanted, shape, wraps)
        follows = not pinned and mode not in WHOLE
        self._cells = cells_of(made, follows, self._vectors)
        self.grid: Grid = self._cells.grid
        self.operator = laplacian(self._cells, self._vectors, POTENTIAL.get(mode, 0.0), pinned)
        self._used = self.operator.used
        if not self._used.any():
            raise ValueError(f"no cell of the grid lies in {manifold.domain} of {manifold.name}")
        self._literal = self._as_written(pinned) if mode == "seed" else None
        self.target = self._checked_target(target, pinned) if mode == "natural" else None

    @cached_property
    def _bound(self) -> float:
        return self._engine.flow_bound(self.operator)

    def _checked_target(self, target: ArrayLike | None, pinned: bool) -> Floats:
        expectations(self.manifold)
        if pinned:
            raise ValueError("mode natural does not support boundary dirichlet")
        wanted = self.manifold.pins[1] if target is None else target
        (found,) = points_of(self.manifold, "target", np.asarray(wanted, np.float64)[None])
        return np.asarray(found)

    def _as_written(self, pinned: bool) -> Literal:
        points = GeometryRequest(self.manifold, self.grid.theta.reshape(-1, 2))
        symbols = self._engine.geometry(points).christoffel
        return literal(self.grid, symbols.reshape(*self.grid.shape, 2, 2, 2), pinned)

    def metric_field(self) -> Floats:
        """Return g_ij (rows, columns, 2, 2) in θ at the nodes, NaN outside the domain."""
        return np.where(self.grid.usable[..., None, None], self.grid.metric, np.nan)

    def singularities(self, field: ArrayLike) -> list[Singularity]:
        """Return the zeros of a field of θ-components (rows, columns, 2)."""
        return singularities(self.grid, self._checked(field))

    def evolve_attention(self, attention_field: ArrayLike, time: float) -> Floats:
        """Return the field (rows, columns, 2) in θ-components, or scalar, after ``time``."""
        return self.evolve(attention_field, time).field

    def evolve(
        self, field: ArrayLike, time: float, records: int = RECORDS, step: float = np.inf
    ) -> Flow:
        """Evolve a field with steps of at most ``step``, or the longest stable ones.

        A step that is too long for the grid is reduced; ``limiter`` says so.  Raises ValueError for
        a field of the wrong shape, not finite or larger than 1e100, and for an evolution that would
        take an hour.
        """
        if not np.isfinite(time) or time <= 0:
            raise ValueError(f"time must be positive and finite, got {refusal.shown(time)}")
        if not step > 0:
            raise ValueError(f"step must be positive, got {refusal.shown(step)}")
        if records < 1:
            raise ValueError(f"records must be a whole number from 1, got {refusal.shown(records)}")
        self._check_work(time, min(step, time / records))
        start = self.state_of(self._checked(field))
        made = self._run(start, time, records, step)
        end = self._shown(made.states[-1])
        followed = made.states if self._vectors else []
        found = [singularities(self.grid, np.nan_to_num(self._shown(z))) for z in followed]
        return Flow(
            field=end,
            times=made.times,
            norm=[self._norm(z) for z in made.states],
            mass=[0.0 if self._vectors else self.operator.total(z) for z in made.states],
            singularities=found[-1] if found else [],
            tracks=follow(self.grid, made.times, found) if found else (),
            boundary_index=boundary_index(self.grid, np.nan_to_num(end)) if found else 0,
            steps=made.steps,
            dt_limit=made.dt_limit,
            status=made.status,
            cut=self.cut,
            beyond=self.beyond,
            limiter=made.limiter,
            time_error=made.errors,
            engine=self._engine.name,
            order=self.order,
            grid=self.grid,
        )

    def _check_work(self, time: float, step: float) -> None:
        """Raise ValueError if this grid needs steps so short that the evolution would not end."""
        if self.mode == "natural":
            return
        made = min(step, self.longest_step)
        stages = 2 if self.mode in BACKWARD else MOST_STAGES
        work = time / made * stages * (self._used.size + STEP_COST)
        if work > MOST_WORK:
            raise ValueError(
                f"time must be at most {time * MOST_WORK / work:.2g} in mode {self.mode} on this grid, "
                f"whose steps are as short as {made:.2g}, got {refusal.shown(time)}"
            )

    @property
    def cut(self) -> float:
        """The share of nodes that are outside the domain or unused."""
        return 1.0 - float((self._used & self.grid.usable).mean())

    @property
    def beyond(self) -> float:
        """The share of the domain's area in the grid's rectangle that no cell covers.

        Infinite if the domain's boundary is infinitely far away: no grid covers it.
        """
        return self._cells.beyond

    @property
    def order(self) -> float:
        """The order of accuracy in the grid spacing, as measured on exact solutions.

        It is 2, but 1 where whole cells end before the domain does.  It is also 1 for vectors where
        the distance to the domain's boundary is the square root of that in the chart: there the
        connection, and fields whose div and curl or whose deformation vanish, behave like square
        roots, which cells do not resolve.
        """
        if not self._cells.cut.any():
            return 1.0 if self._cells.beyond > 0.0 else 2.0
        if not (self._vectors and self._cells.rooted):
            return 2.0
        return 0.5 if self.mode in POTENTIAL else 1.5

    def begun(self, field: Floats) -> Floats:
        """Extend a finite field to the nodes just outside the domain where its boundary cuts cells."""
        if not self._cells.outside.any():
            return field
        return np.nan_to_num(self.field_of(self.state_of(field)))

    def moved(
        self, field: Floats, time: float, settled: float = np.inf
    ) -> tuple[Floats, Evolution]:
        """Evolve a field that has `begun`, like `evolve` but without a full record.

        ``settled``: the error of a step that need not be shortened, from an earlier call.

        For the natural gradient use `carried`, which is exact between two times.
        """
        made = self._run(self._given(field), time, 1, np.inf, settled)
        return self.field_of(made.states[-1]), made

    def carried(self, rho: Floats) -> Carried:
        """Return a finite density ρ (rows, columns) and its place under the natural gradient.

        Only for mode natural.
        """
        assert self.target is not None
        return Carried(self.grid, self.operator, self._given(rho), self.target)

    @cached_property
    def _loss(self) -> Floats:
        """KL(p_target ‖ p_θ) at the nodes (rows, columns), 0 at unused nodes."""
        assert self.manifold.divergence is not None and self.target is not None
        theta = np.where(self._used[..., None], self.grid.theta, self.target)
        return np.asarray(self.manifold.divergence(self.target, theta))

    @property
    def longest_step(self) -> float:
        """The longest single step: by super-time-stepping, or by Euler's method for backward heat.

        Infinite for the natural gradient, which needs no steps.
        """
        if self.mode == "natural":
            return np.inf
        if self._literal is not None:
            return self._literal.longest_step
        if self.mode == "sharpen":
            return 1.0 / (self._bound + self._damping * self._bound**2)
        return longest(self._bound)

    def measures(self, field: Floats) -> tuple[float, float, float]:
        """Return norm √∫g(A,A)dA, mass ∫ρ dA (0 for vectors) and energy of a `begun` field.

        The energy is the functional that the mode decreases, −½⟨A, LA⟩; for rough heat ½∫|∇A|²dA;
        for the natural gradient the mean of KL(p_target ‖ p_θ) in nats over the mass on the grid.
        """
        op, z = self.operator, self._framed(field)
        return op.norm(z), 0.0 if self._vectors else op.total(z), self._energy(z)

    def _energy(self, z: np.ndarray) -> float:
        op = self.operator
        if self.mode == "natural":
            mass = op.total(z)
            return float((op.mass * z * self._loss).sum() / mass) if mass else 0.0
        return -0.5 * float((op.mass * (z.conj() * op.applied(z)).real).sum())

    @property
    def _damping(self) -> float:
        """Return ε, the mean area of a cell: wave numbers beyond a cell are damped."""
        return float(self.operator.mass[self._used].mean())

    def _run(
        self, z: np.ndarray, time: float, records: int, step: float, settled: float = np.inf
    ) -> Evolution:
        if self.mode == "natural":
            times = np.linspace(0.0, time, records + 1).tolist()
            carried = self.carried(z)
            return Evolution(
                times, [carried.at(t) for t in times], 0, np.inf, Status.OK, "", [0.0] * len(times)
            )
        if self.mode in BACKWARD:
            longest = min(self.longest_step, step)
            return sharpen(self._advance, self._norm, z, longest, time, records)
        stepper = Stepper(self._advance, self._norm, self._bound)
        return diffuse(stepper, z, time, records, step, settled)

    def request(self, state: np.ndarray, step: float, count: int, stages: int = 1) -> FlowRequest:
        """Return the request to an engine for ``count`` steps of length ``step`` from a state."""
        damping = self._damping if self.mode == "sharpen" else None
        return FlowRequest(self._literal or self.operator, state, step, count, stages, damping)

    def _advance(self, z: np.ndarray, step: float, count: int, stages: int) -> np.ndarray:
        return self._engine.flow(self.request(z, step, count, stages))

    def _norm(self, z: np.ndarray) -> float:
        """Return ‖A‖ in L²(g) of a state."""
        return self.operator.norm(z if self._literal is None else self._framed(_pair(z)))

    def _checked(self, field: ArrayLike) -> Floats:
        array = np.asarray(field, dtype=np.float64)
        wanted = (*self.grid.shape, 2) if self._vectors else self.grid.shape
        if array.shape != wanted:
            raise ValueError(f"field must have shape {wanted}, got {array.shape}")
        lost = ~np.isfinite(array)
        lost = (lost.any(axis=-1) if self._vectors else lost) & self.grid.usable
        if lost.any():
            i, j = (int(v) for v in np.argwhere(lost)[0])
            raise ValueError(f"field must be finite, got {array[i, j].tolist()} at cell ({i}, {j})")
        if np.max(np.abs(array), where=np.isfinite(array), initial=0.0) > LARGEST:
            raise ValueError(f"field must hold numbers up to {LARGEST:g} in size")
        return np.nan_to_num(array)

    def _framed(self, field: Floats) -> np.ndarray:
        """Return a field in the orthonormal frame, complex (rows, columns); a scalar unchanged."""
        return self.grid.to_frame(field) if self._vectors else field

    def _given(self, field: Floats) -> np.ndarray:
        """Return the evolved form of a field: itself, or A¹ + iA² for the literal equation."""
        z = self._framed(field) if self._literal is None else field[..., 0] + 1j * field[..., 1]
        return np.where(self._used, z, 0.0)

    def state_of(self, field: Floats) -> np.ndarray:
        """Return the evolved state (rows, columns) of a field known inside the domain.

        It is 0 where there is no cell, and extended where the domain's boundary cuts one.
        """
        return continued(self._cells, self._given(field))

    def _shown(self, z: np.ndarray) -> Floats:
        """Return the evolved field, NaN where there is no cell and outside the domain."""
        inside = self.grid.usable[..., None] if self._vectors else self.grid.usable
        return np.where(inside, self.field_of(z), np.nan)

    def field_of(self, z: np.ndarray) -> Floats:
        """Return the field whose state is ``z`` (rows, columns), NaN where there is no cell."""
        if not self._vectors:
            return np.where(self._used, z.real, np.nan)
        field = self.grid.from_frame(z) if self._literal is None else _pair(z)
        return np.where(self._used[..., None], field, np.nan)


def _pair(z: np.ndarray) -> Floats:
    return np.stack([z.real, z.imag], axis=-1)
