"""The points and pairs of the table: those that each family declares, and published ones."""

from __future__ import annotations

from dataclasses import dataclass

from compute.families import families, manifold

Point = tuple[float, float]
# beside the family's own, which come from its pins and its interior point
POINTS: dict[str, tuple[Point, ...]] = {
    "beta": ((1.0, 1.0), (0.02, 0.02), (100.0, 100.0)),
    "gamma": ((1.0, 1.0), (2.0, 1.0)),
    "mixture_mm": ((-0.5, 1.5),),
}
PAIRS: dict[str, tuple[tuple[Point, Point], ...]] = {
    "beta": (
        ((1.0, 10.0), (10.0, 1.0)),
        ((1.0, 10.0), (10.0, 100.0)),
        ((1.0, 1.0), (5.0, 2.0)),
        ((0.5, 0.5), (5.0, 5.0)),
    ),
    "gamma": (((5.0, 1 / 15), (20.0, 1.0)),),
    "gaussian": (((0.0, 1.0), (1.0, 1.0)), ((1.0, 2.0), (5.0, 1.0))),
    "cauchy": (((1.0, 3.0), (5.0, 2.0)),),
    "weibull": (((12.0, 2.0), (3.0, 4.0)),),
    "laplace": (((-1.0, 1.0), (1.0, 1.0)),),
    "flat_exponential_pair": (((1.0, 1.0), (2.0, 1.0)), ((0.1, 1.0), (0.99, 1.0))),
    "geometric_geometric": (((0.2, 0.5), (0.3, 0.5)),),
    "poisson_poisson": (((1.0, 1.0), (4.0, 1.0)), ((0.1, 1.0), (0.9, 1.0))),
    "categorical3_expectation": (
        ((0.8, 0.1), (0.1, 0.8)),
        ((1 / 3, 1 / 3), (0.6, 0.2)),
        ((0.7, 0.2), (0.1, 0.2)),
    ),
}


@dataclass(frozen=True)
class Case:
    """A family by its specification, with points and pairs of points."""

    specification: str
    points: tuple[Point, ...]
    pairs: tuple[tuple[Point, Point], ...]


def cases() -> list[Case]:
    """Return a case for every family, in alphabetical order."""
    return [_case(name) for name in families()]


def _case(name: str) -> Case:
    family = manifold(name)
    (a, b), middle = family.pins, family.interior
    own = list(dict.fromkeys((a, b, middle, *POINTS.get(name, ()))))
    pairs = [(a, b)] if middle in (a, b) else [(a, b), (middle, b)]
    return Case(name, tuple(own), (*pairs, *PAIRS.get(name, ())))
