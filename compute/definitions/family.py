"""The declaration of a family in its file, and its conversion to a manifold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.definitions import derive as symbolic
from compute.definitions import tape
from compute.definitions.averages import Averages
from compute.definitions.derive import Definition
from compute.definitions.derived import Derived
from compute.definitions.disk_cache import cached
from compute.definitions.parameters import Parameter
from compute.definitions.quadrature import Nodes, Quadrature, Scores
from compute.definitions.sources import identity
from compute.definitions.wgsl_slot import formula_slot, placed_slot, quadrature_slot
from compute.manifold import charts
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import GENERIC_SCALARS, Manifold, Slot, Support
from compute.manifold.symmetry import Fold, Revolution
from compute.manifold.tangent import LocalGeometry, QuickGeometry, Spray

Point = tuple[float, float]
# derives the tapes of a definition function, from the names of its constants or other arguments
Derive = Callable[[Callable[..., Definition], Any], Derived]


@dataclass(frozen=True, eq=False)
class Family:
    """An entry of the registry of families.

    ``build(key, **parameters)`` makes the manifold; ``parameters`` are the defaults, whose types
    determine how specifications are parsed; ``numbers``: those of them that are numbers in a range,
    which have sliders; ``settled`` replaces a file name by its contents, so that
    equal parameters mean the same manifold; ``check`` raises ValueError for real parameters out of
    range, before anything is derived; ``hadamard``: see `Manifold`; ``definition(**parameters)``
    returns the formulas with exact numbers, None for data.
    """

    name: str
    title: str
    coordinates: tuple[str, str]
    domain: str
    line_element: str
    curvature: str
    charts: tuple[str, ...]
    closed_forms: tuple[str, ...]
    build: Callable[..., Manifold]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    settled: Callable[[dict[str, Any]], dict[str, Any]] = dict
    check: Callable[..., None] = lambda **chosen: None
    hadamard: str = ""
    numbers: tuple[Parameter, ...] = ()
    definition: Callable[..., Definition] | None = None

    def checked(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters with declared ones as their type.

        Raises ValueError, with the number as it was stated, for one out of its range.
        """
        declared = {number.name: number for number in self.numbers}
        return {
            key: declared[key].value(self.name, value) if key in declared else value
            for key, value in chosen.items()
        }


