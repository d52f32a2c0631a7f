"""Straight-line programs of scalar operations, for NumPy and WGSL.

A `Tape` holds a family's formulas after elimination of common subexpressions, as a list of operations
on numbered registers.  `run` executes it with NumPy (in the precision of its inputs), `wgsl` prints it.
Both use the table `OPERATIONS`, so the backends cannot disagree on an operation, and no Python code is
compiled from text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from compute.core.arrays import Floats
from compute.core.interrupt import checkpoint
from compute.core.refusal import shown
from compute.definitions import count_entropies, negative_binomial, special_functions
from compute.definitions.special_functions import TOGETHER

# larger constants are refused: their squares would overflow
LARGEST = 1e300


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
    **{name: _call(name, run) for name, run in special_functions.FUNCTIONS.items()},
    **{name: _call(name, run, 2) for name, run in special_functions.PAIRED.items()},
    **{name: _call(name, run, 2) for name, run in negative_binomial.FUNCTIONS.items()},
    **{name: _call(name, *stated) for name, stated in count_entropies.FUNCTIONS.items()},
}


@dataclass(frozen=True)
class Tape:
    """Registers 0 … len(inputs)−1 hold the inputs; each step appends one register.

    A step is ("const", value) or (operation, register, …); ``outputs`` are registers.  ``given``: names
    of the family's constants that the first steps hold, which WGSL reads from ``family``.
    """

    inputs: tuple[str, ...]
    steps: tuple[tuple[Any, ...], ...]
    outputs: tuple[int, ...]
    given: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.inputs != tuple(f"t{i}" for i in range(len(self.inputs))):
            raise ValueError(f"inputs must be t0, t1 …, got {shown(self.inputs)}")
        for number, step in enumerate(self.steps, start=len(self.inputs)):
            _check(step, number)
        if not _are_registers(self.outputs, len(self.inputs) + len(self.steps)):
            raise ValueError(f"outputs must be registers of the tape, got {shown(self.outputs)}")

    @cached_property
    def ends(self) -> tuple[tuple[int, ...], ...]:
        """For each step, the registers that no later step reads."""
        last = {r: i for i, (name, *rs) in enumerate(self.steps) if name != "const" for r in rs}
        found: list[list[int]] = [[] for _ in self.steps]
        for register, number in last.items():
            if register not in self.outputs:
                found[number].append(register)
        return tuple(map(tuple, found))

    @cached_property
    def program(self) -> tuple[list[Any], list[tuple[Any, ...]]]:
        """The registers with the constants in their places, and for each other step its register, the
        function, its operands and the registers that no later step reads.

        Functions of the same operands that are quicker together are one step, with several registers.
        """
        registers: list[Any] = [None] * (len(self.inputs) + len(self.steps) + 1)
        steps: list[tuple[Any, ...]] = []
        joint = self._joint()
        for number, (name, *operands) in enumerate(self.steps, start=len(self.inputs)):
            ended = self.ends[number - len(self.inputs)]
            first, second = (
                operands if len(operands) == 2 and name != "const" else (*operands, None)
            )
            if name == "const":
                registers[number] = operands[0]
            elif number not in joint:
                steps.append((number, OPERATIONS[name].run, first, second, ended))
            elif joint[number]:
                together = _together(_set_of(name), joint[number])
                steps.append((joint[number], together, first, second, ended))
            else:
                steps[-1] = (*steps[-1][:4], (*steps[-1][4], *ended))
        return registers, steps

    def _joint(self) -> dict[int, tuple[int, ...]]:
        """Return, for steps that are one with others, the registers of all for the first and none for
        the others; -1, a register more than there are steps, for a function that no step has.
        """
        sets: dict[tuple[Any, ...], dict[str, int]] = {}
        for number, (name, *operands) in enumerate(self.steps, start=len(self.inputs)):
            if _set_of(name):
                sets.setdefault((_set_of(name), *operands), {})[name] = number
        found: dict[int, tuple[int, ...]] = {}
        for (names, *_), own in sets.items():
            if len(own) > 1:
                found |= dict.fromkeys(own.values(), ())
                found[min(own.values())] = tuple(own.get(name, -1) for name in names)
        return found

    @cached_property
    def width(self) -> int:
        """The largest number of registers in use at the same time."""
        alive, most = len(self.inputs), len(self.inputs)
        for ended in self.ends:
            alive += 1
            most = max(most, alive)
            alive -= len(ended)
        return most


def _set_of(name: str) -> tuple[str, ...]:
    """Return the names of the functions that are quicker together with one, or none."""
    return next((names for names in (*TOGETHER, negative_binomial.SUMS) if name in names), ())


def _together(names: tuple[str, ...], registers: tuple[int, ...]) -> Callable[..., Any]:
    """Return the function of all ``names``; -1: a register for what no step needs."""
    if names != negative_binomial.SUMS:
        return TOGETHER[names]
    wanted = [number for number, register in enumerate(registers) if register >= 0]
    return partial(negative_binomial.sums, wanted=wanted)


def _check(step: tuple[Any, ...], number: int) -> None:
    name, *operands = step
    if name == "const":
        if len(operands) != 1 or not _is_finite(operands[0]):
            raise ValueError(f"a constant must be one finite number, got {shown(operands)}")
    elif type(name) is not str or name not in OPERATIONS:
        raise ValueError(f"operation must be one of the table's, got {shown(name)}")
    elif len(operands) != OPERATIONS[name].arity or not _are_registers(operands, number):
        raise ValueError(
            f"operands of {shown(name)} must be earlier registers, got {shown(operands)}"
        )


def _are_registers(numbers: Sequence[Any], count: int) -> bool:
    return all(type(r) is int and 0 <= r < count for r in numbers)


def _is_finite(number: Any) -> bool:
    return type(number) in (int, float) and abs(number) <= LARGEST


def bound(tape: Tape, constants: Mapping[str, float]) -> Tape:
    """Return a tape whose last inputs are replaced by constants, in their order."""
    count = len(tape.inputs) - len(constants)
    steps = tuple(("const", float(value)) for value in constants.values())
    return replace(
        tape, inputs=tape.inputs[:count], steps=(*steps, *tape.steps), given=tuple(constants)
    )


def part(tape: Tape, outputs: Sequence[int]) -> Tape:
    """Return the tape of some of the outputs, by their numbers, without steps that they do not need."""
    kept = tuple(tape.outputs[i] for i in outputs)
    first, needed = len(tape.inputs), set(kept)
    for number in range(len(tape.steps) - 1, -1, -1):
        name, *operands = tape.steps[number]
        if name != "const" and first + number in needed:
            needed.update(operands)
    numbers = [n for n in range(len(tape.steps)) if n < len(tape.given) or first + n in needed]
    moved = {first + n: first + place for place, n in enumerate(numbers)}
    moved.update({register: register for register in range(first)})
    steps = (tape.steps[n] for n in numbers)
    return replace(
        tape,
        steps=tuple(s if s[0] == "const" else (s[0], *(moved[r] for r in s[1:])) for s in steps),
        outputs=tuple(moved[r] for r in kept),
    )


def run(tape: Tape, *inputs: Floats) -> list[Floats]:
    """Return the outputs for broadcastable ``inputs``, each of their common shape and precision."""
    checkpoint()
    constants, steps = tape.program
    registers = [*inputs, *constants[len(inputs) :]]
    for register, function, first, second, ended in steps:
        if second is None:
            value = function(registers[first])
        else:
            value = function(registers[first], registers[second])
        if type(register) is int:
            registers[register] = value
        else:
            for one, part_of_it in zip(register, value, strict=True):
                registers[one] = part_of_it
        for end in ended:  # a long tape over many points would fill the memory
            registers[end] = None
    shapes = {np.shape(x) for x in inputs}
    shape = shapes.pop() if len(shapes) == 1 else np.broadcast_shapes(*shapes)
    kind = np.result_type(*inputs)
    found = (np.asarray(registers[r], dtype=kind) for r in tape.outputs)
    return [x if x.shape == shape else np.broadcast_to(x, shape) for x in found]


def wgsl(tape: Tape, targets: Sequence[str]) -> str:
    """Return statements that compute the tape and assign its outputs to ``targets``, in f32.

    The inputs have the names ``tape.inputs``, which must be in scope.
    """
    names = list(tape.inputs)
    lines = []
    for number, (name, *operands) in enumerate(tape.steps):
        if number < len(tape.given):
            names.append(f"family.{tape.given[number]}")
            continue
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
    # clamp to the largest single-precision number, so that values stay finite
    largest = float(np.finfo(np.float32).max)
    text = repr(float(np.float32(min(max(value, -largest), largest))))
    # parentheses: "1.0 - -2.0" parses, "1.0 --2.0" would not
    return f"({text})" if text.startswith("-") else text
