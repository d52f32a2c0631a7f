"""The definition of a user's family: names, domain and a formula of one of three kinds, as plain JSON.

metric       [g₁₁, g₁₂, g₂₂], with T = 0: lengths and angles only, no distributions
potential    ψ in natural coordinates: g = ∂²ψ, T = ∂³ψ
log_density  log p(x|θ) over a sample space: g = E[∂l ∂l], T = E[∂l ∂l ∂l]
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from compute.core.json_text import read_json
from compute.core.opening import is_regular, read_text
from compute.core.refusal import Refused, refusing, shown, unmet
from compute.custom import parse
from compute.custom.algebra import SAMPLE
from compute.custom.parse import FormulaError, Node
from compute.manifold.extent import Extent

KINDS = ("metric", "potential", "log_density")
SPACES = ("line", "half-line", "interval", "circle")
COMPONENTS = ("g11", "g12", "g22")
MOST_BYTES = 64 << 10
MOST_OUTCOMES = 256


@dataclass(frozen=True)
class Own:
    """A checked definition.  Every text is a formula in the grammar of `compute.custom.parse`.

    domain: inequalities; formulas: three of a metric, one of the other kinds; space: one of SPACES
    or the outcomes; range: the interval of the sample, two formulas in the coordinates, or None;
    normalise: the log-density is given up to its normalisation.  view, pins: None to choose them
    automatically.  periods: of coordinates that are angles, 0 for others.
    """

    title: str
    coordinates: tuple[str, str]
    domain: tuple[str, ...]
    kind: str
    formulas: tuple[str, ...]
    space: str | tuple[float, ...] = ""
    range: tuple[str, str] | None = None
    normalise: bool = False
    parameters: tuple[tuple[str, float], ...] = ()
    view: Extent | None = None
    pins: tuple[tuple[float, float], tuple[float, float]] | None = None
    periods: tuple[float, float] = (0.0, 0.0)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names that the main formulas may use besides the parameters."""
        return (*self.coordinates, SAMPLE) if self.kind == "log_density" else self.coordinates

    @property
    def places(self) -> tuple[str, ...]:
        """Return the main formulas' names in messages."""
        return COMPONENTS if self.kind == "metric" else (self.kind,)

    def trees(self) -> tuple[Node, ...]:
        """Return the parsed main formulas.  Raises FormulaError with the place."""
        pairs = zip(self.formulas, self.places, strict=True)
        return tuple(self._tree(text, self.names, place) for text, place in pairs)

    def bounds(self) -> tuple[tuple[str, tuple[tuple[Node, Node], ...]], ...]:
        """Return each text of the domain with its (smaller, larger) pairs.  Raises FormulaError."""
        found = []
        for number, text in enumerate(self.domain):
            try:
                pairs = parse.inequalities(text, self.coordinates, dict(self.parameters))
            except FormulaError as mistake:
                raise mistake.within(f"domain[{number}]") from None
            found.append((text, pairs))
        return tuple(found)

    def ends(self) -> tuple[Node, Node] | None:
        """Return the ends of the sample's range, parsed.  Raises FormulaError."""
        if self.range is None:
            return None
        low, high = (
            self._tree(text, self.coordinates, f"range[{i}]") for i, text in enumerate(self.range)
        )
        return low, high

    def interval(self, name: str) -> tuple[float, float]:
        """Return the numeric bounds of a coordinate in the domain."""
        low, high = -math.inf, math.inf
        for _, pairs in self.bounds():
            for smaller, larger in pairs:
                if larger.kind == "name" and larger.text == name and smaller.value is not None:
                    low = max(low, smaller.value)
                if smaller.kind == "name" and smaller.text == name and larger.value is not None:
                    high = min(high, larger.value)
        return low, high

    def _tree(self, text: str, names: tuple[str, ...], place: str) -> Node:
        try:
            return parse.formula(text, names, dict(self.parameters))
        except FormulaError as mistake:
            raise mistake.within(place) from None


def stated(definition: Mapping[str, Any]) -> Own:
    """Return a definition from plain data, with every formula parsed once.

    Raises ValueError that names the entry, or its subclass FormulaError with the column.
    """
    _check_schema(definition)
    return read_formulas(definition)


def read_formulas(definition: Mapping[str, Any]) -> Own:
    """Return a definition from data whose structure is valid; fast enough for every keystroke."""
    kind = _kind(definition)
    own = Own(
        title=definition.get("name", "Your own family"),
        coordinates=_coordinates(definition),
        domain=tuple(_inequalities(definition.get("domain", []))),
        kind=kind,
        formulas=tuple(definition[kind]) if kind == "metric" else (definition[kind],),
        parameters=_parameters(definition),
        view=_view(definition.get("view")),
        pins=_pins(definition.get("pins")),
        periods=_periods(definition.get("periods")),
        **(_sample(definition) if kind == "log_density" else {}),
    )
    own.trees(), own.bounds(), own.ends()
    return own


