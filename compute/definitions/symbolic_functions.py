"""The special functions for SymPy: each knows its derivative in a stable form.

A definition uses the name (``x_trigamma_minus_1(k)``), and the tape has it for both backends.
"""

from __future__ import annotations

from typing import Any

import sympy as sp


class _Named(sp.Function):
    """A function of one positive argument that stays unevaluated."""

    nargs = 1
    is_real = True


class log_gamma(_Named):
    def fdiff(self, argindex: int = 1) -> Any:
        return digamma(self.args[0])


class digamma(_Named):
    def fdiff(self, argindex: int = 1) -> Any:
        return trigamma(self.args[0])


class trigamma(_Named):
    def fdiff(self, argindex: int = 1) -> Any:
        return tetragamma(self.args[0])


class tetragamma(_Named):
    def fdiff(self, argindex: int = 1) -> Any:
        return pentagamma(self.args[0])


class pentagamma(_Named):
    pass


class _Paired(sp.Function):
    """A function of two positive arguments that stays unevaluated."""

    nargs = 2
    is_real = True


class trigamma_drop(_Paired):
    def fdiff(self, argindex: int = 1) -> Any:
        x, d = self.args
        return tetragamma_drop(x, d) if argindex == 1 else -tetragamma(x + d)


class tetragamma_drop(_Paired):
    pass


class negative_binomial_series(_Paired):
    def fdiff(self, argindex: int = 1) -> Any:
        r, m = self.args
        if argindex == 1:
            return negative_binomial_slope(r, m)
        return negative_binomial_first(r, m) / (m * (1 + m))


class negative_binomial_first(_Paired):
    pass


class negative_binomial_second(_Paired):
    pass


class negative_binomial_slope(_Paired):
    pass


class negative_binomial_third(_Paired):
    pass


class negative_binomial_entropy(_Paired):
    pass


class binomial_entropy(_Paired):
    pass


class poisson_entropy(_Named):
    pass


class bessel_skew(_Paired):
    pass


class log_cosh(_Named):
    def fdiff(self, argindex: int = 1) -> Any:
        return sp.tanh(self.args[0])


class x_trigamma_minus_1(_Named):
    def fdiff(self, argindex: int = 1) -> Any:
        return x_trigamma_slope(self.args[0])


class x_trigamma_slope(_Named):
    pass


class log_bessel_i0(_Named):
    def fdiff(self, argindex: int = 1) -> Any:
        return bessel_ratio(self.args[0])


class bessel_ratio(_Named):
    def fdiff(self, argindex: int = 1) -> Any:
        return bessel_ratio_slope(self.args[0])


class bessel_ratio_slope(_Named):
    def fdiff(self, argindex: int = 1) -> Any:
        return bessel_ratio_bend(self.args[0])


class bessel_ratio_bend(_Named):
    pass


class bessel_curvature(_Named):
    pass


class erfcx(_Named):
    def fdiff(self, argindex: int = 1) -> Any:
        x = self.args[0]
        return 2 * x * erfcx(x) - 2 / sp.sqrt(sp.pi)


class mean_log_root(_Named):
    pass
