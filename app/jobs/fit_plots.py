"""How well the law of a fitted point describes its sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from app.jobs.data_table import sample_of
from app.jobs.job import Cancelled, Emit, Job
from app.model.data_points import DataPoint
from app.model.data_settings import DataSettings
from compute.core.refusal import describe
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine
from compute.statistics.goodness import Goodness, goodness

ABSENT = "The values of this point are not there: open the file again."


@dataclass(frozen=True)
class FitPlotsTask(Job):
    """The goodness of one fitted point; ``data``: the settings of its table alone."""

    words: ClassVar[str] = "the goodness of a fit"

    family: str
    data: DataSettings
    point: DataPoint

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `FitPlotsAnswer`."""
        emit(self.answer())

    def answer(self) -> FitPlotsAnswer:
        """Return the goodness, or why it is not known."""
        manifold = manifold_of(self.family)
        sample = sample_of(manifold, self.data, self.point)
        if sample is None:
            return FitPlotsAnswer(self, None, ABSENT)
        try:
            found = goodness(manifold, sample, np.array(self.point.theta))
        except ValueError as problem:
            return FitPlotsAnswer(self, None, describe(problem))
        return FitPlotsAnswer(self, found, "")


@dataclass(frozen=True, eq=False)
class FitPlotsAnswer:
    """The goodness of a fit, or in words why there is none."""

    job: FitPlotsTask
    goodness: Goodness | None
    words: str
