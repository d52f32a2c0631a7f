"""Flows by ``shaders/kernels/flow_*.wgsl``.  Twin of `compute.flow.stepping` and `.literal`.

The coefficients are put together on the host in float64, from the geometry that the kernels may have
evaluated, and uploaded once for a grid.  Between stages nothing leaves the device; all steps of a request
are read back once.  A grid whose arrays are larger than a binding may be is worked on by bands of rows,
each bound with a row of its neighbours before and after it: what one stage wrote is the halo of the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from compute.flow.literal import Literal
from compute.flow.operator import Stencil
from compute.flow.request import FlowRequest
from compute.flow.stepping import legendre
from compute.gpu.kernel import Part, Source, Storage
from compute.gpu.layout import record
from compute.gpu.workshop import Dispatch, Workshop

# nodes a side of a workgroup's tile
TILE = 16
# nodes a row is filled up to a multiple of, so that bands may begin with any row
ALIGNED = 64
# nodes times dispatches of one submission: a card is thought to hang after seconds
MOST_WORK = 1 << 26
PARAMETERS = record(
    {
        **dict.fromkeys(("wraps",), "vec2u"),
        **dict.fromkeys(("columns", "rows", "stride", "begin", "end", "origin", "last"), "u32"),
        **dict.fromkeys(("mu", "nu", "gain", "base"), "f32"),
    }
)
# of vectors and of scalars: links, and types of a value and of a state
KINDS = {"vectors": ("vec2f", "vec2f", "vec4f"), "scalars": ("f32", "f32", "vec2f")}


def _source(step: str, kind: str, *storage: Storage) -> Source:
    """A kernel of vectors or of scalars, whose types and links are in a file of their own."""
    weight = KINDS[kind][0]
    return Source(
        f"flow_{step}_{kind}",
        parameters=PARAMETERS,
        storage=(Storage("links", "Links"), Storage("own", "vec2f"), *storage),
        structs={
            "Links": record(dict.fromkeys(("east", "north", "north_east", "north_west"), weight))
        },
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
)
SOURCES = (*OF_KIND["vectors"].values(), *OF_KIND["scalars"].values(), LITERAL)


def flow(workshop: Workshop, request: FlowRequest, tile: int = TILE) -> np.ndarray:
    """The state (rows, columns) after the steps of a request, whatever the tile's side."""
    if isinstance(request.operator, Literal):
        return _LiteralFlow(workshop, request.operator, tile).after(request)
    return _Flow(workshop, request.operator, tile).after(request)


def bound(workshop: Workshop, operator: Stencil, tile: int = TILE) -> float:
    """Gershgorin's bound by a reduction on the device."""
    return _Flow(workshop, operator, tile).bound()


@dataclass(frozen=True)
class _Band:
    """Rows begin … end of the grid, in buffers bound from row ``origin`` on up to ``stop``."""

    begin: int
    end: int
    origin: int
    stop: int


