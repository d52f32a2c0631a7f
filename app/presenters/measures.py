"""The measures of a path with names, explanations and certificates.  Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from app.jobs.path import PathAnswer
from app.views.interface.views import Measure
from app.views.text.number_format import KEPT_BY_NONE, NOT_KNOWN, Numbers, within
from compute.core.status import Status
from compute.divergences.divergence import Divergences

# relative tolerance of a single-precision length against a bound
SLACK = 1e-4
USUAL = Numbers()


def _round(curvature: float) -> float:
    """Return 0 for a curvature that is only rounding error."""
    return 0.0 if abs(curvature) < 1e-12 else curvature


# sections of the page on the mathematics
CONVENTIONS, GEODESICS, CERTIFICATE = "conventions", "geodesics", "certificates"
DISTANCES, OTHER = "distances-and-divergences", "other-geometries-for-comparison"
TRANSPORT = "transport-and-holonomy"
ENCLOSED = "two-sided-distances-where-k--0"
CONJUGATE = "conjugate-points-wavefronts-and-balls"
# placeholder for a number that is not known yet
UNKNOWN = "…"
# names of length and energy, for the Levi-Civita connection and for others
LENGTH = {True: "Fisher–Rao length", False: "Length of the α-geodesic"}
ENERGY = {True: "Energy", False: "Energy of the α-geodesic"}
LENGTH_HINTS = {
    True: "∫√g(θ′, θ′) dt: proportional to the number of just distinguishable steps from A to B.",
    False: "∫√g(θ′, θ′) dt along the geodesic of this α, which is not the shortest path: this is no "
    "distance.",
}
ENERGY_HINTS = {
    True: "∫g(θ′, θ′) dt with t from 0 to 1: the square of the length, as the speed is constant.",
    False: "∫g(θ′, θ′) dt along the geodesic of this α, whose speed need not be constant.",
}


def measures(answer: PathAnswer, numbers: Numbers = USUAL) -> list[Measure]:
    """Return the measures of a path and its certificate; fewer during a drag.

    A closed form and bounds concern the distance, so they are shown only for α = 0.
    """
    metric = answer.job.alpha == 0.0
    found = [*_of_curve(answer, numbers)]
    if metric:
        found += _of_distance(answer, numbers)
    if answer.divergences is not None:
        found += _divergences(answer.divergences, numbers)
    return found + _certificate(answer)


def _of_curve(answer: PathAnswer, numbers: Numbers) -> list[Measure]:
    """Return length, energy, straight line and curvature."""
    paths, plain, metric = answer.paths, numbers.plain, answer.job.alpha == 0.0
    arrived, length = answer.arrived, float(paths.length[0])
    at = "" if metric else f" (α = {answer.job.alpha:g})"
    partly = "Of the part that was computed: the curve does not end at B."
    found = [
        Measure(
            LENGTH[metric],
            plain(length) + at,
            LENGTH_HINTS[metric] if arrived else partly,
            arrived,
            section=GEODESICS,
        ),
        Measure(
            "Straight line",
            _longer(answer.straight_length, length if arrived and metric else 0.0, numbers),
            "∫√g(θ′, θ′) dt along θ = A + t(B − A), the line that is straight in the parameters; "
            "in brackets, how much longer it is than the geodesic.",
            section=GEODESICS,
        ),
        Measure(
            ENERGY[metric],
            plain(float(paths.energy[0])) + at,
            ENERGY_HINTS[metric] if arrived else partly,
            arrived,
            section=GEODESICS,
        ),
        Measure(
            "Curvature at A, B",
            ", ".join(plain(_round(float(k)), 2) for k in answer.curvature),
            "Gaussian curvature K = R₁₂₁₂/D of the metric: neighbouring geodesics converge where "
            "K > 0 and diverge where K < 0.",
            section=CONVENTIONS,
        ),
    ]
    if answer.second:
        hint = (
            "The first attempt did not reach B; this one runs in float64 from a better initial "
            "curve."
        )
        words = "converged" if arrived else "no better"
        found.append(Measure("Second try", words, hint, arrived, section=GEODESICS))
    return found


def _of_distance(answer: PathAnswer, numbers: Numbers) -> list[Measure]:
    """Return the closed form and the bounds of the distance."""
    found = []
    if answer.distance is not None:
        hint = "The distance d(A, B) by the family’s closed formula; the length must agree."
        value = numbers.plain(answer.distance)
        found.append(Measure("Closed form", value, hint, section=DISTANCES))
    if answer.bounds is not None:
        low, high = answer.bounds
        found.append(
            Measure(
                "Bounds",
                f"{numbers.plain(low, 1)} … {numbers.plain(high, 1)}",
                "2 arccos Σ√(pq) ≤ d ≤ √Jeffreys: the distance of every softmax lies between these.",
                not broken_bound(answer),
                section=DISTANCES,
            )
        )
    if answer.enclosed is not None:
        found.append(_enclosed(answer.enclosed))
    return found


def _enclosed(bounds: tuple[float, float]) -> Measure:
    """Return the bounds of the distance by the curve, as a value with its largest error."""
    low, high = bounds
    return Measure(
        "Bounds by curvature",
        within(low, high),
        "√(E − ∫g(∇θ′, ∇θ′) dt/π²) ≤ d ≤ L, true of every curve where K ≤ 0. By quadrature, with "
        "margins for its error: no proof.",
        section=ENCLOSED,
    )


def _certificate(answer: PathAnswer) -> list[Measure]:
    """Return the certificate of the curve and of the transported vector."""
    paths, metric = answer.paths, answer.job.alpha == 0.0
    carried = answer.transport_error
    found = [
        Measure(
            "End point missed by",
            _missed(float(paths.residual[0])),
            "√g(Δθ, Δθ), the Fisher length between the curve’s end and B.",
            Status(int(paths.status[0])) != Status.NOT_CONVERGED,
            section=CERTIFICATE,
        ),
        Measure(
            "Speed drift",
            f"{paths.error[0]:.1e}" if metric else KEPT_BY_NONE,
            "Largest relative change of g(θ′, θ′), which is constant on a geodesic of α = 0.",
            bool(not metric or paths.error[0] < 1e-3),
            section=CERTIFICATE,
        ),
        Measure(
            "Transport error",
            f"{carried:.1e}" if np.isfinite(carried) else NOT_KNOWN,
            "‖P θ′(A) − θ′‖/‖θ′‖, as a geodesic carries its own velocity, or, if larger, the relative "
            "change of g(V, V), which transport with α = 0 preserves.",
            carried < 1e-3,
            section=TRANSPORT,
        ),
    ]
    if answer.job.quality == "final":
        # it is not computed during a drag, nor for another connection
        index = answer.morse_index
        words = str(index) if metric else KEPT_BY_NONE
        hint = (
            "Zeros of J in J″ + K|v|²J = 0, J(0) = 0: beyond the first, the geodesic is no longer "
            "locally shortest."
        )
        fine = not metric or index == 0
        found.append(Measure("Conjugate points passed", words, hint, fine, section=CONJUGATE))
    return found


def in_place(new: Sequence[Measure], before: Sequence[Measure]) -> list[Measure]:
    """Return ``new`` in the positions of the rows ``before``; missing rows stay, greyed.

    Additional rows follow the one that they follow in ``new``.
    """
    known = {measure.name: measure for measure in new}
    placed = [known.get(old.name) or replace(old, stale=True) for old in before]
    names = [measure.name for measure in placed]
    for i, measure in enumerate(new):
        if measure.name not in names:
            at = names.index(new[i - 1].name) + 1 if i else 0
            placed.insert(at, measure)
            names.insert(at, measure.name)
    return placed


def greyed(shown: Sequence[Measure], blank: bool) -> list[Measure]:
    """Grey outdated rows; ``blank``: also hide their values, which belong to another subject."""
    return [
        replace(m, value=UNKNOWN, ok=True, stale=True) if blank else replace(m, stale=True)
        for m in shown
    ]


def _divergences(found: Divergences, numbers: Numbers) -> list[Measure]:
    """Return the divergences and other distances between A and B."""
    jeffreys = None if found.jeffreys is None else found.jeffreys**0.5
    lines: tuple[tuple[str, str, float | None, Callable[[float], str], str], ...] = (
        (
            "KL(A‖B)",
            "forward",
            found.forward,
            numbers.information,
            "∫p log(p/q), the Kullback–Leibler divergence of q at B from p at A: not symmetric, no "
            "distance; for nearby points about d²/2.",
        ),
        (
            "KL(B‖A)",
            "backward",
            found.backward,
            numbers.information,
            "∫q log(q/p), the Kullback–Leibler divergence of p at A from q at B.",
        ),
        (
            "√Jeffreys",
            "jeffreys",
            jeffreys,
            numbers.plain,
            "√(KL(A‖B) + KL(B‖A)): at least the distance in an exponential family.",
        ),
        (
            "2 × Bhattacharyya angle",
            "bhattacharyya",
            found.bhattacharyya,
            numbers.plain,
            "2 arccos ∫√(pq), the distance on the sphere of all distributions: at most the "
            "Fisher–Rao distance.",
        ),
        (
            "Wasserstein-2",
            "wasserstein",
            found.wasserstein,
            numbers.plain,
            "√min E|x − y|² over all joint distributions of x at A and y at B: how far mass must "
            "move, in units of x.",
        ),
    )
    return [
        Measure(
            title,
            found.why.get(name, "") if value is None else write(value),
            hint,
            section=OTHER if name == "wasserstein" else DISTANCES,
        )
        for title, name, value, write, hint in lines
        if value is not None or name in found.why
    ]


def _missed(residual: float) -> str:
    return "unknown: g is singular there" if np.isnan(residual) else f"{residual:.1e}"


def _longer(length: float, shortest: float, numbers: Numbers) -> str:
    if not np.isfinite(length):
        return "leaves the domain"
    if shortest <= 0:
        return numbers.plain(length)
    percent = round(100 * (length / shortest - 1), 1) + 0.0  # never −0
    return f"{numbers.plain(length)} ({percent:+.1f} %)"


def message(answer: PathAnswer) -> str:
    """Return why a curve is not the requested geodesic; "" if it is."""
    status = Status(int(answer.paths.status[0]))
    return broken_bound(answer) if status == Status.OK else status.words.capitalize()


def broken_bound(answer: PathAnswer) -> str:
    """Return the bound that the length of a converged curve violates; "" if none, or for α ≠ 0."""
    paths = answer.paths
    if answer.bounds is None or paths.status[0] != Status.OK or answer.job.alpha != 0.0:
        return ""
    low, high = answer.bounds
    length, slack = paths.length[0], paths.residual[0] + SLACK * max(high, 1e-6)
    if length < low - slack:
        return (
            f"Shorter than any curve from A to B: {length:.6g} is below 2 arccos Σ√(pq) = {low:.6g}"
        )
    if length > high + slack:
        return f"Not the shortest path: {length:.6g} is above √Jeffreys = {high:.6g}"
    return ""


def agreement(checks: Sequence[Measure]) -> tuple[str, bool]:
    """Return one line on the checks in float64, and whether all of them agree."""
    ok = all(check.ok for check in checks)
    errors = [f"{check.name.split(' against ')[0].lower()} {check.value}" for check in checks]
    verdict = f"float64 {'agrees' if ok else 'differs'}: {', '.join(errors)}"
    return verdict.replace("-", "−"), ok