def formula(
    *,
    name: str,
    title: str,
    coordinates: tuple[str, str],
    domain: str,
    line_element: str,
    curvature: str,
    define: Callable[..., Definition],
    support: Callable[[Floats], Support] | None = None,
    outcomes: Callable[..., Support] | None = None,
    interior: Point,
    view: Extent,
    pins: tuple[Point, Point],
    draw: tuple[Chart, ...] | Callable[..., tuple[Chart, ...]] = (),
    nodes: Nodes | None = None,
    scored: Callable[..., Callable[[Floats], Scores]] | None = None,
    quickened: Callable[..., QuickGeometry] | None = None,
    space: str = "",
    moving: bool = False,
    normalise: bool = False,
    closed_forms: tuple[str, ...] = (),
    parameters: tuple[Parameter, ...] = (),
    constants: Callable[..., Mapping[str, float]] = dict,
    periods: Point = (0.0, 0.0),
    divergence: Callable[[Floats, Floats], Floats] | None = None,
    wasserstein: Callable[[Floats, Floats], Floats] | None = None,
    kinked: bool = False,
    revolution: Revolution | None = None,
    steep: bool = False,
    wall: Callable[[Floats], Floats] | None = None,
    fold: Callable[..., Fold] | None = None,
    hadamard: str = "",
    self_dual: bool = False,
    derive: Derive | None = None,
) -> Family:
    """Return a family given by formulas.  ``define(**constants)`` returns them and imports SymPy
    itself.

    It takes a real symbol for every number that ``constants(**parameters)`` returns, by default the
    ``parameters`` themselves: formulas are derived and compiled once for all values.

    ``support``: the sample space, drawn for given points; or ``outcomes``: one that depends on the
    parameters alone, as a function of them.

    ``draw``: its charts, default first, or a function of the parameters that returns them; ``view``: a
    rectangle of the default chart.  For a family given only by its log-density, either ``nodes`` are
    fixed quadrature nodes (``scored``: of the parameters, a closed form of the `Scores`), or ``space``
    is the line of its samples (see `node_placement`) with nodes placed by the density; ``moving``: its
    ends depend on θ.  ``quickened``: of the geometry and the parameters, quicker ways to its parts.
    ``normalise``: the density is given up to its normalisation; ``periods``: of coordinates that are
    angles; ``divergence``, ``wasserstein``: closed forms that are not plain formulas; ``kinked``: the
    density has a kink that moves with θ; ``revolution``: a symmetry by which geodesics reduce to a
    quadrature; ``wall``: a line of singular g that no geodesic crosses; ``steep``: see
    `Manifold`; ``fold``: of the parameters,
    coordinates that are regular there; ``hadamard``: see `Manifold`; ``derive``: an alternative
    function that makes the tapes of a definition.
    """
    derive = derive or _derive
    defaults = {number.name: number.default for number in parameters}
    names = tuple(constants(**defaults))

    @lru_cache(maxsize=4)
    def derived_for(rest: tuple[tuple[str, Any], ...]) -> Derived:
        determined_by = "\n".join([identity(define), repr((rest, names))])
        return cached(determined_by, lambda: derive(define, dict(rest) or names))

    def drawn(**chosen: Any) -> tuple[Chart, ...]:
        found = draw(**chosen) if callable(draw) else draw
        return found or (charts.parameters(coordinates),)

    def drawn_on(**chosen: Any) -> Callable[[Floats], Support]:
        if outcomes is None:
            assert support is not None
            return support
        fixed = outcomes(**chosen)
        return lambda theta: fixed

    def build(key: str, **chosen: Any) -> Manifold:
        rest = tuple(sorted((k, v) for k, v in chosen.items() if k not in defaults))
        derived = derived_for(rest).bound(constants(**chosen) if names else {})
        if space:
            local = _by_averages(derived, space, normalise, moving)
        elif nodes is not None:
            local = _by_quadrature(derived, nodes, normalise, scored and scored(**chosen))
        else:
            local = _by_formulas(derived)
        if quickened is not None:
            local = replace(local, geometry=quickened(local.geometry, **chosen))
        log_density = _log_density(derived, local.log_norm if normalise else None)
        manifold = Manifold(
            key=key,
            name=name,
            title=title,
            coordinates=coordinates,
            domain=domain,
            line_element=line_element,
            margin=_one(derived.margin),
            geometry=local.geometry,
            curvature=local.curvature,
            scalar=local.scalar,
            scalars=(*local.scalars, *GENERIC_SCALARS),
            density=_density(derived, log_density),
            log_density=log_density,
            support=drawn_on(**chosen),
            charts=drawn(**chosen),
            slot=local.slot,
            interior=interior,
            view=view,
            pins=pins,
            periods=periods,
            revolution=revolution,
            wall=wall,
            steep=steep,
            fold=fold(**chosen) if fold else None,
            hadamard=hadamard,
            self_dual=self_dual,
            curvature_words=curvature,
            distance=_between(derived.distance),
            divergence=divergence or _between(derived.divergence),
            kinked=kinked,
            wasserstein=wasserstein or _between(derived.wasserstein),
            averages=local.averages,
        )
        return manifold

    def definition(**chosen: Any) -> Definition:
        import sympy as sp

        given = constants(**{**defaults, **chosen})
        return define(**{name: sp.Rational(value) for name, value in given.items()})

    return Family(
        name,
        title,
        coordinates,
        domain,
        line_element,
        curvature,
        tuple(chart.name for chart in drawn(**defaults)),
        closed_forms,
        build,
        defaults,
        numbers=parameters,
        hadamard=hadamard,
        definition=definition,
    )


def _derive(define: Callable[..., Definition], names: Iterable[str]) -> Derived:
    """Derive a definition for all values of its constants."""
    import sympy as sp

    # dummies differ from every symbol of the definition, also of the same name
    symbols = {name: sp.Dummy(name, real=True) for name in names}
    return symbolic.derive(replace(define(**symbols), constants=tuple(symbols.values())))


def _columns(theta: Floats) -> tuple[Floats, Floats]:
    return theta[..., 0], theta[..., 1]


def _one(program: tape.Tape) -> Callable[[Floats], Floats]:
    return lambda theta: tape.run(program, *_columns(np.asarray(theta)))[0]


@dataclass(frozen=True, eq=False)
class _Local:
    """The pointwise functions of a manifold, in NumPy and in WGSL."""

    geometry: Callable[[Floats], LocalGeometry]
    curvature: Callable[[Floats], Floats]
    scalar: Callable[[str, Floats, int], Floats]
    scalars: tuple[str, ...]
    slot: Slot
    log_norm: Callable[[Floats], Floats] | None = None
    averages: Averages | None = None


