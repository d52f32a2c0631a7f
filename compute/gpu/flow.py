"""Flows by ``shaders/kernels/flow_*.wgsl``.  Twin of `compute.flow.time_stepping` and `.literal`.

The coefficients are assembled on the host in float64 and uploaded once per grid.  Between stages
nothing leaves the device; the result of a request is read back once.  A grid whose arrays exceed the
size of a binding is processed in bands of rows, each bound with a row of the adjacent bands as halo.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from compute.flow.laplacian import Stencil
from compute.flow.literal_equation import Literal
from compute.flow.time_stepping import legendre
from compute.gpu.kernel import BufferRange, Source, Storage
from compute.gpu.layout import record
from compute.gpu.session import Dispatch, GpuSession
from compute.requests.flow import Diffusion, FlowRequest

# nodes per side of a workgroup's tile
TILE = 16
# rows are padded to a multiple of this, so that bands may begin with any row
ALIGNED = 64
# nodes times dispatches per submission: drivers reset a GPU that is busy for seconds
MOST_WORK = 1 << 26
# veil is 0, which a driver does not know
PARAMETERS = record(
    {
        "wraps": "vec2u",
        **dict.fromkeys(("columns", "rows", "stride", "begin", "end", "veil"), "u32"),
        **dict.fromkeys(("mu", "nu", "gain", "base"), "f32"),
    }
)
# for vectors and scalars: links, and types of a value and of a state
KINDS = {"vectors": ("vec2f", "vec2f", "vec4f"), "scalars": ("f32", "f32", "vec2f")}


def _source(step: str, kind: str, *storage: Storage) -> Source:
    """Return a kernel for vectors or for scalars, whose types and links are in a separate file."""
    weight = KINDS[kind][0]
    return Source(
        f"flow_{step}_{kind}",
        parameters=PARAMETERS,
        storage=(Storage("links", "Links"), Storage("own", "vec2f"), *storage),
        structs={
            "Links": record(dict.fromkeys(("east", "north", "north_east", "north_west"), weight))
        },
        uniform=True,
        text=f"//!include lib/flow_{kind}.wgsl\n//!include kernels/flow_{step}.wgsl\n",
    )


def _sources(kind: str) -> dict[str, Source]:
    _, value, state = KINDS[kind]
    after, first = Storage("after", value, writable=True), Storage("first", value)
    return {
        "bound": _source("bound", kind, Storage("bound", "atomic<u32>", writable=True)),
        "rate": _source(
            "rate", kind, Storage("state", state), after, Storage("first", value, writable=True)
        ),
        "stage": _source(
            "stage", kind, Storage("state", state, writable=True), after, first,
            Storage("now", value),
        ),
    }  # fmt: skip


OF_KIND = {kind: _sources(kind) for kind in KINDS}
LITERAL = Source(
    "flow_literal",
    parameters=PARAMETERS,
    storage=(
        Storage("second", "vec4f"),
        Storage("turned", "vec4f"),
        Storage("state", "vec4f"),
        Storage("after", "vec4f", writable=True),
    ),
    uniform=True,
)
SOURCES = (*OF_KIND["vectors"].values(), *OF_KIND["scalars"].values(), LITERAL)


def flow(session: GpuSession, request: FlowRequest, tile: int = TILE) -> np.ndarray:
    """Return the state (rows, columns) after the steps of a request, independent of the tile size."""
    match request.operator:
        case Literal() as literal:
            return _LiteralFlow(session, literal, tile).after(request)
        case Stencil() as stencil:
            return _Flow(session, stencil, tile).after(request)
        case other:
            raise TypeError(f"there is no kernel for {type(other).__name__}")


def bound(session: GpuSession, operator: Diffusion, tile: int = TILE) -> float:
    """Return Gershgorin's bound by a reduction on the device."""
    assert isinstance(operator, Stencil)
    return _Flow(session, operator, tile).bound()


@dataclass(frozen=True)
class Band:
    """Rows ``begin`` to ``end`` of the grid."""

    begin: int
    end: int


def bands(operator: Stencil | Literal, widest: int, limits: dict[str, int]) -> list[Band]:
    """Divide a grid with ``widest`` bytes per node into bands that fit a binding.

    Raises ValueError if that is impossible.
    """
    rows, columns = operator.free.shape
    row = _stride(columns) * widest
    bound = limits["max-storage-buffer-binding-size"] // row - 2
    whole = limits["max-buffer-size"] // row - 2
    most = bound if bound < 1 or operator.wraps[1] else whole
    if rows > most:
        raise ValueError(
            f"grid with {columns} nodes a row must have at most {max(most, 0)} rows on this "
            f"device, got {rows}"
        )
    return [Band(begin, min(begin + bound, rows)) for begin in range(0, rows, bound)]


