"""Figures of scenes, drawn without a window by the same layers: pixels or vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.export import embed, page, raster, tikz
from app.export.files import beside
from app.export.sheet import PER_INCH, Sheet, groups
from app.export.svg import svg
from app.jobs import flow, studies
from app.jobs.answers import Answer
from app.jobs.flow import FlowJob
from app.jobs.job import Job
from app.jobs.path import PathAnswer, PathJob
from app.jobs.plan import jobs
from app.jobs.retry import best
from app.jobs.scalar_map import MapJob
from app.jobs.session import Session
from app.jobs.studies.study import StudyAnswer
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model.file_formats import PNG, TEX, TIKZ
from app.model.scene import Scene
from app.presenters import drawing, notes
from app.views.canvas.layers.key import USUAL
from app.views.canvas.layers.legend import WIDTH
from app.views.canvas.plot import PRINTED, Plot
from app.views.interface.theme import DARK, LIGHT, Theme, rgba
from app.views.interface.topology import Critical
from app.views.interface.views import Canvas
from compute.families import manifold as manifold_of
from compute.requests.engine import Engine

if TYPE_CHECKING:
    from app.views.canvas.gl.offscreen import OffscreenCanvas

STYLES: dict[str, Theme] = {"dark": DARK, "print": LIGHT}


# samples along a map's longer side: the window's, and the maximum with the reference and the GPU
COARSEST, FINEST = 384, (768, 1536)


@dataclass(frozen=True)
class Paper:
    """The page of a figure.

    size: (width, height) in pixels, ``dpi`` per inch; text and lines keep their size in inches.
    panels: the `figure_options.PANELS` beside the chart.  critical: marked points of the map, or
    None.  type_size, line_width: the size of all letters and the width of the widest line, in
    points; 0 means as on the screen.  inches: the exact (width, height) of a page for print, or
    None.  font: the font family, "" for the canvas's own.
    """

    size: tuple[int, int] = (1200, 800)
    dpi: float = PER_INCH
    style: str = "dark"
    transparent: bool = False
    caption: bool = False
    legend: bool = False
    panels: tuple[str, ...] = ()
    critical: Critical | None = None
    type_size: float = 0.0
    line_width: float = 0.0
    inches: tuple[float, float] | None = None
    font: str = ""

    @property
    def theme(self) -> Theme:
        usual = STYLES[self.style]
        if self.legend:
            kinds = chain(USUAL, *studies.curves_of_layers().values())
            usual = replace(usual, named=frozenset(kinds))
        if not self.type_size:
            return usual
        pen = self.line_width * self.per_inch / 72.0
        return replace(usual, type_size=page.SIZE, pen=pen)

    @property
    def per_inch(self) -> float:
        """Logical pixels per inch: 96, or the number that gives letters their size in print."""
        return 72.0 * page.SIZE / self.type_size if self.type_size else PER_INCH

    @property
    def ratio(self) -> float:
        """Device pixels per logical pixel."""
        return self.dpi / self.per_inch

    @property
    def logical(self) -> tuple[int, int]:
        """Size in logical pixels."""
        width, height = (max(1, round(side / self.ratio)) for side in self.size)
        return width, height

    @property
    def plot(self) -> tuple[int, int]:
        """The size of the map in logical pixels; on a page for print, what the margins leave."""
        width, height = self.logical
        if not self.type_size:
            return width, height
        across = PRINTED.left + PRINTED.right + WIDTH + (page.COLUMN if self.panels else 0)
        return max(width - across, 1), max(height - PRINTED.top - PRINTED.bottom, 1)

    @property
    def times(self) -> float:
        """The ratio of sheet pixels, 96 per inch, to logical pixels."""
        return PER_INCH / self.per_inch

    @property
    def sheet_size(self) -> tuple[float, float]:
        """The size (width, height) of the sheet in its pixels, 96 per inch."""
        width, height = self.inches or (side * self.times / PER_INCH for side in self.logical)
        return PER_INCH * width, PER_INCH * height


def for_print(
    width: float, height: float, dpi: float, type_size: float, line_width: float, style: str
) -> Paper:
    """Return a page of ``width`` by ``height`` inches; type and lines are in points."""
    size = max(1, round(width * dpi)), max(1, round(height * dpi))
    inches = width, height
    return Paper(size, dpi, style, type_size=type_size, line_width=line_width, inches=inches)


def with_words(paper: Paper, scene: Scene, found: list[Answer]) -> Paper:
    """Return a higher page, with room for its panels and, below the chart, legend and caption."""
    layout = laid_out(scene, found, paper)
    width, height = paper.inches or (side / paper.dpi for side in paper.size)
    height = max(height, (layout.least + 1) / paper.per_inch) + layout.foot / paper.per_inch
    return replace(paper, size=(paper.size[0], round(height * paper.dpi)), inches=(width, height))


# called with the reason why something other than the geodesic is not shown
Told = Callable[[str], object]


def wanted(scene: Scene, size: tuple[int, int], fine: int = 0) -> dict[type, Job]:
    """Return the jobs of a figure; ``fine``: samples along the longer side of its map, 0 for the
    window's resolution.
    """
    chosen = jobs(Subject.of(scene), Viewport(size))
    job = chosen.get(MapJob)
    if isinstance(job, MapJob) and job.source is None:
        # distances spread from cell to cell: the window computes as many as time allows
        chosen[MapJob] = replace(job, side=fine)
    return chosen


def fineness(pixels: tuple[int, int], engine: Engine) -> int:
    """Return the number of map samples along the longer side: one per pixel, limited to a few
    seconds.
    """
    return min(max(*pixels, COARSEST), FINEST[engine.name == "gpu"])


def answers(
    scene: Scene,
    engine: Engine,
    size: tuple[int, int],
    fine: int = 0,
    told: Told | None = None,
) -> list[Answer]:
    """Return the answers of everything that the scene shows, in final quality.

    What cannot be computed is reported to ``told`` and omitted, or raises ValueError without ``told``.
    A figure needs the geodesic.
    """
    found: list[Answer] = []
    session = Session()
    waiting = wanted(scene, size, fine)
    while waiting:
        kind = next(iter(waiting))
        heard = answer_of(engine, waiting.pop(kind), told, session)
        found += heard
        if kind is FlowJob and not heard:
            waiting |= uncovered(scene, size, fine)
    return found


def answer_of(engine: Engine, job: Job, told: Told | None, session: Session) -> list[Answer]:
    """Return the answers of one job; [] if it fails."""
    try:
        heard = best(engine, job, session)
        problem = next((a.problem for a in heard if isinstance(a, StudyAnswer)), None)
    except ValueError as refused:
        if told is None or isinstance(job, PathJob):
            raise
        heard, problem = [], str(refused)
    if problem and told is not None:
        told(f"{job.label} cannot be shown: {problem}")
    return heard


def uncovered(scene: Scene, size: tuple[int, int], fine: int = 0) -> dict[type, Job]:
    """Return the scalar map in place of a flow of mass that failed."""
    if not flow.covers(scene):
        return {}
    bare = replace(scene, layers=replace(scene.layers, flow=False))
    return {kind: job for kind, job in wanted(bare, size, fine).items() if kind is MapJob}


def show(canvas: Canvas, scene: Scene, found: list[Answer]) -> None:
    """Draw a scene with its answers."""
    subject = Subject.of(scene)
    drawing.show_scene(canvas, subject)
    for answer in found:
        drawing.show_answer(canvas, subject, answer)
    notes.show(canvas, subject, found)
    canvas.reserve_bar(False)  # no map is about to come


def path_of(found: Sequence[Answer]) -> PathAnswer:
    """Return the answer with the geodesic."""
    return next(answer for answer in found if isinstance(answer, PathAnswer))


def write(target: Path, scene: Scene, found: list[Answer], paper: Paper) -> None:
    """Write a figure in the format of the target's suffix, with the scene embedded.

    Raises RuntimeError for pixel formats without OpenGL.
    """
    kind = target.suffix.lower()
    layout = laid_out(scene, found, paper)
    if kind == PNG:
        studio = Studio(paper, layout.chart)
        save_png(studio.picture(scene, found, layout), target, scene, paper.dpi)
        return
    sheet = _sheet(scene, found, paper, layout)
    if kind in (TIKZ, TEX):
        tikz.write(sheet, target, embed.stated(scene, target))
    else:
        raster.write(sheet, target, _title(scene), scene=scene)


def _sheet(scene: Scene, found: list[Answer], paper: Paper, layout: page.Layout) -> Sheet:
    plot = Plot(layout.chart, paper.theme)
    show(plot, scene, found)
    plot.set_critical(paper.critical)
    ground = None if paper.transparent else rgba(paper.theme.background)
    drawn = (*groups(plot, paper.times), *layout.groups(paper.times))
    return Sheet(paper.sheet_size, ground, drawn, in_mm=paper.inches is not None, font=paper.font)


def as_svg(scene: Scene, found: list[Answer], paper: Paper, target: Path) -> str:
    """Return a figure as SVG with the scene embedded, for a file at ``target``."""
    sheet = _sheet(scene, found, paper, laid_out(scene, found, paper))
    return svg(sheet, _title(scene), embed.in_svg(embed.stated(scene, target)))


def _title(scene: Scene) -> str:
    return scene.title or manifold_of(scene.family).title


def laid_out(scene: Scene, found: list[Answer], paper: Paper) -> page.Layout:
    """Return the layout of the page.  Raises ValueError if the paper is too small."""
    return page.Layout(
        paper.logical, paper.theme, scene, found, paper.caption, paper.legend, paper.panels
    )


class Studio:
    """Renders pictures of one size, of one scene after another.

    ``chart``: size of the chart on the paper in logical pixels.  Raises RuntimeError without OpenGL.
    """

    def __init__(self, paper: Paper, chart: tuple[int, int]) -> None:
        self._paper, self._chart = paper, chart
        self._canvas = offscreen_canvas(chart, paper.theme)
        self._decor = page.Decor(paper.theme) if chart != paper.logical else None

    def picture(self, scene: Scene, found: list[Answer], layout: page.Layout) -> NDArray[np.uint8]:
        """Return the figure, (height, width, 4) RGBA."""
        paper = self._paper
        show(self._canvas, scene, found)
        self._canvas.set_critical(paper.critical)
        width, height = (
            round(side * whole / logical)
            for side, whole, logical in zip(self._chart, paper.size, paper.logical, strict=True)
        )
        picture = self._canvas.picture((width, height), paper.ratio, paper.transparent)
        if self._decor is not None:
            self._decor.set(layout)
            frame = replace(layout.frame, ratio=paper.ratio)
            whole = self._canvas.picture_of_layer(self._decor, frame, paper.size, paper.transparent)
            whole[:height, :width] = picture
            picture = whole
        return _straight(picture) if paper.transparent else picture


def _straight(premultiplied: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Convert premultiplied colours to straight alpha."""
    height, width = premultiplied.shape[:2]
    picture = Image.frombuffer("RGBa", (width, height), premultiplied, "raw", "RGBa", 0, 1)
    return np.asarray(picture.convert("RGBA"))


def offscreen_canvas(size: tuple[int, int], theme: Theme = DARK) -> OffscreenCanvas:
    """Make an offscreen plot; a process can have either this or windows.

    Raises RuntimeError without OpenGL.
    """
    # the only place where export uses OpenGL: SVG and PDF never load it
    from app.views.canvas.gl.offscreen import OffscreenCanvas

    return OffscreenCanvas(size, theme)


def save_png(
    picture: NDArray[np.uint8],
    path: str | Path,
    scene: Scene | None = None,
    dpi: float = PER_INCH,
) -> None:
    """Write pixels with their scene, atomically."""
    target, info = Path(path), PngInfo()
    if scene is not None:
        info.add_itxt(embed.KEY, embed.stated(scene, target))
    if (picture[..., 3:] == 255).all():
        picture = picture[..., :3]  # a tenth smaller
    with beside(target) as temporary:
        Image.fromarray(picture).save(temporary, format="PNG", pnginfo=info, dpi=(dpi, dpi))