class _Grid:
    """What flows share: where nodes lie in the buffers, and dispatches band by band."""

    def __init__(
        self, workshop: Workshop, operator: Stencil | Literal, widest: int, tile: int
    ) -> None:
        self._shop, self._tile = workshop, tile
        self.rows, self.columns = operator.free.shape
        self.stride = -(-self.columns // ALIGNED) * ALIGNED
        self._wraps = operator.wraps
        limits = workshop.device.limits
        self.bands = list(self._cut(widest, limits))
        self._work: list[Dispatch] = []
        self._constants = {"TILE": tile, "HALO": tile + 2}

    def _cut(self, widest: int, limits: dict[str, int]) -> Iterator[_Band]:
        """Bands whose rows of ``widest`` bytes a node fit a binding.  ValueError where none do."""
        row = self.stride * widest
        most = limits["max-storage-buffer-binding-size"] // row
        whole, cut = limits["max-buffer-size"] // row, self.rows > most
        if self.rows > whole or (cut and most < 3) or (cut and self._wraps[1]):
            fits = most if self._wraps[1] else whole
            raise ValueError(
                f"grid of {self.columns} nodes a row must have at most {fits} rows on this device, "
                f"got {self.rows}"
            )
        size = most - 2 if cut else self.rows
        for begin in range(0, self.rows, size):
            end = min(begin + size, self.rows)
            yield _Band(begin, end, max(begin - 1, 0), min(end + 1, self.rows))

    def padded(self, array: np.ndarray) -> np.ndarray:
        """(rows, columns, n) as float32 (rows, stride, n), zeros beyond the grid."""
        wide = np.zeros((self.rows, self.stride, array.shape[-1]), np.float32)
        wide[:, : self.columns] = array
        return wide

    def room(self, name: str, each: int) -> tuple[Any, int]:
        """A kept buffer, and the bytes of a node in it."""
        return self._shop.buffer(f"flow {name}", self.rows * self.stride * each), each

    def record(
        self,
        source: Source,
        buffers: list[tuple[Any, int]],
        constants: dict[str, int],
        **given: float,
    ) -> list[Dispatch]:
        """A kernel over all bands; buffers of no bytes a node are bound whole."""
        kernel = self._shop.kernel(source, None, {**self._constants, **constants})
        return [self._dispatch(kernel, band, buffers, given) for band in self.bands]

    def _dispatch(
        self, kernel: Any, band: _Band, buffers: list[tuple[Any, int]], given: dict[str, float]
    ) -> Dispatch:
        parameters = np.zeros(1, PARAMETERS)
        named = {
            "columns": self.columns, "rows": self.rows, "stride": self.stride,
            "begin": band.begin, "end": band.end, "origin": band.origin, "wraps": self._wraps,
        }  # fmt: skip
        for name, value in {**named, **given}.items():
            parameters[name] = value
        # parameters of their own: all dispatches of a step wait for one submission
        name = f"flow parameters {len(self._work)}"
        bound_ = [
            Part(buffer, band.origin * self.stride * each,
                 (band.stop - band.origin) * self.stride * each) if each else buffer
            for buffer, each in buffers
        ]  # fmt: skip
        shape = (-(-self.columns // self._tile), -(-(band.end - band.begin) // self._tile))
        made = Dispatch(kernel, None, (self._shop.filled(name, parameters), *bound_), shape)
        self._work.append(made)
        return made

    def run(self, step: list[Dispatch], count: int, state: Any, each: int) -> np.ndarray:
        """``count`` times the dispatches of a step, then the state (rows, columns, …) read once."""
        nodes = self.rows * self.stride
        batch = max(1, MOST_WORK // (nodes * len(step)))
        for begin in range(0, count - batch, batch):
            # waits for the first bytes: a driver's queue is not to run full
            self._shop.run(step * min(batch, count - begin), [(state, 16)])
        rest = count - (max(0, -(-count // batch) - 1)) * batch
        (found,) = self._shop.run(step * rest, [(state, nodes * each)])
        wide = np.frombuffer(found, np.float32).reshape(self.rows, self.stride, -1)
        return wide[:, : self.columns].astype(np.float64)


class _Flow:
    """A stencil on the device, and steps with it."""

    def __init__(self, workshop: Workshop, operator: Stencil, tile: int) -> None:
        self._shop, self._operator = workshop, operator
        self._vectors = np.iscomplexobj(operator.links)
        kind = "vectors" if self._vectors else "scalars"
        self._sources, self._width = OF_KIND[kind], 8 if self._vectors else 4
        self._grid = _Grid(workshop, operator, 4 * self._width, tile)
        self._constants = {"ACROSS": int(operator.links[2:].any())}
        names = [("links", self._links, 4 * self._width), ("own", self._own, 8)]
        self._given = [
            (workshop.owned(f"flow {name}", operator, made), each) for name, made, each in names
        ]

    def bound(self) -> float:
        found = self._shop.filled("flow bound", np.zeros(4, np.uint32))
        work = self._record("bound", [(found, 0)])
        (view,) = self._shop.run(work, [(found, 4)])
        return float(np.frombuffer(view, np.float32)[0])

    def after(self, request: FlowRequest) -> np.ndarray:
        """The state after the steps of a request, with what float32 would lose of it."""
        each = 2 * self._width
        state = self._shop.filled("flow state", self._grid.padded(self._split(request.state)))
        step = self._step(request, (state, each))
        parts = self._grid.run(step, request.count, state, each)
        half = parts.shape[-1] // 2
        sums = parts[..., :half] + parts[..., half:]
        return sums[..., 0] + 1j * sums[..., 1] if self._vectors else sums[..., 0]

    def _step(self, request: FlowRequest, state: tuple[Any, int]) -> list[Dispatch]:
        """The dispatches of one step: increments change places until the last is added to the state."""
        first, one, other = (
            self._grid.room(name, self._width) for name in ("first", "one", "other")
        )
        (start, *rows), size = _coefficients(request), request.step
        work = self._record("rate", [state, one, first], base=size * start[3])
        now, after = (first if request.damping is not None else one), other
        for number, (mu, nu, gain, base) in enumerate(rows, start=1):
            work += self._record(
                "stage", [state, after, first, now],
                # d₀ is nothing, and its buffer holds what an earlier step left there
                mu=mu, nu=nu if number > 1 else 0.0, gain=size * gain, base=size * base, last=number == len(rows),
            )  # fmt: skip
            now, after = after, now
        return work

    def _record(self, name: str, buffers: list[tuple[Any, int]], **given: float) -> list[Dispatch]:
        return self._grid.record(
            self._sources[name], [*self._given, *buffers], self._constants, **given
        )

    def _split(self, state: np.ndarray) -> np.ndarray:
        """(rows, columns, …): float32, and what it leaves of float64."""
        wide = np.stack([state.real, state.imag], axis=-1) if self._vectors else state[..., None]
        high = wide.astype(np.float32)
        return np.concatenate([high, wide - high], axis=-1)

    def _links(self) -> np.ndarray:
        links = np.moveaxis(self._operator.links, 0, -1) / self._unit
        if self._vectors:
            links = np.stack([links.real, links.imag], axis=-1).reshape(*links.shape[:2], 8)
        return self._grid.padded(links)

    def _own(self) -> np.ndarray:
        """What is left of the diagonal, and 1/M, 0 where nothing moves."""
        op = self._operator
        moved = np.where(op.free & op.used, self._unit / np.where(op.used, op.mass, 1.0), 0.0)
        return self._grid.padded(np.stack([op.rest / self._unit, moved], axis=-1))

    @property
    def _unit(self) -> float:
        """The mean mass of a node, by which links are divided lest they leave float32."""
        return float(self._operator.mass[self._operator.used].mean())


def _coefficients(request: FlowRequest) -> list[tuple[float, float, float, float]]:
    """(μ, ν, γ, base) of the stages, over the length of a step; μ whole."""
    if request.damping is not None:
        return [(0.0, 0.0, 0.0, 0.0), (-request.step, 0.0, -request.damping, 0.0)]
    if request.stages == 1:
        return [(0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)]
    return list(legendre(request.stages))


class _LiteralFlow:
    """The literal equation on the device; states change places step by step."""

    def __init__(self, workshop: Workshop, operator: Literal, tile: int) -> None:
        self._shop, self._operator = workshop, operator
        self._grid = _Grid(workshop, operator, 16, tile)
        self._given = [
            (workshop.owned(f"flow {name}", operator, made), 16)
            for name, made in (("second", self._second), ("turned", self._turned))
        ]

    def after(self, request: FlowRequest) -> np.ndarray:
        wide = np.stack([request.state.real, request.state.imag], axis=-1)
        high = wide.astype(np.float32)
        split = np.concatenate([high, wide - high], axis=-1)
        one = (self._shop.filled("flow state", self._grid.padded(split)), 16)
        other = self._grid.room("state after", 16)
        pair = [
            self._grid.record(LITERAL, [*self._given, *states], {}, base=request.step)
            for states in ((one, other), (other, one))
        ]
        found = one[0]
        if request.count > 1:
            parts = self._grid.run(pair[0] + pair[1], request.count // 2, found, 16)
        if request.count % 2:
            parts = self._grid.run(pair[0], 1, other[0], 16)
        sums = parts[..., :2] + parts[..., 2:]
        return np.asarray(sums[..., 0] + 1j * sums[..., 1])

    def _second(self) -> np.ndarray:
        op = self._operator
        still = np.where((op.free & op.usable)[..., None], op.second, 0.0)
        return self._grid.padded(np.concatenate([still, op.usable[..., None]], axis=-1))

    def _turned(self) -> np.ndarray:
        op = self._operator
        moved = np.where((op.free & op.usable)[..., None, None], op.first, 0.0)
        return self._grid.padded(moved.reshape(*op.free.shape, 4))
