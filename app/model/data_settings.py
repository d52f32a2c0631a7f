"""The table from which a scene's points were made, and how sure they are.

A scene remembers the file and its columns; the values themselves stay in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from app.model.data_points import LONGEST
from app.model.paths import located, relative
from app.model.ranges import one_of, within
from compute.core.refusal import shown
from compute.statistics.means import KINDS

GUESSED, COLUMNS, GROUPS, POINTS = "", "columns", "groups", "points"
LAYOUTS = (GUESSED, COLUMNS, GROUPS, POINTS)
LEVELS, TIMES = (0.5, 0.999), (1.0, 1000.0)


@dataclass(frozen=True)
class DataSettings:
    """file: the table; layout: "columns", each a sample; "groups", the values of ``column`` by the
    labels of ``by``; "points", coordinates; "", what the table looks like.

    weights: the column of how often each value was observed.  level: of the regions; times: regions as
    if each sample were this many times larger.  resampled: the bootstrap draws from the values, not
    from the fitted law; seed: of the bootstrap.  mean: the kind of
    mean of the points.  name: of all points, such as a training.
    """

    file: str = ""
    layout: str = GUESSED
    column: str = ""
    by: str = ""
    weights: str = ""
    level: float = 0.95
    times: float = 1.0
    resampled: bool = False
    seed: int = 0
    mean: str = KINDS[0]
    name: str = ""

    def __post_init__(self) -> None:
        one_of("a layout of data", self.layout, LAYOUTS)
        within("a level", self.level, *LEVELS)
        within("a number of times", self.times, *TIMES)
        one_of("a kind of mean", self.mean, KINDS)
        within("a seed", self.seed, 0, 2**32 - 1)
        if len(self.name) > LONGEST:
            raise ValueError(
                f"a name of data must have at most {LONGEST} characters, got {shown(self.name)}"
            )

    @property
    def source(self) -> DataSettings:
        """The table and its columns alone."""
        return DataSettings(self.file, self.layout, self.column, self.by, self.weights)

    @property
    def sure(self) -> DataSettings:
        """The table with the settings of the regions."""
        return replace(self.source, level=self.level, times=self.times)

    @property
    def drawn(self) -> DataSettings:
        """The table with the settings of the bootstrap."""
        return replace(self.source, resampled=self.resampled, seed=self.seed, times=self.times)


def stated(data: DataSettings, folder: Path | None) -> dict[str, object]:
    """Return the settings as stored in a scene file in ``folder``: only values that differ from the
    default.
    """
    usual = DataSettings()
    found = {
        f.name: getattr(data, f.name)
        for f in fields(DataSettings)
        if getattr(data, f.name) != getattr(usual, f.name)
    }
    if "file" in found:
        found["file"] = relative(data.file, folder)
    return found


def read(entry: Mapping[str, Any], folder: Path) -> DataSettings:
    """Return the settings of a schema-checked scene file.  Raises ValueError."""
    known = {f.name: entry[f.name] for f in fields(DataSettings) if f.name in entry}
    if known.get("file"):
        known["file"] = located(known["file"], folder)
    for name in ("level", "times"):
        if name in known:
            known[name] = float(known[name])
    if "seed" in known:
        known["seed"] = int(known["seed"])
    return DataSettings(**known)
