"""Random formulas, many of them nasty: each is a family or is refused in one sentence, soon.

python -m tests.fuzz_formulas --seed 1 --count 5000        what it finds is printed, exit status 1
python -m tests.fuzz_formulas --seed 1 --only 77           one of them, with its traceback
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compute import custom_family
from compute.core.interrupt import TookTooLong, limited
from compute.core.status import Status
from compute.custom.definition import KINDS, SPACES
from compute.custom.parse import FUNCTIONS
from compute.engine.reference import ReferenceEngine
from compute.manifold.manifold import Manifold
from compute.requests.fields import FieldRequest
from compute.requests.geodesics import ConnectRequest
from compute.requests.geometry import GeometryRequest

# what one formula may take: seconds of the processor and in all, where it is busy with other things;
# bytes that the process grows by; characters of a message
SECONDS, WAITED, BYTES, CHARACTERS = 10.0, 30.0, 1 << 30, 300
# internal words, which no user typed
INTERNAL = re.compile(
    r"theta\d|\bsympy\b|Traceback|tuple|\bNone\b|\bnan\b|register|neither a coordinate|"
    r"constants must|velocity must|Derivative\(|0x[0-9a-f]{6}|\bdtype|\bndarray"
)
NAMES = (("m", "s"), ("a", "b"), ("u", "v"), ("μ", "σ"), ("k", "rate"), ("x1", "y"))
NUMBERS = ("0", "1", "2", "3", "0.5", "7", "1e17", "1e30", "1e-30", "1e9", "12345678901", "pi", "e")
DENSITIES = {
    "line": ("-(x-{0})^2/(2*{1}^2)-log({1})", "-log({1})-log(1+((x-{0})/{1})^2)", "{0}*x-{1}*x^4"),
    "half-line": ("({0}-1)*log(x)-{1}*x+{0}*log({1})-lgamma({0})", "log({1})-{1}*x"),
    "interval": ("({0}-1)*log(x)+({1}-1)*log(1-x)", "-{0}*x-{1}*x^2"),
    "circle": ("{1}*cos(x-{0})", "{0}*cos(x)+{1}*sin(2*x)"),
}
METRICS = (
    "1/{1}^2",
    "2/{1}^2",
    "4/(1-{0}^2-{1}^2)^2",
    "1-2/{1}",
    "1",
    "0",
    "exp({0})",
    "sqrt({0})",
)
POTENTIALS = ("log(1+exp({0})+exp({1}))", "lgamma({0})+lgamma({1})", "{0}^2+{1}^2", "-log({0}*{1})")


class Writer:
    """Writes definitions at random."""

    def __init__(self, seed: int, number: int) -> None:
        self.random = np.random.default_rng((seed, number))

    def one_of(self, choices: Any) -> Any:
        return choices[int(self.random.integers(len(choices)))]

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def definition(self) -> dict[str, Any]:
        """A definition of any kind."""
        names = self.one_of(NAMES)
        kind = self.one_of((*KINDS, "log_density"))
        made: dict[str, Any] = {"coordinates": list(names), "domain": self.domain(names)}
        if kind == "metric":
            made[kind] = [self.formula(METRICS, names, names) for _ in range(3)]
            if self.chance(0.5):
                made[kind][1] = "0"
        elif kind == "potential":
            made[kind] = self.formula(POTENTIALS, names, names)
        else:
            made |= self.density(names)
        if self.chance(0.1):
            made["parameters"] = {"c": float(self.random.normal()) * 10 ** self.random.integers(9)}
        return made

    def density(self, names: tuple[str, str]) -> dict[str, Any]:
        space = self.one_of(SPACES)
        made = {"space": space, "normalise": self.chance(0.7)}
        made["log_density"] = self.formula(DENSITIES[space], names, (*names, "x"))
        if self.chance(0.15):
            made["space"] = self.one_of(([0, 1, 2], [0, 1], [-1, 1e30], list(range(200))))
        elif space != "circle" and self.chance(0.2):
            made["range"] = [self.tree(1, names), self.tree(1, names)]
        return made

    def domain(self, names: tuple[str, str]) -> list[str]:
        found = [f"{name} > 0" for name in names if self.chance(0.6)]
        if self.chance(0.15):
            found.append(f"{self.tree(2, names)} {self.one_of('<>')} {self.tree(2, names)}")
        return found

    def formula(self, known: tuple[str, ...], names: tuple[str, ...], seen: tuple[str, ...]) -> str:
        """A known one, perhaps with a term added or a part replaced, or a random one."""
        if self.chance(0.25):
            return self.tree(int(self.random.integers(1, 7)), seen)
        text = str(self.one_of(known)).format(*names)
        if self.chance(0.5):
            text += f" {self.one_of('+-*/')} {self.tree(3, seen)}"
        if self.chance(0.4):
            places = [found.span() for found in re.finditer(r"\d+|\b[a-zμσ]\b", text)]
            start, end = self.one_of(places or [(0, len(text))])
            text = f"{text[:start]}({self.tree(2, seen)}){text[end:]}"
        return text

    def tree(self, depth: int, names: tuple[str, ...]) -> str:
        """A formula of the grammar; now and then one that is none."""
        kind = self.random.integers(10)
        if depth <= 0 or kind < 2:
            odd = ("c", "abs(x)", "θ", "1/0", "") if self.chance(0.03) else names
            return str(self.one_of(NUMBERS)) if self.chance(0.35) else str(self.one_of(odd))
        if kind < 5:
            return f"{self.one_of(tuple(FUNCTIONS))}({self.tree(depth - 1, names)})"
        if kind == 5:
            power = self.one_of(("2", "-1", "0.5", "-3", "64", "1/3", self.one_of(names)))
            return f"({self.tree(depth - 1, names)})^({power})"
        if kind == 6:
            return f"-({self.tree(depth - 1, names)})"
        left, right = (self.tree(depth - 1, names) for _ in range(2))
        return f"({left}) {self.one_of('+-*/')} ({right})"


@dataclass
class Outcome:
    """The outcome of one definition; ``wrong`` says which rule it broke."""

    number: int
    stated: dict[str, Any]
    ending: str = ""
    words: str = ""
    wrong: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    waited: float = 0.0
    began_with: int = field(default_factory=lambda: most_bytes())


def tried(seed: int, number: int, answering: float = SECONDS / 2) -> Outcome:
    """State a definition by its number and compute its geometry, for at most ``seconds``."""
    outcome = Outcome(number, Writer(seed, number).definition())
    try:
        made = timed(outcome, "family", lambda: custom_family(outcome.stated))
        # longer ones must at least end when they are interrupted
        with limited(answering, time.thread_time):
            timed(outcome, "answers", lambda: ask(made))
        outcome.ending = "family"
    except TookTooLong:
        outcome.ending = "interrupted"
    except ValueError as refusal:
        outcome.ending, outcome.words = "refused", str(refusal)
    except Exception:
        outcome.ending = "traceback"
        outcome.wrong.append(traceback.format_exc())
    judge(outcome)
    return outcome


def timed(outcome: Outcome, name: str, made: Any) -> Any:
    began, busy = time.monotonic(), time.thread_time()
    try:
        return made()
    finally:
        outcome.seconds[name] = time.thread_time() - busy
        outcome.waited = max(outcome.waited, time.monotonic() - began)


def ask(made: Manifold) -> None:
    """Compute what a window first needs of a family."""
    engine = ReferenceEngine()
    pins = np.array(made.pins)
    engine.geometry(GeometryRequest(made, pins))
    made.support(pins)
    for name in made.scalars:
        engine.field(FieldRequest(made, made.charts[0], name, made.view, (3, 3)))
    paths = engine.connect(ConnectRequest(made, pins[:1], pins[1:], steps=16))
    if paths.status[0] == Status.OK and not np.isfinite(paths.theta).all():
        raise AssertionError("a path that is one has all its nodes")


def judge(outcome: Outcome) -> None:
    """Record which rule is broken."""
    if max(outcome.seconds.values(), default=0.0) > SECONDS or outcome.waited > WAITED:
        outcome.wrong.append(f"slow: {outcome.seconds}, {outcome.waited:.1f} s in all")
    grown = most_bytes() - outcome.began_with
    if grown > BYTES:
        outcome.wrong.append(f"memory: {grown >> 20} MB more")
    if len(outcome.words) > CHARACTERS or "\n" in outcome.words:
        outcome.wrong.append(f"not one sentence: {len(outcome.words)} characters")
    # what the person typed is quoted, and may say anything
    if INTERNAL.search(re.sub(r"'.*'", "''", outcome.words)):
        outcome.wrong.append("internal words")
    if outcome.words and "answers" in outcome.seconds:
        outcome.wrong.append("refused after it was taken")


def most_bytes() -> int:
    """The most memory that this process has had."""
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) << 10


def tell(*lines: str) -> None:
    sys.stdout.write("\n    ".join(lines) + "\n")
    sys.stdout.flush()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--count", type=int, default=1000)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--only", type=int)
    chosen = options.parse_args()
    numbers = range(chosen.first, chosen.first + chosen.count)
    if chosen.only is not None:
        numbers = range(chosen.only, chosen.only + 1)
    warnings.simplefilter("error")
    np.seterr(all="raise", under="ignore")
    endings: Counter[str] = Counter()
    bad, slowest = 0, 0.0
    for number in numbers:
        try:
            outcome = tried(chosen.seed, number)
        except KeyboardInterrupt:
            break
        endings[outcome.ending] += 1
        slowest = max(slowest, outcome.waited)
        bad += bool(outcome.wrong)
        if outcome.wrong or chosen.only is not None:
            told = json.dumps([number, outcome.stated], ensure_ascii=False)
            tell(told, str(outcome.seconds), outcome.words, *outcome.wrong)
    tell(f"{dict(endings)}, {bad} wrong, slowest {slowest:.1f} s, {most_bytes() >> 20} MB")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
