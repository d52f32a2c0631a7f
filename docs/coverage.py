"""Makes the table of `docs/coverage.md`: how often regions of 95 % cover the true law, by simulation.

python docs/coverage.py          # prints the page; takes about a minute
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.stats import chi2

from compute.core.status import Status
from compute.families import manifold as family_of
from compute.samples.samples import Sample
from compute.statistics.likelihood import likelihood, metric
from compute.statistics.maximum_likelihood import fit

HERE = Path(__file__).parent
SIZES, REPEATS, LEVEL = (5, 20, 100), 400, 0.95
# a family, its true law in the family's coordinates, and samples of it by NumPy
LAWS = {
    "gaussian": ((0.0, 1.0), lambda die, n: die.normal(0.0, 1.0, n)),
    "gamma": ((2.0, 1.0), lambda die, n: die.gamma(2.0, 1.0, n)),
    "beta": ((2.0, 3.0), lambda die, n: die.beta(2.0, 3.0, n)),
    "weibull": ((1.5, 1.0), lambda die, n: die.weibull(1.5, n)),
}


def covered(name: str, n: int) -> tuple[int, int, int]:
    """Return how many samples have a fit, and how often its likelihood-ratio region and its Wald
    ellipse cover the true law.
    """
    theta, draw = LAWS[name]
    manifold, die, bound = family_of(name), np.random.default_rng(7), chi2.ppf(LEVEL, 2)
    true = np.array(theta)
    fitted = ratio = wald = 0
    for _ in range(REPEATS):
        sample = Sample("", draw(die, n), np.ones(n), 0)
        made = fit(manifold, sample)
        if made.status != Status.OK:
            continue
        function = likelihood(manifold, sample)
        gap = true - made.theta
        fitted += 1
        ratio += 2 * (made.log_likelihood - n * function.mean(true[None])[0]) <= bound
        wald += n * gap @ metric(manifold, made.theta) @ gap <= bound
    return fitted, int(ratio), int(wald)


def page() -> str:
    """Return the page with its table."""
    rows = []
    for name in LAWS:
        for n in SIZES:
            fitted, ratio, wald = covered(name, n)
            shares = f"{ratio / fitted:.1%} | {wald / fitted:.1%}"
            rows.append(f"| `{name}` | {n} | {fitted} of {REPEATS} | {shares} |")
    return (HERE / "coverage.md").read_text("utf-8").split("| Family")[0] + "\n".join(
        ["| Family | n | Samples with a fit | Likelihood ratio | Wald ellipse |",
         "| --- | --- | --- | --- | --- |", *rows, ""]
    )  # fmt: skip


if __name__ == "__main__":
    text = page()
    (HERE / "coverage.md").write_text(text, "utf-8")
    sys.stdout.write(text)