def _stride(columns: int) -> int:
    """Return the row stride of a grid, in nodes."""
    return -(-columns // ALIGNED) * ALIGNED


class _Grid:
    """The base of flows: layout of nodes in buffers, and dispatches band by band."""

    def __init__(
        self, session: GpuSession, operator: Stencil | Literal, widest: int, tile: int
    ) -> None:
        self._shop, self._tile, self._operator = session, tile, operator
        self.rows, self.columns = operator.free.shape
        self.stride = _stride(self.columns)
        self._bands = bands(operator, widest, session.device.limits)
        self._recorded = 0

        # size of a buffer, with a row before and after the grid
        self._nodes = (self.rows + 2) * self.stride

    def given(self, name: str, each: int, made: Callable[[], np.ndarray]) -> tuple[Any, int]:
        """Return a buffer owned by the operator with an array (rows, columns, …), and its bytes per
        node.
        """
        return self._shop.owned(f"flow {name}", self._operator, lambda: self._padded(made())), each

    def filled(self, name: str, each: int, array: np.ndarray) -> tuple[Any, int]:
        """Return a buffer filled with an array (rows, columns, …), and its bytes per node."""
        return self._shop.filled(f"flow {name}", self._padded(array)), each

    def room(self, name: str, each: int) -> tuple[Any, int]:
        """Return a zero-initialised buffer, and its bytes per node."""
        zeros = np.zeros((self._nodes, each // 4), np.float32)
        return self._shop.owned(f"flow {name}", self._operator, lambda: zeros), each

    def _padded(self, array: np.ndarray) -> np.ndarray:
        """Return an array as float32 with zeros around the grid."""
        wide = np.zeros((self.rows + 2, self.stride, array.shape[-1]), np.float32)
        wide[1:-1, : self.columns] = array
        return wide

    def record(
        self,
        source: Source,
        buffers: list[tuple[Any, int]],
        constants: dict[str, int],
        **given: float,
    ) -> list[Dispatch]:
        """Return dispatches of a kernel over all bands; buffers with 0 bytes per node are bound
        whole.
        """
        sizes = {"TILE": self._tile, "HALO": self._tile + 2}
        kernel = self._shop.kernel(source, None, {**sizes, **constants})
        return [self._dispatch(kernel, band, buffers, given) for band in self._bands]

    def _dispatch(
        self, kernel: Any, band: Band, buffers: list[tuple[Any, int]], given: dict[str, float]
    ) -> Dispatch:
        parameters = np.zeros(1, PARAMETERS)
        named = {
            "columns": self.columns, "rows": self.rows, "stride": self.stride,
            "begin": band.begin, "end": band.end, "wraps": self._operator.wraps,
        }  # fmt: skip
        for name, value in {**named, **given}.items():
            parameters[name] = value
        size = band.end - band.begin
        parts = [
            BufferRange(buffer, band.begin * self.stride * each, (size + 2) * self.stride * each)
            if each
            else buffer
            for buffer, each in buffers
        ]
        # separate parameters, since all dispatches of a step wait for one submission
        name = f"flow parameters {self._recorded}"
        self._recorded += 1
        own = self._shop.filled(name, parameters, uniform=True)
        shape = (-(-self.columns // self._tile), -(-size // self._tile))
        return Dispatch(kernel, None, (own, *parts), shape)

    def run(self, step: list[Dispatch], count: int, state: tuple[Any, int]) -> np.ndarray:
        """Run the dispatches of a step ``count`` times, and read the state (rows, columns, …) once."""
        buffer, each = state
        batch = max(1, MOST_WORK // (self._nodes * len(step)))
        while count > batch:
            # wait for the first bytes, so that the driver's queue does not overflow
            self._shop.run(step * batch, [(buffer, 16)])
            count -= batch
        (found,) = self._shop.run(step * count, [(buffer, self._nodes * each)])
        wide = np.frombuffer(found, np.float32).reshape(self.rows + 2, self.stride, -1)
        return wide[1:-1, : self.columns].astype(np.float64)


def _split(state: np.ndarray) -> np.ndarray:
    """Split numbers (rows, columns) into float32 and its remainder to float64
    (rows, columns, 2 or 4).
    """
    complex_ = np.iscomplexobj(state)
    wide = np.stack([state.real, state.imag], axis=-1) if complex_ else state[..., None]
    high = wide.astype(np.float32)
    return np.concatenate([high, wide - high], axis=-1)


def _joined(parts: np.ndarray) -> np.ndarray:
    """Return the numbers that `_split` took apart."""
    half = parts.shape[-1] // 2
    sums = parts[..., :half] + parts[..., half:]
    return np.asarray(sums[..., 0] + 1j * sums[..., 1] if half == 2 else sums[..., 0])


class _Flow:
    """A stencil on the device, with its time steps."""

    def __init__(self, session: GpuSession, operator: Stencil, tile: int) -> None:
        self._shop, self._operator = session, operator
        self._vectors = np.iscomplexobj(operator.links)
        self._sources = OF_KIND["vectors" if self._vectors else "scalars"]
        self._width = 8 if self._vectors else 4
        self._grid = _Grid(session, operator, 4 * self._width, tile)
        self._across = int(operator.links[2:].any())
        self._given = [
            self._grid.given("links", 4 * self._width, self._links),
            self._grid.given("own", 8, self._own),
        ]

    def bound(self) -> float:
        found = self._shop.filled("flow bound", np.zeros(4, np.uint32))
        (view,) = self._shop.run(self._record("bound", [(found, 0)]), [(found, 4)])
        return float(np.frombuffer(view, np.float32)[0])

    def after(self, request: FlowRequest) -> np.ndarray:
        """Return the state after the steps of a request, with compensated float32 summation."""
        state = self._grid.filled("state", 2 * self._width, _split(request.state))
        return _joined(self._grid.run(self._step(request, state), request.count, state))

    def _step(self, request: FlowRequest, state: tuple[Any, int]) -> list[Dispatch]:
        """Return the dispatches of one step: increments alternate between buffers until the last is
        added to the state.
        """
        first, one, other = (
            self._grid.room(name, self._width) for name in ("first", "one", "other")
        )
        (start, *rows), size = _coefficients(request), request.step
        work = self._record("rate", [state, one, first], base=size * start[3])
        now, after = (first if request.damping is not None else one), other
        for number, (mu, nu, gain, base) in enumerate(rows, start=1):
            work += self._record(
                "stage", [state, after, first, now], last=number == len(rows),
                mu=mu, nu=nu if number > 1 else 0.0, gain=size * gain, base=size * base,
            )  # fmt: skip
            now, after = after, now
        return work

    def _record(
        self, name: str, buffers: list[tuple[Any, int]], last: bool = False, **given: float
    ) -> list[Dispatch]:
        constants = {"ACROSS": self._across, "LAST": int(last)}
        return self._grid.record(self._sources[name], [*self._given, *buffers], constants, **given)

    def _links(self) -> np.ndarray:
        links = np.moveaxis(self._operator.links, 0, -1) / self._unit
        if self._vectors:
            links = np.stack([links.real, links.imag], axis=-1).reshape(*links.shape[:2], 8)
        return links

    def _own(self) -> np.ndarray:
        """Return the remaining diagonal, and 1/M, 0 at fixed nodes."""
        op = self._operator
        moved = np.where(op.free & op.used, self._unit / np.where(op.used, op.mass, 1.0), 0.0)
        return np.stack([op.rest / self._unit, moved], axis=-1)

    @property
    def _unit(self) -> float:
        """The mean mass of a node, by which links are divided to stay in the range of float32."""
        return float(self._operator.mass[self._operator.used].mean())


def _coefficients(request: FlowRequest) -> list[tuple[float, float, float, float]]:
    """Return (μ, ν, γ, base) of the stages, divided by the step length except μ."""
    if request.damping is not None:
        return [(0.0, 0.0, 0.0, 0.0), (-request.step, 0.0, -request.damping, 0.0)]
    if request.stages == 1:
        return [(0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)]
    return list(legendre(request.stages))


class _LiteralFlow:
    """The literal equation on the device; states alternate between two buffers."""

    def __init__(self, session: GpuSession, operator: Literal, tile: int) -> None:
        self._operator = operator
        self._grid = _Grid(session, operator, 16, tile)
        self._given = [
            self._grid.given("second", 16, self._second),
            self._grid.given("turned", 16, self._turned),
        ]

    def after(self, request: FlowRequest) -> np.ndarray:
        """Return the field after the steps of a request, with compensated float32 summation."""
        one = self._grid.filled("state", 16, _split(request.state))
        other = self._grid.room("state after", 16)
        there, back = (
            self._grid.record(LITERAL, [*self._given, *states], {}, base=request.step)
            for states in ((one, other), (other, one))
        )
        if request.count % 2 == 0:
            return _joined(self._grid.run(there + back, request.count // 2, one))
        if request.count > 1:
            self._grid.run(there + back, request.count // 2, one)
        return _joined(self._grid.run(there, 1, other))

    def _second(self) -> np.ndarray:
        op = self._operator
        moved = np.where((op.free & op.usable)[..., None], op.second, 0.0)
        return np.concatenate([moved, op.usable[..., None]], axis=-1)

    def _turned(self) -> np.ndarray:
        op = self._operator
        moved = np.where((op.free & op.usable)[..., None, None], op.first, 0.0)
        return moved.reshape(*op.free.shape, 4)
