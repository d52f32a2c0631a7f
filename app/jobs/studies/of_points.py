"""The bases of studies of the points of data."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.jobs.studies.study import Study
from app.model.data_points import DataPoint, standing
from app.model.data_settings import DataSettings
from app.model.scene import Scene


@dataclass(frozen=True)
class OfPoints(Study):
    """A study of the points of data; the panel has a row for it where the scene has such points."""

    @classmethod
    def listed(cls, scene: Scene) -> bool:
        return len(scene.points) > 0


@dataclass(frozen=True)
class OfFits(OfPoints):
    """A study of the fitted points, with the settings of the data that it reads."""

    points: tuple[DataPoint, ...]
    data: DataSettings = field(default_factory=DataSettings)


def fitted(scene: Scene) -> tuple[DataPoint, ...]:
    """Return the points of a scene that were fitted to samples in its own family."""
    return tuple(point for point in standing(scene.points) if point.n > 0)
