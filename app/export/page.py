"""The page of a figure: the chart, a column of panels at its right, the caption below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.export import figure_panels as draw
from app.export.sheet import Group, drawn, width_of
from app.jobs.answers import Answer
from app.jobs.flow import FlowAnswer
from app.jobs.path import PathAnswer
from app.jobs.scalar_map import MapAnswer
from app.jobs.studies.study import StudyAnswer
from app.model.scene import Scene
from app.presenters import flow_form, head_specification, measures, outcomes
from app.presenters.scene_panels import chart_words
from app.views.canvas.display_list import Primitive
from app.views.canvas.layers.key import Row
from app.views.canvas.layers.layer import Layer
from app.views.canvas.projections.frame import Frame, Margins
from app.views.interface.theme import Theme
from app.views.interface.views import Distributions, Measure
from app.views.text.mathematics import powers, with_short_numbers
from app.views.text.number_format import KEPT_BY_NONE
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.families import parse
from compute.flow.modes import BACKWARD
from compute.heads import head_selection
from compute.manifold.extent import Extent

COLUMN = 360  # width of the panels
EDGE = 22.0  # margin of the page
AROUND = 14.0  # above and below the panels
LINE = 18.0  # between the caption's lines
NARROWEST, NARROWEST_PRINTED = 240, 140  # of a chart
SIZE = draw.SIZE  # of the letters


class Decor(Layer):
    """The panels and caption around the chart, updated for each frame of a film."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._layout: Layout | None = None

    def set(self, layout: Layout) -> None:
        """Draw the panels and caption of ``layout`` from now on."""
        self._layout = layout
        self.changed()

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Draw panels and caption according to the layout."""
        ink = draw.Ink(self.theme)
        if self._layout is not None:
            self._layout.draw(ink)
        return (*ink.shapes, *ink.labels)


@dataclass(frozen=True, eq=False)
class Layout:
    """The layout of a page of ``size`` logical pixels.

    ``found``: the scene's answers.  ``kept``: the height of legend and caption that all frames of a
    film share; 0 means the height that they need.  Raises ValueError if panels and caption leave no
    room for the chart.
    """

    size: tuple[int, int]
    theme: Theme
    scene: Scene
    found: Sequence[Answer]
    caption: bool
    legend: bool
    panels: tuple[str, ...]
    kept: int = 0

    @cached_property
    def lines(self) -> list[str]:
        """The caption, broken into lines."""
        if not self.caption:
            return []
        # readers may substitute a wider font
        width = 0.92 * (self.size[0] - 2 * EDGE)
        return [line for text in caption(self.scene, self._path, self.found)
                for line in broken(text, draw.SIZE, width)]  # fmt: skip

    @cached_property
    def keys(self) -> list[list[Row]]:
        """The legend, broken into rows."""
        found = draw.legend(self.scene, self.found) if self.legend else []
        return draw.in_rows(found, self.size[0] - 2 * EDGE)

    @property
    def foot(self) -> int:
        """The height of legend and caption below the chart, in logical pixels."""
        if self.kept:
            return self.kept
        rows = len(self.lines) + len(self.keys)
        apart = LINE / 2 if self.keys and self.lines else 0.0
        below = EDGE / 2 if self.theme.pen else EDGE
        return round(LINE * rows + below + apart) if rows else 0

    @cached_property
    def chart(self) -> tuple[int, int]:
        """Width and height of the chart, at the page's top left."""
        width = self.size[0] - (COLUMN if self.panels else 0)
        height = self.size[1] - self.foot
        least = NARROWEST_PRINTED if self.theme.pen else NARROWEST
        if (width, height) != self.size and min(width, height) < least:
            raise ValueError(
                f"a figure of {self._words} leaves its chart {width}x{height} beside panels, "
                f"legend and caption; it needs at least {least} per side"
            )
        return width, height

    @property
    def _words(self) -> str:
        """The size of the page as words of a message, in logical pixels."""
        words = f"{self.size[0]}x{self.size[1]} pixels"
        return f"{words} with {SIZE:g}-pixel letters" if self.theme.pen else f"{words} at 96 dpi"

    @property
    def _path(self) -> PathAnswer:
        return next(answer for answer in self.found if isinstance(answer, PathAnswer))

    @cached_property
    def _measures(self) -> list[Measure]:
        return [*measures.measures(self._path), *_of_studies(self.found)]

    @cached_property
    def _distributions(self) -> Distributions | None:
        return outcomes.distributions(self.scene, self._path, manifold_of(self.scene.family))

    @property
    def least(self) -> float:
        """The height that the panels need, in logical pixels; 0 without panels."""
        needed = []
        if "measures" in self.panels:
            needed.append(draw.height_of_measures(self._measures))
        if "distributions" in self.panels and self._distributions is not None:
            needed.append(draw.height_of_distributions(self._distributions))
        return sum(needed) + EDGE * len(needed) + 2 * AROUND if needed else 0.0

    def draw(self, ink: draw.Ink) -> None:
        """Draw panels and caption on the page."""
        width, height = self.chart
        left, right, top, bottom = width + 6.0, self.size[0] - EDGE, AROUND, height - AROUND
        if "measures" in self.panels:
            lines = self._measures
            needed = draw.height_of_measures(lines)
            self._check_room("measures", bottom - top, needed)
            under = bottom - needed if "distributions" in self.panels else top
            draw.draw_measures(ink, lines, (left, under, right, bottom))
            bottom = under - EDGE
        if "distributions" in self.panels:
            shown = self._distributions
            if shown is not None:
                needed = draw.height_of_distributions(shown)
                self._check_room("distributions", bottom - top, needed)
                draw.draw_distributions(ink, shown, (left, top, right, bottom))
        for i, row in enumerate(self.keys):
            draw.draw_legend(ink, row, (EDGE, height + LINE * (i + 0.5)))
        under = height + LINE * (len(self.keys) + 0.5 * bool(self.keys))
        for i, line in enumerate(self.lines):
            ink.words(line, (EDGE, under + LINE * (i + 0.5)), draw.SIZE, ink.theme.text)

    def _check_room(self, panel: str, room: float, needed: float) -> None:
        if room < needed:
            raise ValueError(
                f"a figure of {self._words} leaves its {panel} "
                f"{max(room, 0):.0f} of height; it needs at least {needed:.0f}"
            )

    @property
    def frame(self) -> Frame:
        """The page as a frame without margins."""
        return Frame(Extent(0.0, 1.0, 0.0, 1.0), self.size, Margins(0, 0, 0, 0))

    def groups(self, times: float = 1.0) -> tuple[Group, ...]:
        """Return panels and caption as items of a sheet, ``times`` as large as logical pixels."""
        decor = Decor(self.theme)
        decor.set(self)
        return (Group(drawn([decor], self.frame, times)),)


