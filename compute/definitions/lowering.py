"""Compile SymPy expressions to tapes of elementary operations."""

from __future__ import annotations

from typing import Any

from compute.definitions.tape import LARGEST, OPERATIONS, Tape

Expr = Any  # sympy.Expr, which has no type stubs


class NotFinite(ValueError):
    """A constant in an expression is not a real number, or too large."""

    def __init__(self, number: Expr) -> None:
        super().__init__(f"constants must be real and finite, got {number}")


class NotKnown(ValueError):
    """An expression has a function that no operation computes; ``reason`` says why."""

    def __init__(self, expression: Expr) -> None:
        name = type(expression).__name__
        self.reason = _REASONS.get(name, f"{name} is not among its functions")
        super().__init__(f"{expression} is neither a coordinate nor a known function")


_REASONS = {
    "Derivative": "those of lgamma end with the fifth",
    "sign": "it has a jump",
    "DiracDelta": "it has a jump",
    "Heaviside": "it has a jump",
}


def tape_of(expressions: tuple[Expr, ...], inputs: tuple[Expr, ...]) -> Tape:
    """Return a tape whose outputs are the expressions, as functions of the input symbols.

    Raises `NotKnown` for a symbol that is not an input or a function that is not in the operation
    table, `NotFinite` for a constant that is not a real number.
    """
    import sympy as sp

    replacements, reduced = sp.cse([sp.sympify(e) for e in expressions], order="none")
    writer = _Writer(inputs)
    for symbol, expression in replacements:
        writer.registers[symbol] = writer.write(expression)
    outputs = tuple(writer.write(expression) for expression in reduced)
    return Tape(tuple(f"t{i}" for i in range(len(inputs))), tuple(writer.steps), outputs)


class _Writer:
    """Appends the steps of expressions, each distinct step once."""

    def __init__(self, inputs: tuple[Expr, ...]) -> None:
        self.inputs = len(inputs)
        self.steps: list[tuple[Any, ...]] = []
        self.registers: dict[Expr, int] = {symbol: i for i, symbol in enumerate(inputs)}
        self._seen: dict[tuple[Any, ...], int] = {}

    def step(self, *step: Any) -> int:
        if step not in self._seen:
            self._seen[step] = self.inputs + len(self.steps)
            self.steps.append(step)
        return self._seen[step]

    def write(self, expression: Expr) -> int:
        if expression in self.registers:
            return self.registers[expression]
        register = self._write(expression)
        self.registers[expression] = register
        return register

    def _write(self, e: Expr) -> int:
        if e.is_number:
            return self.step("const", _real(e))
        if e.is_Add:
            return self._sum(e)
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow:
            return self._power(e.base, e.exp)
        name = _FUNCTION_NAMES.get(type(e).__name__, type(e).__name__)
        if name in ("min", "max"):
            return self._fold(name, [self.write(a) for a in e.args])
        if name not in OPERATIONS:
            raise NotKnown(e)
        return self.step(name, *(self.write(a) for a in e.args))

    def _fold(self, name: str, registers: list[int]) -> int:
        result = registers[0]
        for register in registers[1:]:
            result = self.step(name, result, register)
        return result

    def _sum(self, e: Expr) -> int:
        plus = [a for a in e.args if not a.could_extract_minus_sign()]
        minus = [-a for a in e.args if a.could_extract_minus_sign()]
        if not plus:
            return self.step("neg", self._fold("add", [self.write(a) for a in minus]))
        result = self._fold("add", [self.write(a) for a in plus])
        for term in minus:
            result = self.step("sub", result, self.write(term))
        return result

    def _product(self, e: Expr) -> int:
        import sympy as sp

        coefficient, rest = e.as_coeff_Mul()
        if coefficient == -1:
            return self.step("neg", self.write(rest))
        above, below = [], []
        for factor in e.args:
            base, exponent = factor.as_base_exp()
            if exponent.is_number and exponent.is_negative:
                below.append(sp.Pow(base, -exponent))
            else:
                above.append(factor)
        top = self._fold("mul", [self.write(f) for f in above] or [self.step("const", 1.0)])
        if not below:
            return top
        return self.step("div", top, self._fold("mul", [self.write(f) for f in below]))

    def _power(self, base: Expr, exponent: Expr) -> int:
        import sympy as sp

        if exponent.is_number and exponent.is_negative:
            return self.step("div", self.step("const", 1.0), self.write(sp.Pow(base, -exponent)))
        if exponent.is_Integer and int(exponent) <= 64:
            return self._integer_power(self.write(base), int(exponent))
        if exponent.is_Rational and exponent.q == 2 and exponent.p <= 64:
            return self._integer_power(self.step("sqrt", self.write(base)), int(exponent.p))
        if base == sp.E:
            return self.step("exp", self.write(exponent))
        return self.step("pow", self.write(base), self.write(exponent))

    def _integer_power(self, register: int, exponent: int) -> int:
        # WGSL's pow is undefined for a negative base and loses digits: multiply instead
        if exponent == 1:
            return register
        half = self._integer_power(register, exponent // 2)
        square = self.step("mul", half, half)
        return self.step("mul", square, register) if exponent % 2 else square


_FUNCTION_NAMES = {"Min": "min", "Max": "max", "Abs": "abs"}


def _real(number: Expr) -> float:
    value = complex(number)
    if value.imag or value.real != value.real or abs(value.real) > LARGEST:
        raise NotFinite(number)
    return value.real
