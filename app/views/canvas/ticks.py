"""Ticks of linear and logarithmic axes: multiples of 1, 2 or 5 times a power of ten."""

from __future__ import annotations

import math

import numpy as np

Tick = tuple[float, str]
DECADE = math.log(10.0)
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def ticks(low: float, high: float, count: float, log: bool = False) -> list[Tick]:
    """Return about ``count`` ticks (position, text) in [low, high].

    With ``log`` positions are natural logarithms of the quantity, and texts show the quantity.
    """
    return logarithmic(low, high, count) if log else linear(low, high, count)


def step(width: float, count: float) -> float:
    """Return the least 1-2-5 number that divides ``width`` into at most ``count`` parts."""
    raw = width / max(count, 1.0)
    unit = 10.0 ** math.floor(math.log10(raw))
    return next(m * unit for m in (1.0, 2.0, 5.0, 10.0) if m * unit >= raw * (1 - 1e-9))


def linear(low: float, high: float, count: float) -> list[Tick]:
    """Return multiples of `step` in [low, high]."""
    each = step(high - low, count)
    first, last = math.ceil(low / each - 1e-9), math.floor(high / each + 1e-9)
    return [(i * each, number(i * each, each)) for i in range(first, last + 1)]


def logarithmic(low: float, high: float, count: float) -> list[Tick]:
    """Return 1-2-5 numbers of each decade, or powers of ten if there is no room for more.

    Within about a decade the ticks are those of a linear axis, placed at their logarithms.
    """
    decades = (high - low) / DECADE
    if decades < 1.0 and abs(low) < 600 and abs(high) < 600:
        inside = linear(math.exp(low), math.exp(high), count)
        return [(math.log(value), words) for value, words in _values(inside, low, high)]
    first, last = math.floor(low / DECADE), math.ceil(high / DECADE)
    stride = max(1, math.ceil(decades / max(count, 1.0)))
    parts = (1, 2, 5) if 3 * decades <= 1.5 * count else (1,)
    powers = range(first - first % stride, last + 1, stride)
    found = [(p * DECADE + math.log(m), _power(m, p)) for p in powers for m in parts]
    return [tick for tick in found if low - 1e-9 <= tick[0] <= high + 1e-9]


def number(value: float, each: float) -> str:
    """Format ``value`` with the digits needed for steps of ``each``, and a true minus sign."""
    if value == 0.0:
        return "0"
    digits = max(0, -math.floor(math.log10(each) + 1e-9))
    if abs(value) >= 1e5 or digits > 4:
        return _scientific(value, each)
    return f"{value:.{digits}f}".replace("-", "−")


def _values(found: list[Tick], low: float, high: float) -> list[Tick]:
    return [(v, words) for v, words in found if v > 0 and low - 1e-9 <= math.log(v) <= high + 1e-9]


def _scientific(value: float, each: float) -> str:
    power = math.floor(math.log10(abs(value)) + 1e-12)
    digits = max(0, power - math.floor(math.log10(each) + 1e-9))
    mantissa = np.format_float_positional(value / 10.0**power, min(digits, 8), trim="-")
    times = "" if mantissa in ("1", "-1") else f"{mantissa}·"
    sign = "-" if mantissa == "-1" else ""
    return f"{sign}{times}10{str(power).translate(_SUPERSCRIPTS)}".replace("-", "−")


def _power(mantissa: int, power: int) -> str:
    if -4 <= power <= 4:
        return f"{mantissa * 10.0**power:.{max(0, -power)}f}"
    return (f"{mantissa}·" if mantissa > 1 else "") + "10" + str(power).translate(_SUPERSCRIPTS)