def text_of(definition: Mapping[str, Any]) -> str:
    """Return the definition on one line in a canonical form, as used in specifications."""
    return json.dumps(definition, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(source: str) -> dict[str, Any]:
    """Return the definition in a JSON text, which starts with {, or in a file.  Raises ValueError."""
    if source.lstrip().startswith("{"):
        return _object(source, "the definition of a family")
    if not is_regular(source):
        raise Refused(
            f"source of custom must be a definition file, and there is no file {shown(source)}"
        )
    with refusing(f"source of custom must be a definition, {source}"):
        return _object(read_text(source, MOST_BYTES), source)


def example() -> dict[str, Any]:
    """Return the example definition from which a user starts."""
    return read((resources.files("assets") / "custom.example.json").read_text("utf-8"))


def _object(text: str, where: str) -> dict[str, Any]:
    if len(text.encode()) > MOST_BYTES:
        raise Refused(f"{where} is larger than {MOST_BYTES} bytes")
    data = read_json(text, where)
    if not isinstance(data, dict):
        raise Refused(f"{where} must be an object, got {type(data).__name__}")
    return data


def _check_schema(definition: Mapping[str, Any]) -> None:
    # imported here: it costs more than reading a formula
    from jsonschema import Draft202012Validator

    schema = json.loads((resources.files("assets") / "custom.schema.json").read_text("utf-8"))
    problem = next(iter(Draft202012Validator(schema).iter_errors(definition)), None)
    if problem is not None:
        place = "/".join(map(str, problem.absolute_path)) or "the definition"
        raise Refused(f"custom family: {place}: {unmet(problem)}")


def _kind(definition: Mapping[str, Any]) -> str:
    found = [kind for kind in KINDS if kind in definition]
    if len(found) != 1:
        raise Refused(
            f"custom family: exactly one of {', '.join(KINDS)} must be given, got "
            f"{', '.join(found) or 'none'}"
        )
    return found[0]


def _coordinates(definition: Mapping[str, Any]) -> tuple[str, str]:
    names = definition["coordinates"]
    if len(names) != 2:
        words = f"two names are needed, got {len(names)}"
        raise FormulaError(", ".join(names), 0, words, "coordinates")
    for number, name in enumerate(names):
        _check_name(name, name, f"coordinates[{number}]", definition)
    if names[0] == names[1]:
        raise FormulaError(names[1], 0, "the names must differ", "coordinates[1]")
    return names[0], names[1]


def _check_name(name: str, text: str, place: str, definition: Mapping[str, Any]) -> None:
    """Refuse a name that is not a word or has another meaning, like the sample x of a log-density."""
    taken = name == SAMPLE and "log_density" in definition
    if not parse.is_name(name) or taken:
        words = (
            f"{shown(name)} cannot be a name: names are words of letters that have no other meaning"
        )
        raise FormulaError(text, 0, words, place)


def _parameters(definition: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    stated = definition.get("parameters", {})
    for number, (name, value) in enumerate(stated.items()):
        text, place = f"{name} = {value}", f"parameters[{number}]"
        _check_name(name, text, place, definition)
        if name in definition["coordinates"]:
            raise FormulaError(text, 0, f"{name} is a coordinate already", place)
        if not isinstance(value, int | float) or not abs(value) <= parse.LARGEST:
            raise FormulaError(text, 0, f"{name} needs a number, got {shown(value)}", place)
    return tuple((name, float(value)) for name, value in stated.items())


def _inequalities(domain: Any) -> list[str]:
    """Return a domain as inequalities, given as such or as bounds for each coordinate."""
    if not isinstance(domain, dict):
        return list(domain)
    found = []
    for name, (low, high) in domain.items():
        found += [f"{name} > {low}"] if low is not None else []
        found += [f"{name} < {high}"] if high is not None else []
    return found


def _sample(definition: Mapping[str, Any]) -> dict[str, Any]:
    space = definition.get("space", "line")
    if isinstance(space, list):
        space = _outcomes(space)
    ends = definition.get("range")
    if ends is not None and len(ends) != 2:
        text = ", ".join(map(str, ends))
        raise FormulaError(text, 0, "two ends are needed, separated by a comma", "range")
    if ends is not None and (space == "circle" or isinstance(space, tuple)):
        raise Refused("custom family: range needs a line, a half-line or an interval")
    return {
        "space": space,
        "range": (str(ends[0]), str(ends[1])) if ends is not None else None,
        "normalise": definition.get("normalise", False),
    }


def _outcomes(values: list[Any]) -> tuple[float, ...]:
    for number, value in enumerate(values):
        if not isinstance(value, int | float) or not abs(value) <= parse.LARGEST:
            words = f"outcomes are numbers, got {shown(value)}"
            raise FormulaError(str(value), 0, words, f"outcomes[{number}]")
    if not 2 <= len(set(values)) == len(values) <= MOST_OUTCOMES:
        words = f"2 to {MOST_OUTCOMES} different outcomes are needed"
        raise FormulaError(", ".join(map(str, values)), 0, words, "outcomes")
    return tuple(map(float, values))


def _view(view: Any) -> Extent | None:
    return Extent(*map(float, view)) if view is not None else None


def _pins(pins: Any) -> tuple[tuple[float, float], tuple[float, float]] | None:
    if pins is None:
        return None
    (a, b), (c, d) = pins
    return (float(a), float(b)), (float(c), float(d))


def _periods(periods: Any) -> tuple[float, float]:
    first, second = (0.0, 0.0) if periods is None else map(float, periods)
    return first, second
