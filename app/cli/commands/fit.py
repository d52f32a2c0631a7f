"""``fit``: maximum-likelihood points of samples in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse

    from compute.statistics.maximum_likelihood import Fit


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``fit``."""
    parser.add_argument("file", metavar="FILE", help="samples: CSV, TSV or NPZ, its columns named")
    parser.add_argument("--family", required=True, metavar="FAMILY")
    parser.add_argument("--by", default="", metavar="COLUMN", help="fit each group of this column")
    parser.add_argument(
        "--column",
        default="",
        metavar="COLUMN",
        help="the column of the values (default: each column of numbers is a sample)",
    )
    parser.add_argument(
        "--weights", default="", metavar="COLUMN", help="how often each value was observed"
    )
    parser.add_argument(
        "--level",
        type=float,
        metavar="P",
        help="also trace the likelihood-ratio regions of this level, such as 0.95 (with --json)",
    )
    parser.add_argument(
        "--bootstrap",
        type=int,
        metavar="B",
        help="also fit B samples drawn again from the values of each group (with --json)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the bootstrap")


def run(chosen: argparse.Namespace) -> int:
    """Print θ̂ of each group with its covariance."""
    from app.cli.output import exit_of, show
    from compute import Status, fit

    fits = fit(chosen.file, chosen.family, chosen.by, chosen.column, chosen.weights)
    names = fits.manifold.coordinates
    lines = [line for one in fits.fits for line in _lines(one, names)]
    result = {"family": fits.manifold.key, "fits": fits.fits}
    if chosen.level is not None:
        result["regions"] = [
            fits.region(i, chosen.level) if one.status == Status.OK else None
            for i, one in enumerate(fits.fits)
        ]
    if chosen.bootstrap is not None:
        result["bootstrap"] = [
            fits.bootstrap(i, chosen.bootstrap, chosen.seed) if one.status == Status.OK else None
            for i, one in enumerate(fits.fits)
        ]
    show(result, chosen.json, lines)
    return exit_of(*fits.status)


def _lines(one: Fit, names: tuple[str, str]) -> list[str]:
    import numpy as np

    from app.cli.output import label, written

    error = np.sqrt(np.diag(one.wald))
    point = ", ".join(
        f"{name} = {written(x, 8)} ± {written(e, 2)}"
        for name, x, e in zip(names, one.theta, error, strict=True)
    )
    missing = f", {one.missing} missing" if one.missing else ""
    return [
        f"{label(one.group) or 'all'}: {point}  (n = {one.n:g}{missing})",
        f"  log-likelihood {written(one.log_likelihood, 10)}, AIC {written(one.aic, 10)}",
        f"  {one.status.name}: {_words(one)}",
    ]


def _words(one: Fit) -> str:
    from compute import Status

    return {
        Status.OK: f"the mean score is {one.score:.1e}",
        Status.LEFT_DOMAIN: "the likelihood increases up to the edge of the domain: no maximum",
    }.get(one.status, "no maximum was found")


COMMAND = Subcommand(
    "fit", "fit a family to samples by maximum likelihood", declare, run, order=161
)
