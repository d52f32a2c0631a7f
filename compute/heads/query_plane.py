"""Planes in query space: through three queries, by principal components, or of most Fisher
information.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from compute.core.arrays import Floats
from compute.core.refusal import shown
from compute.heads import token_words
from compute.heads.head import Head, in_range

# tokens up to which all triangles are compared; for more, one that no other corner enlarges
POOL = 48
# a direction this much shorter than the first counts as none
FLAT = 1e-6
KINDS = ("tokens", "pca", "fisher")


@dataclass(frozen=True, eq=False)
class Plane:
    """q = q₀ + Uθ: q0 (d,), orthonormal U (d, 2); theta (m, 2): the projections of the queries.

    residual (m,): |q − q₀ − UUᵀ(q − q₀)| / |q − q₀| in [0, 1]; 0 for a query on the plane.
    pins: the two initial queries; triple: the three queries on the plane, if it is of that kind.
    """

    q0: Floats
    U: Floats
    theta: Floats
    residual: Floats
    pins: tuple[int, int]
    triple: tuple[int, int, int] | None = None


def plane_of(
    head: Head,
    kind: str = "tokens",
    tokens: str = "",
    token: int = 0,
    temperature: float = 1.0,
    own: NDArray[np.bool_] | None = None,
) -> Plane:
    """Return the plane of a given kind: through ``tokens`` "i,j,k" ("" for the widest triangle), by
    principal components of the queries, or of most Fisher information at ``token``.  Raises ValueError.
    own (m,): the queries whose own mask this is, None: all; the widest triangle is chosen among them if
    there are three.
    """
    d = head.q.shape[1]
    if d < 2:
        raise ValueError(f"a plane of queries needs d ≥ 2, got d = {d}")
    if kind not in KINDS:
        raise ValueError(f"plane must be one of {', '.join(KINDS)}, got {shown(kind)}")
    if kind == "pca":
        return principal(head)
    if kind == "fisher":
        return informative(head, token, temperature)
    return through(head, token_triple(tokens, head) if tokens else default_triple(head, own))


def through(head: Head, triple: tuple[int, int, int]) -> Plane:
    """Return the plane through the queries of three tokens, with its origin at their mean.

    The first axis points from the first token to the second.  Raises ValueError if the three queries
    lie on one line.
    """
    a, b, c = (head.q[i] for i in triple)
    e1, e2 = b - a, c - a
    u1 = e1 / max(float(np.linalg.norm(e1)), 1e-300)
    across = e2 - u1 * (u1 @ e2)
    if np.linalg.norm(e1) == 0 or np.linalg.norm(across) <= FLAT * np.linalg.norm(e2):
        raise ValueError(
            f"the queries of tokens {list(triple)} lie on one line: choose a third token"
        )
    U = np.stack([u1, across / np.linalg.norm(across)], axis=1)
    plane = _plane(head, (a + b + c) / 3, U, lambda theta, residual: (triple[0], triple[1]))
    return replace(plane, triple=triple)


def principal(head: Head) -> Plane:
    """Return the plane of the queries' two principal components about their mean."""
    q0 = head.q.mean(axis=0)
    U = _leading(head.q - q0, "the queries of this head lie on one line and span no plane")
    return _plane(head, q0, U, lambda theta, residual: _far_apart(theta, residual))


def informative(head: Head, token: int, temperature: float = 1.0) -> Plane:
    """Return the plane of most Fisher information at a token's query, which is its origin.

    U: the two leading eigenvectors of K̂ᵀ(diag p − ppᵀ)K̂, K̂ = K/(τ√d), p = softmax(K̂q); a softcap c
    multiplies row j of K̂ by 1 − tanh²(s_j/c), and a sink is one more key, whose row is 0.
    """
    in_range("token", token, len(head.q), "this head")
    p = _with_sink(head, head.rows(temperature, [token]))[0]
    scores = head.factor / temperature * (head.k @ head.q[token])
    slopes = 1.0 - np.tanh(scores / head.softcap) ** 2
    keys = np.zeros((len(p), head.k.shape[1]))
    keys[: len(head.k)] = slopes[:, None] * head.k
    centred = np.sqrt(p)[:, None] * (keys - p @ keys)
    U = _leading(centred, f"the Fisher matrix at token {token} has rank 1: choose another plane")

    def pins(theta: Floats, residual: Floats) -> tuple[int, int]:
        return token, _far_apart(theta, residual, token)[1]

    return _plane(head, head.q[token], U, pins)


def _plane(
    head: Head, q0: Floats, U: Floats, pins: Callable[[Floats, Floats], tuple[int, int]]
) -> Plane:
    theta = (head.q - q0) @ U
    off = np.linalg.norm(head.q - q0 - theta @ U.T, axis=1)
    away = np.linalg.norm(head.q - q0, axis=1)
    residual = off / np.maximum(away, 1e-300)
    return Plane(q0, U, theta, residual, pins(theta, residual))


def _leading(rows: Floats, problem: str) -> Floats:
    """Return the two principal directions (d, 2) of rows (k, d), each with its largest entry
    positive.
    """
    _, sizes, directions = np.linalg.svd(rows, full_matrices=False)
    if len(sizes) < 2 or sizes[1] <= FLAT * max(float(sizes[0]), 1e-300):
        raise ValueError(problem)
    U = directions[:2].T
    signs: Floats = U * np.sign(U[np.abs(U).argmax(axis=0), [0, 1]])
    return signs


