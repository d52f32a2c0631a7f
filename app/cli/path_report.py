"""Printing of paths, with every number to its significant digits."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass

from app.cli.head_tokens import TokenPlaces
from app.cli.output import FEWEST_DIGITS, MOST_DIGITS, digits, exit_of, show, written
from compute import Path
from compute.divergences.divergence import Divergences

# significant digits of single precision, and of divergences by quadrature
GPU_DIGITS, KL_DIGITS = 6, 8
# the requested engine, and that of a second attempt
REPLACED = ("gpu", "reference")


@dataclass(frozen=True)
class Beside:
    """Knowledge of two points beside a path between them.

    closed: the closed form of the distance; bounds: a lower and an upper bound of it; divergences of
    the two distributions, ``exact`` if by closed forms.  None where there is none.
    """

    closed: float | None = None
    bounds: tuple[float, float] | None = None
    divergences: Divergences | None = None
    exact: bool = True

    def lines(self) -> list[str]:
        """Return a line for each."""
        found = []
        if self.closed is not None:
            found.append(
                f"closed    {self.closed:.{MOST_DIGITS}g}, the distance by its closed form"
            )
        if self.bounds is not None:
            low, high = self.bounds
            found.append(f"bounds    {rounded(low, -1)} ≤ distance ≤ {rounded(high, 1)}")
        if self.divergences is not None:
            found += self._kl(self.divergences)
        return found

    def _kl(self, found: Divergences) -> Iterator[str]:
        """Yield a line for each direction of the Kullback–Leibler divergence."""
        both = {"forward": "A to B", "backward": "B to A"}
        for name, words in both.items():
            value: float | None = getattr(found, name)
            if value is not None:
                text = written(value, MOST_DIGITS if self.exact else KL_DIGITS)
                yield f"KL        {text} nats from {words}"


NOTHING = Beside()


def rounded(value: float, up: int) -> str:
    """Format a bound to 12 significant digits, rounded up (1) or down (−1)."""
    text = f"{value:.{MOST_DIGITS}g}"
    if up * (float(text) - value) < 0.0:
        unit = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - MOST_DIGITS)
        text = f"{float(text) + up * unit:.{MOST_DIGITS}g}"
    return text


def show_paths(
    paths: list[Path],
    chosen: argparse.Namespace,
    alpha: float,
    beside: Beside = NOTHING,
    places: TokenPlaces | None = None,
) -> int:
    """Print paths, shortest first, with what else is known of the distance, and the tokens that they
    join.

    Returns the exit status.
    """
    blocks = ["\n".join(lines_of(path, chosen.engine, alpha, beside)) for path in paths]
    result: dict[str, object] = {"paths": paths}
    if beside.closed is not None:
        result["closed_form"] = beside.closed
    if beside.bounds is not None:
        result["bounds"] = beside.bounds
    if beside.divergences is not None:
        result["divergences"] = beside.divergences
    if places is not None:
        result["tokens"] = places.described
        blocks[:0] = ["\n".join(places.lines())]
    show(result, chosen.json, ["\n\n".join(blocks)])
    # with --all, geodesics past a conjugate point are no failure
    return exit_of(paths[0].status)


def lines_of(path: Path, engine: str, alpha: float, beside: Beside = NOTHING) -> list[str]:
    """Describe a path as text; ``engine`` is the requested one."""
    instead = f", float64 instead of {engine}" if (engine, path.engine) == REPLACED else ""
    arrived = path.status.arrived
    count = digits(error_of(path)) if arrived else FEWEST_DIGITS
    kind = "Fisher–Rao length" if alpha == 0.0 else "Fisher–Rao length of the α-geodesic"
    whose = kind if arrived else f"{kind} of the part that was computed"
    error = "error unknown" if math.isnan(path.error) else f"error {path.error:.2e}"
    passed = path.morse_index if alpha == 0.0 else "only for α = 0"
    also = beside.lines()
    if path.shortest is False:
        known = path.shorter_length
        shorter = (
            "" if known is None else f": a geodesic of length {written(known, count)} is known"
        )
        also.append(f"shortest  no{shorter}")
    return [
        f"length    {written(path.length, count)}, {whose} (a pure number)",
        *also,
        f"energy    {written(path.energy, count)}",
        f"from      {written(path.theta[0], count)}",
        f"to        {written(path.theta[-1], count)}",
        f"velocity  {written(path.velocity[0], count)}",
        f"residual  {path.residual:.2e}   {error}   conjugate points {passed}",
        f"status    {path.status.name}: {path.status.words} ({path.engine}{instead})",
    ]


def error_of(path: Path) -> float:
    """Return the relative error of a path's length, from residual, error if known, and engine."""
    missed = path.residual / path.length if path.length > 0.0 else 0.0
    least = 10.0**-MOST_DIGITS if path.engine == "reference" else 10.0**-GPU_DIGITS
    known = 0.0 if math.isnan(path.error) else path.error
    return float(max(missed, known, least))
