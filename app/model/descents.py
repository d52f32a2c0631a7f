"""The race of descents of a scene: its loss, start, learning rates and steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.model.ranges import one_of, within

LIKELIHOOD, DIVERGENCE = "likelihood", "divergence"
LOSSES = (LIKELIHOOD, DIVERGENCE)
STARTS = ("A", "C")
RATES, STEPS = (1e-6, 1000.0), (1, 500)


@dataclass(frozen=True)
class DescentSettings:
    """loss: the likelihood of the data where it is known, or KL(B‖θ); start: the pin of the first
    point; steps: the most of each descent; gradient, natural, mirror: the learning rates γ.
    """

    loss: str = LIKELIHOOD
    start: str = STARTS[0]
    steps: int = 60
    gradient: float = 0.1
    natural: float = 0.1
    mirror: float = 0.1

    def __post_init__(self) -> None:
        one_of("a loss of descents", self.loss, LOSSES)
        one_of("the start of descents", self.start, STARTS)
        within("the steps of descents", self.steps, *STEPS)
        for method, rate in self.rates.items():
            within(f"the rate of {method}", rate, *RATES)

    @property
    def rates(self) -> dict[str, float]:
        """The learning rate of each method."""
        return {"gradient": self.gradient, "natural": self.natural, "mirror": self.mirror}


def stated(descents: DescentSettings) -> dict[str, object]:
    """Return the settings as stored in a scene file: only values that differ from the default."""
    usual = asdict(DescentSettings())
    return {name: value for name, value in asdict(descents).items() if value != usual[name]}


def read(entry: Mapping[str, Any]) -> DescentSettings:
    """Return the settings of a schema-checked scene file.  Raises ValueError."""
    known = {f.name: entry[f.name] for f in fields(DescentSettings) if f.name in entry}
    for name, value in known.items():
        if name == "steps":
            known[name] = int(value)
        elif not isinstance(value, str):
            known[name] = float(value)
    return DescentSettings(**known)