def _far_apart(theta: Floats, residual: Floats, first: int | None = None) -> tuple[int, int]:
    """Return the two queries farthest apart on the plane, among the half that is nearest to it."""
    near = np.argsort(residual, kind="stable")[: max(2, (len(theta) + 1) // 2)]
    if len(near) < 2:
        return 0, 0
    if first is None:
        middle = theta[near].mean(axis=0)
        first = int(near[np.linalg.norm(theta[near] - middle, axis=1).argmax()])
    return first, int(near[np.linalg.norm(theta[near] - theta[first], axis=1).argmax()])


def token_triple(text: str, head: Head) -> tuple[int, int, int]:
    """Parse "i,j,k" as three different token numbers.  Raises ValueError."""
    numbers = whole_numbers("tokens", text)
    if len(numbers) != 3 or len(set(numbers)) != 3:
        raise ValueError(f"tokens must be three different numbers such as 1,6,9, got {shown(text)}")
    for number in numbers:
        in_range("token", number, len(head.q), "this head")
    return numbers[0], numbers[1], numbers[2]


def whole_numbers(name: str, text: str) -> tuple[int, ...]:
    """Parse "i,j,…" as numbers, "" as none.  Raises ValueError."""
    try:
        return tuple(int(part) for part in text.split(",")) if text else ()
    except ValueError:
        raise ValueError(f"{name} must be numbers such as 1,6,9, got {shown(text)}") from None


def default_triple(head: Head, own: NDArray[np.bool_] | None = None) -> tuple[int, int, int]:
    """Return the three queries whose attention rows differ most: the widest triangle of rows.

    Widest by its area on the sphere z = 2√p.  Special tokens, and those whose own mask is another
    (own (m,) false), are passed over where three others remain; where one or two have the mask, as in
    causal models, the plane holds these.
    """
    everyone = list(range(len(head.q)))
    words = [i for i in everyone if not is_special(head.query_labels[i])]
    true = [i for i in words if own is None or own[i]]
    pool = next((some for some in (true, words, everyone) if len(some) >= 3), None)
    if pool is None:
        raise ValueError(
            f"a plane through tokens needs at least 3 queries, got {len(head.q)}: choose plane=fisher"
        )
    held = true if own is None or true else [i for i in everyone if own[i]]
    if 1 <= len(held) <= 2:
        return triple_with(head, held, pool)
    i, j, k = _widest(_roots(head, pool))
    return pool[i], pool[j], pool[k]


def triple_with(
    head: Head, tokens: Sequence[int], pool: Sequence[int] | None = None
) -> tuple[int, int, int]:
    """Return the widest triangle of rows with one or two of its corners given, the others of ``pool``,
    by default of all.  Raises ValueError.
    """
    held = list(dict.fromkeys(tokens))
    for number in held:
        in_range("token", number, len(head.q), "this head")
    if not 1 <= len(held) <= 2 or len(head.q) < 3:
        raise ValueError(f"a plane needs one or two tokens of at least three, got {list(tokens)}")
    roots = _roots(head)
    gram = roots @ roots.T
    others = [i for i in (range(len(roots)) if pool is None else pool) if i not in held]
    if len(held) == 1:
        held.append(others.pop(int(gram[held[0], others].argmin())))
    some = np.array(others, np.int64)
    i, j = (np.full_like(some, number) for number in held)
    return held[0], held[1], others[int(_areas(gram, i, j, some).argmax())]


def _roots(head: Head, only: Sequence[int] | None = None) -> Floats:
    """Return √p of rows, which are unit vectors: a sink is one more key."""
    return np.sqrt(_with_sink(head, head.rows(only=only)))


def _with_sink(head: Head, rows: Floats) -> Floats:
    """Return rows (m, n), or (m, n + 1) with the share of the sink where there is one."""
    if not np.isfinite(head.sink):
        return rows
    return np.column_stack([rows, np.maximum(1.0 - rows.sum(axis=1), 0.0)])


def _widest(roots: Floats) -> tuple[int, int, int]:
    """Return the widest triangle of unit vectors (m, n); for large m a local optimum under exchange of
    one corner.
    """
    gram = roots @ roots.T
    if len(gram) <= POOL:
        triples = _triples(len(gram))
        i, j, k = triples[_areas(gram, *triples.T).argmax()]
        return int(i), int(j), int(k)
    i, j = divmod(int(gram.argmin()), len(gram))
    corners, everyone = [i, j, -1], np.arange(len(gram), dtype=np.int64)
    last: list[int] = []
    while corners != last:
        last = list(corners)
        for place in (2, 0, 1):
            others = [
                np.full_like(everyone, corners[other]) for other in range(3) if other != place
            ]
            areas = _areas(gram, everyone, *others)
            best = int(areas.argmax())
            # rounding must not make the corners cycle forever
            if corners[place] < 0 or areas[best] > (1 + 1e-9) * areas[corners[place]]:
                corners[place] = best
    return corners[0], corners[1], corners[2]


@lru_cache(maxsize=8)
def _triples(count: int) -> NDArray[np.int64]:
    return np.array(list(combinations(range(count), 3)))


def is_special(label: str) -> bool:
    """Whether a token is a special token, such as [CLS], or punctuation."""
    return token_words.is_special(label) or not any(character.isalnum() for character in label)


def _areas(
    gram: Floats, i: NDArray[np.int64], j: NDArray[np.int64], k: NDArray[np.int64]
) -> Floats:
    """Return the squared areas (×4) of triangles of unit vectors with these inner products."""
    e = gram[j, j] - 2 * gram[i, j] + gram[i, i]
    f = gram[k, k] - 2 * gram[i, k] + gram[i, i]
    m = gram[j, k] - gram[i, j] - gram[i, k] + gram[i, i]
    areas: Floats = e * f - m * m
    return areas