def _of_studies(found: Sequence[Answer]) -> list[Measure]:
    """Return the measures of the layers around the geodesic."""
    studies = [answer for answer in found if isinstance(answer, StudyAnswer)]
    return [measure for answer in studies for measure in answer.measures]


def caption(scene: Scene, path: PathAnswer, found: Sequence[Answer]) -> list[str]:
    """Return the caption: family and ds², contents, and certificate, in short paragraphs."""
    manifold = manifold_of(scene.family)
    formula = "; ".join(line.strip() for line in manifold.line_element.splitlines() if line.strip())
    drawn_by = chart_words(manifold, scene.chart)
    coloured = [
        f"Colours: {head_specification.scalar_words(scene.family, scene.scalar, scene.token)}."
        for answer in found
        if isinstance(answer, MapAnswer)
    ]
    status = Status(int(path.paths.status[0]))
    numbers = {m.name: powers(m.value) for m in measures.measures(path)}
    first = [
        f"{scene.title or manifold.title}{head_caption(scene.family)}.",
        f"{with_short_numbers(formula).replace('-', '−')}.",
        f"Chart: {drawn_by}.",
        *coloured,
    ]
    lengths = [f"α = {scene.alpha:g}".replace("-", "−")]
    for name in (*measures.LENGTH.values(), "Straight line", "Closed form"):
        if name in numbers:
            lengths.append(f"{name} {' '.join(numbers[name].split())}")
    proof = [f"Certificate: {status.words}"]
    for name in ("End point missed by", "Speed drift", "Transport error"):
        if name in numbers and numbers[name] != KEPT_BY_NONE:
            proof.append(f"{name[0].lower()}{name[1:]} {numbers[name]}")
    flows = [_of_flow(answer) for answer in found if isinstance(answer, FlowAnswer)]
    return [
        " ".join(first),
        f"{' · '.join(lengths)}.",
        *flows,
        powers(f"{', '.join(proof)} ({path.paths.engine} engine)."),
    ]


def caption_of(scene: Scene, found: Sequence[Answer]) -> str:
    """Return the caption as one paragraph of text; "" without a geodesic."""
    path = next((answer for answer in found if isinstance(answer, PathAnswer)), None)
    return " ".join(caption(scene, path, found)) if path is not None else ""


def head_caption(family: str) -> str:
    """Return the head's file, layer, number and caveats, in parentheses; "" for other families."""
    name, stated = parse(family)
    if name != "attention":
        return ""
    head = head_selection.settings(stated)
    layer = head_selection.file_of(head).layer_words(head["layer"])
    place = f"{Path(str(head['source'])).name}, layer {layer}, head {head['head']}"
    return f" ({'; '.join((place, *head_specification.caveats(family)))})"


def _of_flow(answer: FlowAnswer) -> str:
    """Describe a flow: equation, initial field, time, and how it was computed."""
    flow = answer.job.flow
    study = " (backward heat, ill-posed)" if flow.mode in BACKWARD else ""
    stopped = "" if answer.status == Status.OK else ", stopped when the norm had grown tenfold"
    mode, initial = flow_form.words_of(flow)
    words = f"Flow: {mode}{study}, initial field “{initial}”, t = {answer.time:.4g}{stopped}"
    return f"{words} (float64, {flow.side} × {flow.side} nodes)."


def broken(text: str, size: float, width: float) -> list[str]:
    """Break a paragraph into lines of at most ``width``."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
