"""From a checked definition to a manifold, in the same way as built-in families."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import TookTooLong, limited
from compute.custom import checks, derivation, dual_chart, sample_space
from compute.custom import definition as definitions
from compute.custom.define import definition_of
from compute.custom.definition import Own
from compute.custom.parse import FormulaError
from compute.definitions.averages import NONE
from compute.definitions.family import formula
from compute.manifold import charts
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold, Support
from compute.manifold.tangent import LocalGeometry, is_singular

# CPU seconds for checking a family before it is accepted, besides those for deriving it
SECONDS = 5.0
# cells per side of the grid in which pins are sought
GRID = 24


def custom_family(definition: Mapping[str, Any]) -> Manifold:
    """Return the manifold of a user's own definition (see `compute.custom.definition`).

    A metric that is not positive definite somewhere has D ≤ 0 there, status ILL_CONDITIONED; points
    where a formula is undefined (the root of a negative number, a division by zero) are outside the
    domain.  Raises ValueError that names the entry, or FormulaError with the column, for a definition
    that cannot be parsed, and for a density that does not integrate to 1 without ``normalise``.

    >>> plane = {"coordinates": ["x", "y"], "domain": ["y > 0"], "metric": ["1/y^2", "0", "1/y^2"]}
    >>> round(float(custom_family(plane).curvature(np.array([0.0, 2.0]))), 12)  # hyperbolic
    -1.0
    """
    own = definitions.stated(definition)
    made = _manifold(own, definitions.text_of(definition))
    try:
        with limited(SECONDS, time.thread_time), np.errstate(all="ignore"):
            return _placed(made, own)
    except TookTooLong:
        words = f"evaluating this over the view takes more than {SECONDS:g} s"
        raise FormulaError(own.formulas[0], 0, words, own.places[0]) from None


# --- the manifold ----------------------------------------------------------------------------
def _also(own: Own) -> tuple[str, ...]:
    """Return alternative names of the coordinate chart: "natural" for a potential."""
    return ("natural",) if own.kind == "potential" else ()


def _manifold(own: Own, text: str) -> Manifold:
    """Return the manifold without its pins and view."""
    line = sample_space.line(own) if own.kind == "log_density" else ""
    nodes = sample_space.outcomes(own) if own.kind == "log_density" and not line else None
    entry = formula(
        name="custom",
        title=own.title,
        coordinates=own.coordinates,
        domain=", ".join(own.domain) or "where the formula is defined",
        line_element=_line_element(own),
        curvature="varies",
        define=definition_of,
        derive=derivation.derived,
        support=lambda theta: Support(np.zeros(0), title="", space="none"),
        interior=(0.0, 0.0),
        view=Extent(-1.0, 1.0, -1.0, 1.0),
        pins=((0.0, 0.0), (0.0, 0.0)),
        periods=own.periods,
        draw=(charts.parameters(own.coordinates, _also(own)), *_logarithmic(own)),
        nodes=nodes,
        space=line,
        moving=any(end.value is None for end in own.ends() or ()),
        normalise=own.normalise,
    )
    made = entry.build(f"custom:{text}", source=text)
    quiet = replace(
        made,
        margin=_number_or(made.margin, -1.0),
        geometry=_whole(made.geometry),
        curvature=_number_or(made.curvature, np.nan),
        scalar=lambda name, theta, index: _number_or(lambda t: made.scalar(name, t, index), np.nan)(
            theta
        ),
    )
    if own.kind != "log_density":
        return replace(
            quiet,
            density=lambda theta, x: np.zeros((*theta.shape[:-1], len(x))),
            log_density=None,
        )
    density = _number_or(made.density, 0.0)
    assert made.log_density is not None
    return replace(
        quiet,
        density=density,
        log_density=_number_or(made.log_density, -np.inf),
        support=lambda theta: sample_space.support(own, quiet, density, theta),
    )


def _number_or(function: Callable[..., Floats], otherwise: float) -> Callable[..., Floats]:
    def guarded(*arguments: Floats) -> Floats:
        with np.errstate(all="ignore"):
            value = function(*arguments)
        return np.where(np.isfinite(value), value, otherwise)

    return guarded


def _whole(geometry: Callable[[Floats], LocalGeometry]) -> Callable[[Floats], LocalGeometry]:
    """Return the geometry with zeros, and D = `NONE`, wherever a component overflows."""

    def guarded(theta: Floats) -> LocalGeometry:
        with np.errstate(all="ignore"):
            local = geometry(theta)
        parts = [local.metric, local.first.reshape(*local.det.shape, 6), local.cubic]
        whole = np.isfinite(np.concatenate([*parts, local.det[..., None]], axis=-1)).all(axis=-1)
        return LocalGeometry(
            np.where(whole[..., None], local.metric, 0.0),
            np.where(whole[..., None, None], local.first, 0.0),
            np.where(whole[..., None], local.cubic, 0.0),
            np.where(whole, local.det, NONE),
        )

    return guarded


def _logarithmic(own: Own) -> tuple[Chart, ...]:
    first, second = (own.interval(name)[0] >= 0 for name in own.coordinates)
    if first and second:
        return (charts.log_both(own.coordinates),)
    return (charts.log_second(own.coordinates),) if second else ()


def _line_element(own: Own) -> str:
    """Return the line element as readable text."""
    a, b = own.coordinates
    texts = [t if len(t) <= 80 else t[:79] + "…" for t in own.formulas]
    if own.kind == "potential":
        return f"ds² = Σ ∂ᵢ∂ⱼψ dθⁱdθʲ,  ψ = {texts[0]}"
    if own.kind == "log_density":
        rest = " + terms without x" if own.normalise else ""
        return f"ds² = E[(∂₁l d{a} + ∂₂l d{b})²],  l = {texts[0]}{rest}"
    squares = (("", f"d{a}²"), ("2 ", f"d{a} d{b}"), ("", f"d{b}²"))
    parts = zip(texts, squares, strict=True)
    terms = [f"{twice}({t}) {d}" for t, (twice, d) in parts if t.strip() != "0"]
    return "ds² = " + " + ".join(terms)


# --- where to look ---------------------------------------------------------------------------
def _placed(made: Manifold, own: Own) -> Manifold:
    """Return the manifold with its view, an interior point and two pins."""
    view = own.view or Extent(*_side(own, 0), *_side(own, 1))
    x = view.x0 + (np.arange(GRID) + 0.5) / GRID * (view.x1 - view.x0)
    y = view.y0 + (np.arange(GRID) + 0.5) / GRID * (view.y1 - view.y0)
    theta = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    theta = theta[made.in_domain(theta)]
    if len(theta) == 0:
        raise _nothing_of(own, view)
    local = made.geometry(theta)
    fine = theta[~is_singular(local, 1e-4)]
    size = np.array([view.x1 - view.x0, view.y1 - view.y0])
    corner = np.array([view.x0, view.y0])

    def near(x: float, y: float) -> tuple[float, float]:
        chosen = fine if len(fine) > 1 else theta
        gaps = np.abs((chosen - corner) / size - (x, y)).sum(axis=1)
        found = chosen[int(gaps.argmin())]
        return float(found[0]), float(found[1])

    pins = own.pins or (near(0.3, 0.4), near(0.7, 0.6))
    for pin in pins:
        if not made.in_domain(np.array(pin)):
            raise ValueError(f"custom family: pins must lie in {made.domain}, got {list(pin)}")
    placed = replace(made, view=view, interior=near(0.5, 0.5), pins=pins)
    if own.kind == "log_density":
        checks.check_density(placed, own)
    checks.check_metric(own, theta, local)
    if own.kind == "potential" and len(fine):
        return replace(placed, charts=(*placed.charts, dual_chart.expectation(placed, view)))
    return placed


def _nothing_of(own: Own, view: Extent) -> FormulaError:
    """Return the error for a view that contains no point of the domain."""
    (a, b), v = own.coordinates, view
    seen = f"{v.x0:.4g} < {a} < {v.x1:.4g}, {v.y0:.4g} < {b} < {v.y1:.4g}"
    if not own.domain:
        words = f"this is undefined everywhere in the view, {seen}"
        return FormulaError(own.formulas[0], 0, words, own.places[0])
    words = f"no point of the view lies in the domain and where the formula is defined, {seen}"
    return FormulaError(own.domain[-1], 0, words, f"domain[{len(own.domain) - 1}]")


def _side(own: Own, number: int) -> tuple[float, float]:
    """Return the initial interval of a coordinate: its bounds, or 4 units from its only bound."""
    name = own.coordinates[number]
    low, high = own.interval(name)
    if low >= high:
        last = len(own.domain) - 1
        words = f"the domain is empty in {name}: {low:.4g} < {name} < {high:.4g}"
        raise FormulaError(own.domain[last], 0, words, f"domain[{last}]")
    if high - low <= 100:
        border = 0.02 * (high - low)
        return low - border, high + border
    if np.isfinite(low):
        return low, low + 4
    return (high - 4, high) if np.isfinite(high) else (-3.0, 3.0)
