"""The state of the panel Data, from a scene and what was read from its table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from app.jobs.data_points import DataAnswer, NoData
from app.jobs.data_table import TableColumn
from app.jobs.fit_plots import FitPlotsAnswer
from app.jobs.studies.points_mean import TITLES
from app.model.data_points import LONGEST, DataPoint, standing
from app.model.data_settings import COLUMNS, GROUPS, POINTS
from app.model.layers import is_shown
from app.model.scene import Scene
from app.views.interface.choices import Choice
from app.views.interface.data import DataForm, DataState, FitPlots, FitRow
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.samples.formula_cells import guarded
from compute.statistics.maximum_likelihood import Fit
from compute.statistics.means import kinds

LAYOUTS = (
    Choice(COLUMNS, "Each column is a sample"),
    Choice(GROUPS, "A column by groups"),
    Choice(POINTS, "Points with labels"),
)
EVERY, NONE = Choice("", "all columns of numbers"), Choice("", "none")
EMPTY = "No table is open. Open one, or drop a CSV, TSV or NPZ file on the window."
ABSENT = "The values are not in this scene: open the file again."
OTHER = "These points are not of this family: fit the table to it."
WORDS = {
    Status.OK: "OK",
    Status.LEFT_DOMAIN: "no maximum: the likelihood increases up to the edge of the domain",
}
USUAL_NOTE = "no maximum was found"
KS = (
    "KS is the distance sup |Fₙ − F| of Kolmogorov and Smirnov. Its usual p-value is not exact, since "
    "θ was fitted to the same values."
)


def state(
    scene: Scene,
    read: DataAnswer | NoData | None,
    chosen: int,
    plots: FitPlotsAnswer | None,
    problem: str = "",
) -> DataState:
    """Return the panel's state; ``read``: the answer for the scene's table, None while awaited;
    problem: why the last choice was refused.
    """
    data, points = scene.data, standing(scene.points)
    fits = read.fits if isinstance(read, DataAnswer) else ()
    refused = read.refused if isinstance(read, DataAnswer) else ()
    rows = (*_rows(points, fits), *(_refused(*one) for one in refused))
    heads = ("", "n", *manifold_of(scene.family).coordinates, "ℓ", "AIC", "missing", "status")
    return DataState(
        title=Path(data.file).name if data.file else "",
        words=_words(scene, read),
        warning=problem or _warning(scene, read),
        form=_form(scene, read),
        heads=heads,
        rows=rows,
        chosen=chosen if 0 <= chosen < len(points) else -1,
        story=_story(points, chosen, plots),
        plots=_plots(plots),
        level=data.level,
        times=data.times,
        regions=is_shown(scene.layers, "regions"),
        bootstrap=is_shown(scene.layers, "bootstrap"),
        resampled=data.resampled,
        mean=is_shown(scene.layers, "points_mean"),
        means=means(scene),
        kind=data.mean,
        csv=_table(scene, points, fits),
    )


def means(scene: Scene) -> tuple[Choice, ...]:
    """Return the kinds of mean that the family has, and the chosen one."""
    known = kinds(manifold_of(scene.family))
    chosen = () if scene.data.mean in known else (scene.data.mean,)
    return tuple(Choice(kind, TITLES[kind]) for kind in (*known, *chosen))


def _words(scene: Scene, read: DataAnswer | NoData | None) -> str:
    if not scene.data.file:
        return f"{len(scene.points)} points of data." if scene.points else EMPTY
    if isinstance(read, DataAnswer):
        columns = read.columns
        rows = max((column.n for column in columns), default=0)
        missing = sum(one.missing for one in read.fits)
        said = f"; {missing} value{'s' * (missing != 1)} missing" if missing else ""
        return f"{len(columns)} columns, {rows} rows{said}."
    return "" if read is not None else "reading …"


def _warning(scene: Scene, read: DataAnswer | NoData | None) -> str:
    if isinstance(read, NoData):
        return f"{read.words}. {ABSENT}" if scene.points and not read.columns else read.words
    if not isinstance(read, DataAnswer):
        return ""
    if not scene.points:
        return OTHER
    drawn = [(p.label, p.n, p.theta) for p in standing(scene.points)]
    if drawn != [(p.label, p.n, p.theta) for p in read.points]:
        return "The file now gives other points than those of the scene: fit it again to see them."
    return ""


def _form(scene: Scene, read: DataAnswer | NoData | None) -> DataForm | None:
    if read is None or not read.columns:
        return None
    data = read.data if isinstance(read, DataAnswer) else read.job.data
    numbers = tuple(_choice(column) for column in read.columns if column.is_numeric)
    every = tuple(map(_choice, read.columns))
    return DataForm(
        LAYOUTS,
        data.layout,
        numbers if data.layout == GROUPS else (EVERY, *numbers),
        data.column,
        every,
        data.by,
        (NONE, *numbers),
        data.weights,
    )


def _choice(column: TableColumn) -> Choice:
    known = f"{column.n - column.missing} {'numbers' if column.is_numeric else 'words'}"
    missing = f", {column.missing} missing" if column.missing else ""
    return Choice(column.name, f"{column.name} ({known}{missing})")


def _rows(points: tuple[DataPoint, ...], fits: tuple[Fit, ...]) -> tuple[FitRow, ...]:
    """Return the fits in the order of the table, or the points of the scene alone."""
    places = {(point.label, point.theta): i for i, point in reversed(list(enumerate(points)))}
    found = [_row(one, places) for one in fits]
    seen = {row.number for row in found}
    return (*found, *(_bare(i, point) for i, point in enumerate(points) if i not in seen))


def _row(one: Fit, places: dict[tuple[str, tuple[float, float]], int]) -> FitRow:
    good = one.status == Status.OK
    label = one.group[:LONGEST]
    number = places.get((label, (float(one.theta[0]), float(one.theta[1]))), -1)
    numbers = (*one.theta, one.log_likelihood, one.aic)
    a, b, value, aic = (_written(x) if good else "—" for x in numbers)
    words = WORDS.get(one.status, USUAL_NOTE)
    cells = (label, f"{one.n:g}", a, b, value, aic, str(one.missing), one.status.name)
    return FitRow(cells, number if good else -1, "" if good else words)


def _written(x: float) -> str:
    return f"{x:.6g}".replace("-", "−")


def _refused(label: str, words: str) -> FitRow:
    return FitRow((f"{label[:LONGEST]}: left out",), -1, words)


def _bare(number: int, point: DataPoint) -> FitRow:
    a, b = map(_written, point.theta)
    n, status = (f"{point.n:g}", "") if point.n else ("", "given")
    return FitRow((point.label, n, a, b, "", "", "", status), number)


def _story(points: tuple[DataPoint, ...], chosen: int, plots: FitPlotsAnswer | None) -> str:
    if not 0 <= chosen < len(points):
        return "Choose a row or a point to see how well it fits."
    if not points[chosen].n:
        return (
            f"{_reached(points[chosen])}This point is given: there is no sample to compare it with."
        )
    if plots is None:
        return ""
    if plots.goodness is None:
        return plots.words
    ks = plots.goodness.ks
    return f"KS = {ks:.4g}. {KS}" if ks == ks else "Relative frequencies beside probabilities."


def _reached(point: DataPoint) -> str:
    """Say at which step of a training a point was reached, and the loss there."""
    known = (("Step", point.time), ("loss", point.loss))
    said = ", ".join(f"{name} {value:.6g}" for name, value in known if value is not None)
    return f"{said[0].upper()}{said[1:]}. " if said else ""


def _plots(plots: FitPlotsAnswer | None) -> FitPlots | None:
    found = plots.goodness if plots is not None else None
    if found is None:
        return None
    return FitPlots(
        found.x, found.p, found.heights, found.edges, found.labels,
        found.theoretical, found.observed, found.low, found.high,
    )  # fmt: skip


def _table(scene: Scene, points: tuple[DataPoint, ...], fits: tuple[Fit, ...]) -> str:
    """Return the table of fits as CSV with all digits, or that of the points alone."""
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n")
    names = manifold_of(scene.family).coordinates
    if not fits:
        write.writerow(("label", *names, "n"))
        write.writerows((guarded(p.label), *map(repr, p.theta), f"{p.n:g}") for p in points)
        return text.getvalue()
    write.writerow(("label", *names, "n", "missing", "log_likelihood", "aic", "status"))
    for one in fits:
        numbers = (*one.theta, one.log_likelihood, one.aic)
        a, b, value, aic = (repr(float(x)) if one.status == Status.OK else "" for x in numbers)
        write.writerow(
            (guarded(one.group), a, b, f"{one.n:g}", one.missing, value, aic, one.status.name)
        )
    return text.getvalue()
