"""The formula parser: a grammar of numbers, names, known functions and arithmetic.

    sum = product { (+ | −) product }        product = power-or-sign { (* | /) … }
    power = atom [ (^ | **) sign ]           atom = number | name | function ( sum ) | ( sum )
    inequality = sum { (< | > | <= | >=) sum }

A text becomes a small tree, or a `FormulaError` with the column.  Constant subexpressions are evaluated
while parsing, so that 9^9^9^9, 1/0 and √−1 are refused here at no cost.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from compute.core.arrays import Floats
from compute.core.refusal import shown
from compute.definitions import bessel_functions, special_functions, tape

MOST_CHARACTERS = 2000
MOST_NODES = 300
DEEPEST = 40
# beyond these single precision overflows or underflows
LARGEST, SMALLEST = 1e30, 1e-30
LARGEST_EXPONENT = 64


class FormulaError(ValueError):
    """An invalid formula: ``words`` is the reason, ``column`` (0 ≤ column ≤ len(text)) the position.

    ``place`` names the formula in a definition that has several of them ("g12").
    """

    def __init__(self, text: str, column: int, words: str, place: str = "") -> None:
        self.text, self.column, self.words, self.place = text, column, words, place
        where = f"column {column + 1} of {place}" if place else f"column {column + 1}"
        super().__init__(f"{words}, at {where}: {shortened(text, column)}")

    def within(self, place: str) -> FormulaError:
        """Return the same error for a formula with that name."""
        return FormulaError(self.text, self.column, self.words, place)


def shortened(text: str, column: int, width: int = 60) -> str:
    """Return the part of a text around a column, in quotation marks and on one line."""
    start = max(0, min(column - width // 2, len(text) - width))
    part = text[start : start + width]
    before, after = "…" if start else "", "…" if start + width < len(text) else ""
    return before + repr(part) + after


@dataclass(frozen=True)
class Node:
    """``kind``: "number", "name", "call", "negative" or an operator of two operands.

    ``text``: of the number, name or function; ``column``: its position for messages; ``value``: its
    value if it is constant, else None; ``degree``: the product of nested exponents.
    """

    kind: str
    text: str
    column: int
    operands: tuple[Node, ...] = ()
    value: float | None = None
    degree: float = 1.0


# what each function is; the argument's conditions are in `compute.custom.algebra`
FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    **{
        name: tape.OPERATIONS[name].run
        for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh")
    },
    **{name: tape.OPERATIONS[name].run for name in ("asin", "acos", "atan")},
    **{name: tape.OPERATIONS[name].run for name in ("digamma", "trigamma", "log_cosh")},
    "gamma": lambda u: np.exp(special_functions.log_gamma(u)),
    "lgamma": special_functions.log_gamma,
    "log_i0": bessel_functions.log_bessel_i0,
}
_OPERATIONS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow", "negative": "neg"}
# these need a positive argument
POSITIVE = ("log", "gamma", "lgamma", "digamma", "trigamma")
CONSTANTS: dict[str, float] = {"pi": math.pi, "π": math.pi, "e": math.e}
# known elsewhere, refused here, with the reason
_REFUSED = {
    "abs": "abs has a kink, where it has no derivative: smooth it, e.g. sqrt(u^2 + 0.0001)",
    "min": "min has a kink, where it has no derivative",
    "max": "max has a kink, where it has no derivative",
    "sign": "sign has a jump, where it has no derivative",
    "floor": "floor has jumps, where it has no derivative",
    "ln": "the natural logarithm is called log",
    "arctan": "the inverse of tan is called atan",
    "arcsin": "the inverse of sin is called asin",
    "arccos": "the inverse of cos is called acos",
    "log10": "write log(x)/log(10)",
    "log2": "write log(x)/log(2)",
    "psi": "the derivative of lgamma is called digamma",
}
_COMPARISONS = ("<=", ">=", "<", ">", "≤", "≥")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|<=|>=|[-+*/^()<>≤≥−·]))"
)


def is_name(text: str) -> bool:
    """Whether a text is a valid name of a coordinate or a parameter."""
    known = text in FUNCTIONS or text in CONSTANTS or text in _REFUSED
    return bool(re.fullmatch(r"[^\W\d_]\w{0,15}", text)) and "__" not in text and not known


def formula(
    text: str, names: Collection[str], parameters: Mapping[str, float] | None = None
) -> Node:
    """Parse a formula in ``names``; ``parameters`` are names with values.

    Raises FormulaError with the column of the first mistake.
    """
    reader = _Parser(text, names, parameters or {})
    node = reader.sum()
    reader.end()
    return node


def inequalities(
    text: str, names: Collection[str], parameters: Mapping[str, float] | None = None
) -> tuple[tuple[Node, Node], ...]:
    """Return the (smaller, larger) pairs of a chain such as ``0 < p < 1``.  Raises FormulaError."""
    reader = _Parser(text, names, parameters or {})
    sides, found = [reader.sum()], []
    while reader.sign in _COMPARISONS:
        sign = reader.take()
        sides.append(reader.sum())
        pair = (sides[-2], sides[-1])
        found.append(pair if sign in "<=≤" else pair[::-1])
    reader.end()
    if not found:
        raise FormulaError(text, len(text), "expected < or > and a limit")
    return tuple((low, high) for low, high in found)


def evaluate(node: Node, values: Mapping[str, Floats]) -> Floats:
    """Evaluate a tree where its names have these values."""
    if node.value is not None:
        return np.asarray(node.value)
    if node.kind == "name":
        return values[node.text]
    of = [evaluate(operand, values) for operand in node.operands]
    if node.kind == "call":
        with np.errstate(all="ignore"):
            result: Floats = FUNCTIONS[node.text](of[0])
        return result
    return tape.OPERATIONS[_OPERATIONS[node.kind]].run(*of)


class _Parser:
    """A recursive-descent parser; every method consumes the construct that it names."""

    def __init__(self, text: str, names: Collection[str], parameters: Mapping[str, float]) -> None:
        if len(text) > MOST_CHARACTERS:
            words = f"at most {MOST_CHARACTERS} characters are read, got {len(text)}"
            raise FormulaError(text, MOST_CHARACTERS, words)
        self.text, self.names, self.parameters = text, names, parameters
        self.nodes = self.depth = 0
        self.kind = self.sign = ""
        self.column = self.after = 0
        self.take()

    # --- tokens -------------------------------------------------------------------------------
    def take(self) -> str:
        """Consume and return the next token."""
        taken = self.sign
        rest = self.text[self.after :]
        self.column = self.after + len(rest) - len(rest.lstrip())
        match = _TOKEN.match(self.text, self.after)
        if self.column == len(self.text):
            self.kind, self.sign = "end", ""
        elif match is None:
            raise self.wrong(_stranger(self.text[self.column]))
        else:
            self.kind, self.sign = str(match.lastgroup), match[str(match.lastgroup)]
            self.after = match.end()
        return taken

    def wrong(self, words: str, column: int | None = None) -> FormulaError:
        return FormulaError(self.text, self.column if column is None else column, words)

    def end(self) -> None:
        """Check that the text ends here."""
        if self.kind == "end":
            return
        if self.sign == ")":
            raise self.wrong("this ) has no matching (")
        if self.kind in ("number", "name") or self.sign == "(":
            raise self.wrong("expected an operator: a product is written with *")
        raise self.wrong(f"expected the end, got {shown(self.sign)}")

    # --- the grammar --------------------------------------------------------------------------
    def sum(self) -> Node:
        self.deeper()
        node = self.product()
        while self.sign in ("+", "-", "−"):
            column, sign = self.column, self.take()
            node = self.made("+" if sign == "+" else "-", sign, column, node, self.product())
        self.depth -= 1
        return node

    def product(self) -> Node:
        node = self.signed()
        while self.sign in ("*", "/", "·"):
            column, sign = self.column, self.take()
            node = self.made("/" if sign == "/" else "*", sign, column, node, self.signed())
        return node

    def signed(self) -> Node:
        if self.sign in ("-", "−", "+"):
            column, sign = self.column, self.take()
            self.deeper()
            node = self.signed()
            self.depth -= 1
            return node if sign == "+" else self.made("negative", "-", column, node)
        return self.power()

    def power(self) -> Node:
        base = self.atom()
        if self.sign not in ("^", "**"):
            return base
        column = self.column
        self.take()
        self.deeper()
        exponent = self.signed()
        self.depth -= 1
        if exponent.value is not None and abs(exponent.value) > LARGEST_EXPONENT:
            words = f"exponents must be at most {LARGEST_EXPONENT}, got {exponent.value:.6g}"
            raise self.wrong(words, exponent.column)
        node = self.made("^", "^", column, base, exponent)
        if node.degree > LARGEST_EXPONENT:
            words = f"nested exponents must multiply to at most {LARGEST_EXPONENT}"
            raise self.wrong(words, column)
        return node

    def atom(self) -> Node:
        column, text = self.column, self.sign
        if self.kind == "number":
            return self.number()
        if self.kind == "name":
            self.take()
            return self.call(text, column) if self.sign == "(" else self.name(text, column)
        if self.sign == "(":
            return self.bracket()
        what = "but the formula ends here" if self.kind == "end" else f"got {shown(text)}"
        raise self.wrong(f"expected a number, a name or (, {what}")

    def bracket(self) -> Node:
        opened = self.column
        self.take()
        node = self.sum()
        if self.sign != ")":
            if self.kind == "end":
                raise self.wrong("this ( has no matching )", opened)
            raise self.wrong(f"expected ) or an operator, got {shown(self.sign)}")
        self.take()
        return node

    def number(self) -> Node:
        column, text = self.column, self.sign
        value = float(text)
        if not (value == 0 or SMALLEST <= value <= LARGEST) or len(text) > 40:
            raise self.wrong(f"numbers must lie between {SMALLEST:g} and {LARGEST:g}")
        self.take()
        return self.made("number", text, column)

    def name(self, text: str, column: int) -> Node:
        if text not in self.names and text not in self.parameters and text not in CONSTANTS:
            raise self.wrong(self.stranger(text), column)
        return self.made("name", text, column)

    def call(self, text: str, column: int) -> Node:
        if text not in FUNCTIONS:
            if text in self.names or text in self.parameters or text in CONSTANTS:
                words = f"{text} is a number, not a function: a product is written with *"
                raise self.wrong(words, column)
            raise self.wrong(self.stranger(text), column)
        return self.made("call", text, column, self.bracket())

    def stranger(self, text: str) -> str:
        """Return the error for an unknown name, with a suggestion."""
        if text in _REFUSED:
            return _REFUSED[text]
        if text in FUNCTIONS:
            return f"{text} needs its argument in parentheses"
        if any(c in "⁰¹²³⁴⁵⁶⁷⁸⁹" for c in text):
            return "a power is written with ^"
        near = get_close_matches(text, [*self.names, *self.parameters, *FUNCTIONS], 1)
        known = ", ".join([*self.names, *self.parameters])
        names = (
            f"the names here are {known}"
            if known
            else "known here are pi, e and functions such as sqrt"
        )
        hint = f"did you mean {near[0]}?" if near else names
        return f"{text if len(text) < 24 else text[:23] + '…'} is not known: {hint}"

    # --- trees --------------------------------------------------------------------------------
    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.wrong(f"nested more than {DEEPEST} levels deep")

    def made(self, kind: str, text: str, column: int, *operands: Node) -> Node:
        """Return a node, with its value if it is constant."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise self.wrong(
                f"a formula has at most {MOST_NODES} numbers, names and operators", column
            )
        values = [operand.value for operand in operands]
        if (kind == "name" and text in self.names) or None in values:
            value = None
            if kind == "/" and values[1] == 0:
                raise self.wrong("this divides by zero", column)
        else:
            value = self.value(kind, text, column, [v for v in values if v is not None])
        degree = max((operand.degree for operand in operands), default=1.0)
        if kind == "^" and value is None:
            degree *= max(1.0, abs(values[1] or 1.0))
        return Node(kind, text, column, operands, value, degree if value is None else 1.0)

    def value(self, kind: str, text: str, column: int, of: list[float]) -> float:
        """Return the value of a constant node.  Raises FormulaError if it is not a real number."""
        if kind == "number":
            return float(text)
        if kind == "name":
            return self.parameters.get(text, CONSTANTS.get(text, 0.0))
        if (kind == "/" and of[1] == 0) or (kind == "^" and of[0] == 0 and of[1] < 0):
            raise self.wrong("this divides by zero", column)
        with np.errstate(all="ignore"):
            run = FUNCTIONS[text] if kind == "call" else tape.OPERATIONS[_OPERATIONS[kind]].run
            found = float(run(*np.array(of)))
        if math.isnan(found) or (kind == "call" and text in POSITIVE and of[0] <= 0):
            tried = f"{text}({of[0]:.6g})" if kind == "call" else f"({of[0]:.6g})^{of[1]:.6g}"
            raise self.wrong(f"{tried} is not a real number", column)
        if abs(found) > LARGEST:
            raise self.wrong(f"this is larger than {LARGEST:g}", column)
        return found


def _stranger(character: str) -> str:
    """Return the error for an invalid character."""
    if character in "[]{}":
        return "use round parentheses only"
    if character in ".,;:":
        return f"unexpected {shown(character)}: write decimals as digits with a point"
    if character == "=":
        return "a formula has no =; a domain uses < or >"
    if character in "⁻⁴⁵⁶⁷⁸⁹":
        return "a power is written with ^"
    return f"a formula cannot contain {shown(character)}"
