"""From parsed formulas to SymPy expressions and conditions for their domain.

Every operation that is not defined everywhere adds a guard, an expression that is positive exactly
where the operation is defined.  Guards are part of the family's domain, so no later code needs to
handle NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compute.custom.parse import POSITIVE, FormulaError, Node

Expr = Any  # sympy.Expr, which has no type stubs

# the sample of a log-density, not differentiated
SAMPLE = "x"
# |u| up to which e^u and products of three of them are finite in single precision
LARGEST_EXPONENT = 28


class Algebra:
    """Converts parsed formulas over ``symbols`` to expressions, and collects their ``guards``."""

    def __init__(self, text: str, symbols: Mapping[str, Expr]) -> None:
        self.text = text
        self.symbols = symbols
        self.guards: list[Expr] = []

    def expression(self, node: Node) -> Expr:
        """Return the expression of a tree.  Raises FormulaError if it is undefined everywhere."""
        import sympy as sp

        if node.value is not None:
            return _number(node.value)
        if node.kind == "name":
            return self.symbols[node.text]
        operands = [self.expression(operand) for operand in node.operands]
        found = self._made(node, operands)
        kinks = found.atoms(sp.Abs) - set().union(*(o.atoms(sp.Abs) for o in operands))
        if any(kink.free_symbols - {self.symbols.get(SAMPLE)} for kink in kinks):
            words = (
                "this, or a derivative of it, has a kink where its base is 0, so that the "
                "connection or K does not exist there; smooth it, e.g. sqrt(u^2 + 0.0001) for "
                "sqrt(u^2)"
            )
            raise FormulaError(self.text, node.column, words)
        return found

    def _made(self, node: Node, operands: list[Expr]) -> Expr:
        """Return the expression of a node with these operands."""
        import sympy as sp

        match node.kind:
            case "call":
                return self._call(node, operands[0])
            case "negative":
                return -operands[0]
            case "+":
                return operands[0] + operands[1]
            case "-":
                return operands[0] - operands[1]
            case "*":
                return operands[0] * operands[1]
            case "/":
                self._apart(node, operands[1])
                return operands[0] / operands[1]
            case _:
                return sp.Pow(operands[0], self._exponent(node, *operands))

    def _exponent(self, node: Node, base: Expr, exponent: Expr) -> Expr:
        if not exponent.is_integer:
            self._positive(node, base)
        elif not exponent.is_nonnegative:
            self._apart(node, base)
        return exponent

    def _call(self, node: Node, argument: Expr) -> Expr:
        import sympy as sp

        from compute.definitions import symbolic_functions as symbols

        name = node.text
        if name in (*POSITIVE, "sqrt"):
            self._positive(node, argument)
        if name in ("asin", "acos"):
            self._positive(node, 1 - argument**2)
        if name == "tan":
            self._apart(node, sp.cos(argument))
        if name in ("exp", "sinh", "cosh", "gamma"):
            self._small(node, argument)
        match name:
            case "gamma":
                return sp.exp(symbols.log_gamma(argument))
            case "lgamma":
                return symbols.log_gamma(argument)
            case "log_i0":
                return symbols.log_bessel_i0(argument)
            case "digamma" | "trigamma" | "log_cosh":
                return getattr(symbols, name)(argument)
            case _:
                return getattr(sp, name)(argument)

    # --- guards -------------------------------------------------------------------------------
    def _positive(self, node: Node, argument: Expr) -> None:
        if argument.is_nonpositive:
            raise FormulaError(self.text, node.column, "this is undefined everywhere in the domain")
        if not argument.is_positive:
            self._guard(argument)

    def _apart(self, node: Node, argument: Expr) -> None:
        """Require that an argument is not zero: add a guard for each of its factors."""
        import sympy as sp

        if argument.is_Mul or (argument.is_Pow and argument.exp.is_positive):
            for factor in argument.args if argument.is_Mul else argument.args[:1]:
                self._apart(node, factor)
            return
        if argument.is_zero:
            raise FormulaError(self.text, node.column, "this divides by zero")
        if not argument.is_nonzero:
            self._guard(sp.Abs(argument))

    def _small(self, node: Node, argument: Expr) -> None:
        if node.text in ("sinh", "cosh"):
            self._guard(LARGEST_EXPONENT - argument)
            self._guard(LARGEST_EXPONENT + argument)
        elif not argument.is_nonpositive:
            self._guard(LARGEST_EXPONENT - argument)

    def _guard(self, expression: Expr) -> None:
        if expression not in self.guards:
            self.guards.append(expression)


def _number(value: float) -> Expr:
    """Return a decimal number as an exact fraction, so that cancellation is exact."""
    import sympy as sp

    return sp.Rational(repr(value))
