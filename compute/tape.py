"""Straight-line programs of scalar operations: one text, two backends.

A `Tape` is what is left of a family's formulas once common subexpressions are shared: a list of
operations on numbered registers.  `run` executes it with NumPy (in the precision of its inputs),
`wgsl` prints it.  Both read the one table `OPERATIONS`, so the backends cannot disagree about what
an operation means, and nothing is ever compiled from text in Python.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compute import special
from compute.interrupt import checkpoint
from compute.types import Floats


@dataclass(frozen=True)
class Operation:
    """``run`` on arrays; ``text`` in WGSL with {0}, {1} for the operands."""

    arity: int
    run: Callable[..., Floats]
    text: str


def _call(name: str, run: Callable[..., Floats], arity: int = 1) -> Operation:
    operands = ", ".join(f"{{{i}}}" for i in range(arity))
    return Operation(arity, run, f"{name}({operands})")


OPERATIONS: dict[str, Operation] = {
    "add": Operation(2, np.add, "{0} + {1}"),
    "sub": Operation(2, np.subtract, "{0} - {1}"),
    "mul": Operation(2, np.multiply, "{0} * {1}"),
    "div": Operation(2, np.divide, "{0} / {1}"),
    "neg": Operation(1, np.negative, "-{0}"),
    "pow": _call("pow", np.power, 2),
    "min": _call("min", np.minimum, 2),
    "max": _call("max", np.maximum, 2),
    "abs": _call("abs", np.abs),
    "sqrt": _call("sqrt", np.sqrt),
    "exp": _call("exp", np.exp),
    "log": _call("log", np.log),
    "sin": _call("sin", np.sin),
    "cos": _call("cos", np.cos),
    "tan": _call("tan", np.tan),
    "sinh": _call("sinh", np.sinh),
    "cosh": _call("cosh", np.cosh),
    # clamped: some drivers divide one overflowing exponential by another
    "tanh": Operation(1, np.tanh, "tanh(clamp({0}, -15.0, 15.0))"),
    "asin": _call("asin", np.arcsin),
    "acos": _call("acos", np.arccos),
    "atan": _call("atan", np.arctan),
    **{name: _call(name, run) for name, run in special.FUNCTIONS.items()},
    **{name: _call(name, run, 2) for name, run in special.PAIRED.items()},
}


@dataclass(frozen=True)
class Tape:
    """Registers 0 … len(inputs)−1 hold the inputs; each step appends one register.

    A step is ("const", value) or (operation, register, …); ``outputs`` are registers.
    """

    inputs: tuple[str, ...]
    steps: tuple[tuple[Any, ...], ...]
    outputs: tuple[int, ...]

    def __post_init__(self) -> None:
        for number, step in enumerate(self.steps, start=len(self.inputs)):
            _check(step, number)
        if not all(0 <= r < len(self.inputs) + len(self.steps) for r in self.outputs):
            raise ValueError(f"outputs must be registers of the tape, got {self.outputs}")


def _check(step: tuple[Any, ...], number: int) -> None:
    name, *operands = step
    if name == "const":
        if len(operands) != 1 or not math.isfinite(operands[0]):
            raise ValueError(f"a constant must be one finite number, got {operands}")
    elif name not in OPERATIONS:
        raise ValueError(f"operation must be one of the table's, got {name!r}")
    elif len(operands) != OPERATIONS[name].arity or not all(0 <= r < number for r in operands):
        raise ValueError(f"operands of {name!r} must be earlier registers, got {operands}")


def run(tape: Tape, *inputs: Floats) -> list[Floats]:
    """The outputs for broadcastable ``inputs``, each of their common shape and precision."""
    checkpoint()
    registers: list[Any] = list(inputs)
    for name, *operands in tape.steps:
        if name == "const":
            registers.append(operands[0])
        else:
            registers.append(OPERATIONS[name].run(*(registers[r] for r in operands)))
    shape = np.broadcast_shapes(*(np.shape(x) for x in inputs))
    kind = np.result_type(*inputs)
    found = (np.asarray(registers[r], dtype=kind) for r in tape.outputs)
    return [x if x.shape == shape else np.broadcast_to(x, shape) for x in found]


def wgsl(tape: Tape, targets: Sequence[str]) -> str:
    """Statements that compute the tape and assign its outputs to ``targets``, in f32.

    The inputs are read by the names ``tape.inputs``, which must be in scope.
    """
    names = list(tape.inputs)
    lines = []
    for number, (name, *operands) in enumerate(tape.steps):
        if name == "const":
            names.append(_literal(operands[0]))
            continue
        lines.append(
            f"let r{number} = {OPERATIONS[name].text.format(*(names[r] for r in operands))};"
        )
        names.append(f"r{number}")
    lines += [f"{target} = {names[r]};" for target, r in zip(targets, tape.outputs, strict=True)]
    return "\n".join(lines)


def _literal(value: float) -> str:
    text = repr(float(np.float32(value)))
    # parentheses: "1.0 - -2.0" parses, "1.0 --2.0" would not
    return f"({text})" if text.startswith("-") else text
