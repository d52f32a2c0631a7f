"""Tasks that write panels as figures or tables, on a page that a form states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from app.export import figure, measure_plots, raster, small_multiples
from app.export.charts import SIZE, Look
from app.export.files import beside, save_arrays
from app.export.row_table import write_table
from app.export.sheet import PER_INCH, Sheet
from app.jobs.comparison import Point, points, table
from app.jobs.job import Cancelled, Emit, Job
from app.jobs.variants import variants
from app.jobs.worker import Notice
from app.model.comparison import KINDS, Comparison
from app.model.figure_options import LINE_WIDTH, PROPORTION, STYLES, TYPE_SIZE
from app.model.file_formats import CSV, NPZ
from app.model.scene import Scene
from app.views.interface.attention_matrix import MatrixState
from app.views.interface.theme import Theme
from app.views.interface.why_there import TITLES, WhyState
from app.views.text.typed_values import paper_size
from compute.core.refusal import describe
from compute.requests.engine import Engine

Values = tuple[tuple[str, str | int | bool], ...]


def paper_of(values: Values) -> figure.Paper:
    """Return the page that a form states: its size, letters, resolution and style."""
    stated = dict(values)
    size, dpi = paper_size(str(stated["size"])), float(stated["dpi"])
    letters = float(str(stated.get("font-size", "")).removesuffix("pt") or TYPE_SIZE)
    height = size.height or size.width / PROPORTION
    width, height = (side / PER_INCH if size.in_pixels else side for side in (size.width, height))
    lines = LINE_WIDTH * letters / TYPE_SIZE
    return figure.for_print(width, height, dpi, letters, lines, str(stated.get("style", STYLES[1])))


def look_of(values: Values) -> Look:
    """Return the page of a plot that a form states."""
    paper = paper_of(values)
    assert paper.inches is not None
    theme: Theme = figure.STYLES[paper.style]
    return Look(paper.inches, paper.times * SIZE, theme)


def written(target: Path, write: Callable[[], None]) -> Notice:
    """Write a file and say so, or why that cannot be."""
    try:
        write()
    except (ValueError, OSError) as problem:
        return Notice(f"⚠ {target.name} was not written: {describe(problem)}")
    return Notice(f"written: {target}")


@dataclass(frozen=True)
class ComparisonTask(Job):
    """Pictures side by side, the plot of a measure, or the table of all measures."""

    words: ClassVar[str] = "the comparison"

    scene: Scene
    comparison: Comparison
    measure: str
    target: Path
    values: Values

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Compute and write the file; emit one `Notice` that it is written, or why not."""
        emit(written(self.target, lambda: self._write(engine, emit)))

    def _write(self, engine: Engine, emit: Emit) -> None:
        if self.target.suffix.lower() == CSV:
            write_table(self.target, table(self.comparison, self._points(engine)))
            return
        sheet = self._plot(engine) if self.measure else self._pictures(engine, emit)
        title = f"{KINDS[self.comparison.over].words.capitalize()} side by side"
        raster.write(sheet, self.target, title, paper_of(self.values).dpi, self.scene)

    def _points(self, engine: Engine) -> list[Point]:
        return list(points(engine, self.scene, self.comparison))

    def _plot(self, engine: Engine) -> Sheet:
        found, look = self._points(engine), look_of(self.values)
        return measure_plots.drawn(self.comparison, found, self.measure, look)

    def _pictures(self, engine: Engine, emit: Emit) -> Sheet:
        found, paper = variants(self.scene, self.comparison), paper_of(self.values)
        size = small_multiples.cell(len(found), paper)
        made = small_multiples.pictures(found, engine, size, lambda words: emit(Notice(words)))
        return small_multiples.drawn(made, paper)


@dataclass(frozen=True, eq=False)
class PanelTask(Job):
    """A panel as a figure, or its numbers as a table, ``rows`` with the same names, or as arrays."""

    words: ClassVar[str] = "the file of the panel"

    title: str
    draw: Callable[[Look], Sheet]
    rows: Callable[[], Sequence[Mapping[str, object]]]
    target: Path
    values: Values
    arrays: Callable[[], Mapping[str, np.ndarray]] = dict

    def perform(self, engine: Engine, emit: Emit, cancelled: Cancelled) -> None:
        """Write the file; emit one `Notice` that it is written, or why not."""
        emit(written(self.target, self._write))

    def _write(self) -> None:
        if self.target.suffix.lower() == CSV:
            write_table(self.target, self.rows())
            return
        if self.target.suffix.lower() == NPZ:
            with beside(self.target) as out:
                save_arrays(out, self.arrays())
            return
        look, paper = look_of(self.values), paper_of(self.values)
        raster.write(self.draw(look), self.target, self.title, paper.dpi)


def matrix_rows(state: MatrixState) -> list[dict[str, object]]:
    """Return the rows of a head as a table; a key that a query does not see is empty."""
    shown = np.where(state.seen & np.isfinite(state.rows), state.rows, np.nan)
    return [
        {"query": query, **{key: "" if np.isnan(x) else repr(float(x))
                            for key, x in zip(state.keys, row, strict=True)}}
        for query, row in zip(state.queries, shown, strict=True)
    ]  # fmt: skip


def matrix_arrays(state: MatrixState) -> dict[str, np.ndarray]:
    """Return the rows of a head with their tokens, and which keys each query sees."""
    return {
        "rows": state.rows, "seen": state.seen, "queries": np.array(state.queries),
        "keys": np.array(state.keys), "words": np.array(state.words),
    }  # fmt: skip


def why_rows(state: WhyState) -> list[dict[str, object]]:
    """Return the bars of a row as a table."""
    pairs = zip(state.names, state.values, strict=True)
    return [{"name": name, TITLES[state.split]: repr(float(value))} for name, value in pairs]