def _by_formulas(derived: Derived) -> _Local:
    assert derived.geometry is not None and derived.curvature is not None
    return _Local(
        _geometry(derived.geometry),
        _one(derived.curvature),
        _scalar(derived),
        derived.scalars,
        formula_slot(derived, derived.geometry, derived.curvature),
    )


def _by_quadrature(
    derived: Derived,
    nodes: Nodes,
    normalise: bool,
    scored: Callable[[Floats], Scores] | None,
) -> _Local:
    assert derived.scores is not None
    quadrature = Quadrature(derived.scores, nodes, normalise, scored)
    return _Local(
        quadrature.geometry,
        quadrature.curvature,
        lambda name, theta, index: quadrature.entropy(theta),
        ("entropy",),
        quadrature_slot(derived, derived.scores, nodes, normalise),
        quadrature.log_norm,
    )


def _by_averages(derived: Derived, space: str, normalise: bool, moving: bool) -> _Local:
    assert derived.scores is not None and derived.sight is not None
    averages = Averages(derived.scores, derived.sight, space, normalise, moving)
    return _Local(
        averages.geometry,
        averages.curvature,
        lambda name, theta, index: averages.entropy(theta),
        ("entropy",),
        placed_slot(derived, space, normalise, moving),
        averages.log_norm,
        averages,
    )


def _columns_of(program: tape.Tape) -> Callable[[Floats], list[Floats]]:
    """Return a tape's outputs (...,) as a function of θ (..., 2)."""
    return lambda theta: tape.run(program, *_columns(theta))


def _geometry(program: tape.Tape) -> QuickGeometry:
    whole, metric_only, without_cubic = (
        _columns_of(chosen)
        for chosen in (program, tape.part(program, range(3)), tape.part(program, (*range(9), 13)))
    )

    def geometry(theta: Floats) -> LocalGeometry:
        out = whole(theta)
        first = np.stack(out[3:9], axis=-1)
        return LocalGeometry(
            metric=np.stack(out[0:3], axis=-1),
            first=first.reshape(*first.shape[:-1], 2, 3),
            cubic=np.stack(out[9:13], axis=-1),
            det=out[13],
        )

    def spray(theta: Floats, v: Floats) -> Spray:
        *out, det = without_cubic(theta)
        a, b = _columns(v)
        squares = a * a, 2.0 * a * b, b * b
        u1, u2 = (
            first[0] * squares[0] + first[1] * squares[1] + first[2] * squares[2]
            for first in (out[3:6], out[6:9])
        )
        return Spray(out[0], out[1], out[2], u1, u2, det)

    return QuickGeometry(geometry, lambda theta: np.stack(metric_only(theta), axis=-1), spray)


def _scalar(derived: Derived) -> Callable[[str, Floats, int], Floats]:
    def scalar(name: str, theta: Floats, index: int) -> Floats:
        return tape.run(derived.scalar, *_columns(theta))[derived.scalars.index(name)]

    return scalar


def _log_density(
    derived: Derived, log_norm: Callable[[Floats], Floats] | None
) -> Callable[[Floats, Floats], Floats] | None:
    if len(derived.density.inputs) != 3:
        return None

    def log_density(theta: Floats, x: Floats) -> Floats:
        first, second = (column[..., None] for column in _columns(theta))
        with np.errstate(under="ignore"):
            log = tape.run(derived.density, first, second, x)[0]
        return log - (log_norm(theta)[..., None] if log_norm is not None else 0.0)

    return log_density


def _density(
    derived: Derived, log_density: Callable[[Floats, Floats], Floats] | None
) -> Callable[[Floats, Floats], Floats]:
    def probabilities(theta: Floats, x: Floats) -> Floats:
        return np.stack(tape.run(derived.density, *_columns(theta)), axis=-1)

    def density(theta: Floats, x: Floats) -> Floats:
        assert log_density is not None
        with np.errstate(under="ignore"):  # a density may vanish in its tails
            p: Floats = np.exp(log_density(theta, x))
        return p

    return probabilities if log_density is None else density


def _between(program: tape.Tape | None) -> Callable[[Floats, Floats], Floats] | None:
    """Return a closed form of two points, with broadcasting."""
    if program is None:
        return None

    def at(theta: Floats, other: Floats) -> Floats:
        with np.errstate(all="ignore"):  # what overflows is infinite
            return tape.run(program, *_columns(theta), *_columns(other))[0]

    return at
