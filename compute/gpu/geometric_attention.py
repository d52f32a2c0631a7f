"""Attention by distances by ``shaders/kernels/attend_*.wgsl``.

Twin of `compute.attention.geometric_attention`.

Queries, and for each group of queries the keys, are processed in tiles of bounded size: up to 8192
queries of 512 keys form one.  A tile is one submission.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.gpu.kernel import Source, Storage
from compute.gpu.layout import record
from compute.gpu.session import Dispatch, GpuSession
from compute.gpu.tiles import BUDGET, batches
from compute.requests.attention import Attended, AttendRequest

# bytes of one array of a tile, and its maximum rows: a dispatch has at most 65,535 workgroups
LARGEST, MOST_ROWS = 16 << 20, 32768
# invocations per side of a workgroup, each with four pairs per side; columns read at a time
TILE, SIDE, DEPTH = 16, 64, 16
# an invocation makes one iteration per column, and a few for every DEPTH of them
MOST_COLUMNS = BUDGET // 2
# logits are clamped to this: differences of larger ones would not be finite
FAR = 1e38
KINDS = {"DOT": 0, "SQUARE": 1, "SPHERE": 2, "JEFFREYS": 3}
PAIRS = Source(
    "attend_pairs",
    parameters=record(
        {name: "u32" for name in ("rows", "columns", "width", "begin", "first", "stride")}
    ),
    storage=(
        Storage("a", "f32"),
        Storage("b", "f32"),
        Storage("a_moments", "f32"),
        Storage("b_moments", "f32"),
        Storage("found", "f32", writable=True),
    ),
    constants={"TILE": TILE, "DEPTH": DEPTH, **KINDS},
)
SOFTMAX = Source(
    "attend_softmax",
    parameters=record({"columns": "u32", "scale": "f32"}),
    storage=(
        Storage("given", "f32"),
        Storage("weights", "f32", writable=True),
        Storage("roots", "f32", writable=True),
    ),
    constants={"FAR": FAR},
)


def attend(session: GpuSession, request: AttendRequest) -> Attended:
    """Compute the modes flat, ambient and jeffreys.  Raises ValueError for more keys than a dispatch
    can sum over.
    """
    nq, nk, d, dv = len(request.Q), *request.K.shape, request.V.shape[1]
    if max(nk, d) > MOST_COLUMNS:
        raise ValueError(f"the GPU attends to at most {MOST_COLUMNS} keys, got {request.K.shape}")
    output, softmax = np.empty((nq, dv)), np.empty((nq, dv))
    weights, squares = np.empty((nq, nk)), np.empty((nq, nk))
    for rows in _tiles(nq, nk):
        tile = _Tile(session, request, request.Q[rows])
        output[rows], weights[rows], squares[rows], softmax[rows] = tile.attended()
    status = np.zeros((nq, nk), np.int32)
    return Attended(output, weights, np.sqrt(squares), status, softmax, "gpu")


def _tiles(rows: int, columns: int) -> list[slice]:
    return list(batches(rows, max(4 * columns, LARGEST // MOST_ROWS), LARGEST))


class _Tile:
    """The work for some queries: dispatches in order, with named buffers."""

    def __init__(self, session: GpuSession, request: AttendRequest, queries: Floats) -> None:
        self._shop, self._request = session, request
        self._rows, (self._keys, self._d) = len(queries), request.K.shape
        self._dv = request.V.shape[1]
        self._work: list[Dispatch] = []
        self._q, self._points = self._given("q", queries), self._given("points", request.K)
        # a component common to all keys changes no weight
        self._k = self._given("k", request.K - request.centre)
        self._moved = self._given("moved q", queries - request.centre)
        self._v = self._given("v", request.V.T)
        self._squares = self._room("squares", self._rows, self._keys)

    def attended(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return output, weights, squared distances and the standard output for these queries."""
        rows, keys, tau = self._rows, self._keys, self._request.temperature
        p, roots = self._distributions("queries", self._q, 0, rows)
        plain = self._product("plain", p, self._v, rows, self._dv, keys)
        logits, scale = self._squares, -0.5 / tau
        if self._request.mode == "flat":
            self._pairs("SQUARE", (self._moved, self._k), self._squares, rows, keys, self._d)
            logits = self._product("logits", self._q, self._k, rows, keys, self._d)
            scale = 1.0 / tau / self._request.root
        elif self._request.mode == "ambient":
            self._sphere(roots)
        else:
            self._jeffreys(p)
            scale /= self._request.root
        # the distributions are no longer needed
        self._softmax(logits, (p, roots), rows, scale)
        output = self._product("output", p, self._v, rows, self._dv, keys)
        wanted = [(output, self._dv), (p, keys), (self._squares, keys), (plain, self._dv)]
        views = self._shop.run(self._work, [(buffer, 4 * rows * n) for buffer, n in wanted])
        found = [
            np.frombuffer(view, np.float32).reshape(rows, -1).astype(np.float64) for view in views
        ]
        unit = 1.0 if self._request.mode == "ambient" else self._request.root
        return found[0], found[1], found[2] / unit, found[3]

    def _sphere(self, roots: Any) -> None:
        """Add squared distances on the sphere of distributions, by groups of keys."""
        for part in _tiles(self._keys, self._keys):
            count = part.stop - part.start
            _, own = self._distributions("keys", self._points, part.start, count)
            pair = (roots, own)
            self._pairs(
                "SPHERE", pair, self._squares, self._rows, count, self._keys, first=part.start
            )

    def _jeffreys(self, p: Any) -> None:
        """Add (q − k)·(η(q) − η(k)), by groups of keys."""
        keys, d = self._keys, self._d
        columns = self._given("k columns", (self._request.K - self._request.centre).T)
        moments_q = self._product("moments q", p, columns, self._rows, d, keys)
        moments_k = self._room("moments k", keys, d)
        for part in _tiles(keys, keys):
            count = part.stop - part.start
            own, _ = self._distributions("keys", self._points, part.start, count)
            self._pairs("DOT", (own, columns), moments_k, count, d, keys, first=part.start * d)
        pair = (self._moved, self._k, moments_q, moments_k)
        self._pairs("JEFFREYS", pair, self._squares, self._rows, keys, d)

    def _distributions(self, name: str, points: Any, begin: int, rows: int) -> tuple[Any, Any]:
        """Add softmax(K x/√d) of ``rows`` points, and its square roots."""
        logits, p, roots = (
            self._room(f"{name} {what}", rows, self._keys) for what in ("logits", "p", "roots")
        )
        self._pairs("DOT", (points, self._k), logits, rows, self._keys, self._d, begin=begin)
        self._softmax(logits, (p, roots), rows, 1.0 / self._request.root)
        return p, roots

    def _product(self, name: str, a: Any, b: Any, rows: int, columns: int, width: int) -> Any:
        into = self._room(name, rows, columns)
        self._pairs("DOT", (a, b), into, rows, columns, width)
        return into

    def _pairs(
        self,
        kind: str,
        arrays: tuple[Any, ...],
        into: Any,
        rows: int,
        columns: int,
        width: int,
        *,
        begin: int = 0,
        first: int = 0,
    ) -> None:
        """Add pairs of rows from ``begin`` with all other rows, written from ``first``."""
        stride = self._keys if kind == "SPHERE" else columns
        given = np.array([(rows, columns, width, begin, first, stride)], PAIRS.parameters)
        four = arrays if len(arrays) == 4 else arrays * 2
        kernel = self._shop.kernel(PAIRS, None, {"PAIR": KINDS[kind]})
        shape = (-(-columns // SIDE), -(-rows // SIDE))
        self._record(kernel, given, (*four, into), shape)

    def _softmax(self, x: Any, into: tuple[Any, Any], rows: int, scale: float) -> None:
        given = np.array([(self._keys, np.clip(scale, -FAR, FAR))], SOFTMAX.parameters)
        self._record(self._shop.kernel(SOFTMAX, None), given, (x, *into), (rows,))

    def _record(
        self, kernel: Any, given: np.ndarray, buffers: tuple[Any, ...], shape: tuple[int, ...]
    ) -> None:
        # separate parameters, since all dispatches wait for one submission
        parameters = self._shop.filled(f"attend parameters {len(self._work)}", given)
        self._work.append(Dispatch(kernel, None, (parameters, *buffers), shape))

    def _given(self, name: str, array: Floats) -> Any:
        return self._shop.filled(f"attend {name}", array.astype(np.float32))

    def _room(self, name: str, rows: int, columns: int) -> Any:
        return self._shop.buffer(f"attend {name}", 4 * rows * columns)
