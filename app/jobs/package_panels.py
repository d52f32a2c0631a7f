"""Panels of installed packages: a job each, whose answer is a description."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint
from typing import ClassVar

import numpy as np

from app.jobs.job import Cancelled, Emit, Job
from app.jobs.package_offers import called, check_stated, of_package, reduced
from app.jobs.package_views import Panel, Shown
from app.model.package_panels import NAME, own_titles, title_of
from app.model.scene import Scene
from app.views.interface.package_panel import Block, PackagePanelState, Plot, Table, Words
from compute.core import packages
from compute.core.refusal import shorten, shown
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine

# blocks of a panel; rows and columns of a table; points of a curve; characters of a paragraph
MOST_BLOCKS, MOST_ROWS, MOST_COLUMNS, MOST_POINTS, LONGEST = 24, 200, 12, 20_000, 2000


@dataclass(frozen=True)
class PackagePanelTask(Job):
    """The content of a panel for a scene; each panel is a subclass.

    stated: what the package states; called: the panel and its package, for messages; is_off: it has
    raised an exception and is computed no more.
    """

    words: ClassVar[str] = "a panel"
    stated: ClassVar[Panel]
    called: ClassVar[str]
    is_off: ClassVar[bool] = False

    scene: Scene

    @classmethod
    def of(cls, scene: Scene) -> PackagePanelTask | None:
        """Return the task of a completed scene; None once it has failed."""
        return None if cls.is_off else cls(reduced(scene, cls.stated.reads))

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Emit one `PackagePanelAnswer`: the blocks, or why there are none."""
        kind = type(self)
        try:
            with of_package(kind):
                manifold = manifold_of(self.scene.family)
                state = _checked(kind.stated.draw(Shown(engine, manifold, self.scene)))
        except ValueError as problem:
            state = PackagePanelState(problem=str(problem))
        emit(PackagePanelAnswer(self, state))


@dataclass(frozen=True, eq=False)
class PackagePanelAnswer:
    """The content of the panel of ``job``."""

    job: PackagePanelTask
    state: PackagePanelState


def problems() -> tuple[str, ...]:
    """Return one line for each panel of an installed package that was left out."""
    return offered()[1]


@cache
def offered() -> tuple[dict[str, type[PackagePanelTask]], tuple[str, ...]]:
    """Return the tasks of panels by name, and one line for each panel that was left out."""
    owners = dict.fromkeys(own_titles(), "this program")
    return packages.claimed(packages.PANELS, _task, owners, title_of)


def _task(point: EntryPoint, panel: object) -> type[PackagePanelTask]:
    """Return the task of what a package offers as a panel.  Raises ValueError for what is none."""
    if not NAME.fullmatch(point.name):
        words = "its name must have at most 40 lower-case letters, digits and hyphens"
        raise ValueError(f"{words}, got {shown(point.name)}")
    if not isinstance(panel, Panel):
        raise ValueError(f"{point.value} must be a Panel, got {shown(panel)}")
    check_stated(panel)
    stated = {
        "__module__": __name__,
        "stated": panel,
        "called": called(point),
        "words": f"“{title_of(point.name)}”",
    }
    return type(f"Panel_{point.name}", (PackagePanelTask,), stated)


def _checked(blocks: object) -> PackagePanelState:
    if not isinstance(blocks, list | tuple) or len(blocks) > MOST_BLOCKS:
        raise TypeError(f"draw must return at most {MOST_BLOCKS} blocks, got {shown(blocks)}")
    return PackagePanelState(tuple(map(_block, blocks)))


def _block(block: object) -> Block:
    match block:
        case Words(text=str(text)):
            return Words(text[:LONGEST])
        case Table():
            rows = [_row(row) for row in (block.header, *block.rows)]
            if len(rows) > MOST_ROWS + 1 or len({len(row) for row in rows if row}) > 1:
                raise TypeError(f"a table must have at most {MOST_ROWS} rows of one length")
            return Table(rows[0], tuple(rows[1:]))
        case Plot(title=str(title), x=str(x), y=str(y)):
            curves = {shorten(name): _curve(name, xy) for name, xy in block.curves.items()}
            return Plot(shorten(title), shorten(x), shorten(y), curves)
        case _:
            raise TypeError(f"a block must be Words, Table or Plot, got {shown(block)}")


def _row(row: object) -> tuple[str, ...]:
    if isinstance(row, tuple) and len(row) <= MOST_COLUMNS:
        texts = [shorten(text) for text in row if isinstance(text, str)]
        if len(texts) == len(row):
            return tuple(texts)
    raise TypeError(f"a row must be a tuple of at most {MOST_COLUMNS} texts, got {shown(row)}")


def _curve(name: str, xy: object) -> np.ndarray:
    found = np.array(xy, dtype=np.float64)
    if found.ndim != 2 or found.shape[1] != 2 or len(found) > MOST_POINTS:
        raise TypeError(f"curve {name} must be (k, 2) with k ≤ {MOST_POINTS}, got {found.shape}")
    return found
