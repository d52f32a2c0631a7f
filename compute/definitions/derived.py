"""The tapes of a family, and their plain-data form for files and between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from compute.core.refusal import shown
from compute.definitions import tape
from compute.definitions.tape import Tape

# (inputs, outputs) of each tape; None: as many as there are outcomes or scalars
SHAPES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "geometry": ((2, 14),),
    "margin": ((2, 1),),
    "curvature": ((2, 1),),
    "scores": ((3, 7), (6, 8)),
    "sight": ((6, 2),),
    "density": ((3, 1), (2, None)),
    "scalar": ((2, None),),
    "distance": ((4, 1),),
    "divergence": ((4, 1),),
    "wasserstein": ((4, 1),),
}
ALWAYS = ("margin", "density", "scalar")


@dataclass(frozen=True)
class Derived:
    """The tapes of a family, with inputs (θ¹, θ²) unless stated otherwise.

    geometry: g₁₁ g₁₂ g₂₂, Γ_11,1 Γ_12,1 Γ_22,1, Γ_11,2 Γ_12,2 Γ_22,2, T₁₁₁ T₁₁₂ T₁₂₂ T₂₂₂, D.
    margin: the smallest bound.  density: log p with inputs (θ¹, θ², x), or the probabilities.
    distance, divergence, wasserstein: inputs (θ¹, θ², φ¹, φ²), or None.  A family given only by its
    log-density has, instead of geometry and curvature, scores: l, l₁, l₂, l₁₁, l₁₂, l₂₂ and the weight
    of a node, with inputs (θ¹, θ², x).  On a line, L = l + log dx/dv takes the place of l, log dx/dv is
    the last output, the inputs are (θ¹, θ², r, q, log r, log q), and sight gives L and the weight only.
    constants: names of the family's parameters, which are further inputs of every tape.
    """

    geometry: Tape | None
    margin: Tape
    curvature: Tape | None
    scores: Tape | None
    sight: Tape | None
    density: Tape
    scalars: tuple[str, ...]
    scalar: Tape
    distance: Tape | None
    divergence: Tape | None
    wasserstein: Tape | None
    constants: tuple[str, ...] = ()

    def bound(self, values: Mapping[str, float]) -> Derived:
        """Return the tapes at these values of the constants, which are no inputs any more."""
        stated = {name: float(values[name]) for name in self.constants}
        found = {name: getattr(self, name) for name in SHAPES}
        tapes: dict[str, Any] = {n: t and tape.bound(t, stated) for n, t in found.items()}
        return replace(self, **tapes, constants=())


def plain_of(derived: Derived) -> dict[str, Any]:
    """Return the tapes as lists, dictionaries, numbers and strings."""

    def plain(tape: Tape | None) -> Any:
        return tape and [tape.inputs, tape.steps, tape.outputs]

    names = {"scalars": derived.scalars, "constants": derived.constants}
    return {name: plain(getattr(derived, name)) for name in SHAPES} | names


def read_plain(data: Any) -> Derived:
    """Return the tapes described by plain data.  Raises ValueError for malformed data."""
    if not isinstance(data, dict) or set(data) != {field.name for field in fields(Derived)}:
        raise ValueError("derived tapes must be an object with their names")
    names = {key: data[key] for key in ("scalars", "constants")}
    for key, listed in names.items():
        if not isinstance(listed, list) or not all(type(name) is str for name in listed):
            raise ValueError(f"{key} must be a list of names")
    tapes = {name: _read_tape(name, data, len(names["constants"])) for name in SHAPES}
    # required tapes are checked below
    found = Derived(**tapes, **{key: tuple(listed) for key, listed in names.items()})  # type: ignore[arg-type]
    _check_whole(found)
    return found


def _read_tape(name: str, data: Mapping[str, Any], constants: int) -> Tape | None:
    if data[name] is None and name not in ALWAYS:
        return None
    parts = data[name]
    if not isinstance(parts, list) or len(parts) != 3 or not all(type(p) is list for p in parts):
        raise ValueError(f"{name} must be inputs, steps and outputs")
    inputs, steps, outputs = parts
    shape = (len(inputs) - constants, len(outputs))
    if not any(shape == (n, shape[1] if m is None else m) for n, m in SHAPES[name]):
        raise ValueError(f"{name} must have the known numbers of inputs and outputs, got {shape}")
    return Tape(tuple(inputs), tuple(map(_read_step, steps)), tuple(outputs))


def _read_step(step: Any) -> tuple[Any, ...]:
    if not isinstance(step, list) or not step:
        raise ValueError(f"a step must be an operation with its registers, got {shown(step)}")
    return tuple(step)


def _check_whole(derived: Derived) -> None:
    """Refuse one of two tapes that belong together without the other."""
    by_formulas = derived.geometry is not None and derived.curvature is not None
    if by_formulas == (derived.scores is not None):
        raise ValueError("expected either geometry with curvature, or scores")
    if len(derived.scalars) != len(derived.scalar.outputs):
        raise ValueError("expected as many scalars as names")
