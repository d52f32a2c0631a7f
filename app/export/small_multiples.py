"""Pictures of several scenes side by side on one page, at one scale and in one range of colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.export import figure, page
from app.export import figure_panels as draw
from app.export.figure import Paper, Told
from app.export.placement import moved
from app.export.sheet import Group, Sheet, groups, width_of
from app.export.sheet import drawn as in_items
from app.jobs.answers import Answer
from app.jobs.path import PathAnswer
from app.jobs.variants import Variant, at_one_scale
from app.model.scene import Scene
from app.presenters.comparison import at_one_colour, caption
from app.views.canvas.display_list import Label, Primitive
from app.views.canvas.layers.key import Row
from app.views.canvas.layers.layer import Layer
from app.views.canvas.plot import Plot
from app.views.canvas.projections.frame import Frame, Margins
from app.views.interface.picture import columns
from app.views.interface.theme import rgba
from compute.manifold.extent import Extent
from compute.requests.engine import Engine

# logical pixels above a picture, for its name and its length
HEAD = 26.0
# rows of the legend at the foot of the page, and their height
ROWS, FOOT = 2, 2 * page.LINE + 4.0


@dataclass(frozen=True, eq=False)
class Picture:
    """A scene with its answers, and its name; without a scene the reason."""

    name: str
    scene: Scene | None
    found: Sequence[Answer] = ()
    problem: str = ""

    @property
    def path(self) -> PathAnswer | None:
        """The answer with the geodesic."""
        return next((each for each in self.found if isinstance(each, PathAnswer)), None)


def pictures(
    variants: Sequence[Variant], engine: Engine, size: tuple[int, int], told: Told
) -> list[Picture]:
    """Return a picture of each variant; what cannot be computed is reported to ``told``."""
    scenes = at_one_scale([each.scene for each in variants if each.scene is not None])
    found = [figure.answers(scene, engine, size, told=told) for scene in scenes]
    made = iter(zip(at_one_colour(scenes, found), found, strict=True)) if scenes else iter(())
    result = []
    for each in variants:
        if each.scene is None:
            told(f"{each.name} cannot be shown: {each.problem}")
            result.append(Picture(each.name, None, problem=each.problem))
        else:
            result.append(Picture(each.name, *next(made)))
    return result


def grid(count: int, size: tuple[int, int]) -> tuple[int, int]:
    """Return rows and columns for pictures on a page: those whose cells have the usual shape."""
    across = columns(count, (size[0], size[1] - FOOT), HEAD)
    return math.ceil(count / across), across


def cell(count: int, paper: Paper) -> tuple[int, int]:
    """Return the size of a picture in logical pixels.  Raises ValueError if the page is too small."""
    rows, across = grid(count, paper.logical)
    width, height = paper.logical[0] // across, int((paper.logical[1] - FOOT) / rows - HEAD)
    least = page.NARROWEST_PRINTED if paper.theme.pen else page.NARROWEST
    if min(width, height) < least:
        raise ValueError(
            f"the figure leaves its {count} pictures {width}x{height} logical pixels each; "
            f"they need at least {least} per side"
        )
    return width, height


def drawn(made: Sequence[Picture], paper: Paper) -> Sheet:
    """Return the page of all pictures, row by row, each under its name, and what the lines mean."""
    paper = replace(paper, legend=True)  # below all of them
    _, across = grid(len(made), paper.logical)
    width, height = cell(len(made), paper)
    found: list[Group] = []
    for i, picture in enumerate(made):
        row, column = divmod(i, across)
        left, top = column * width, row * (height + HEAD)
        found.append(_heading(picture, (left, top), paper))
        if picture.scene is not None:
            plot = Plot((width, height), paper.theme)
            figure.show(plot, picture.scene, list(picture.found))
            by = paper.times * left, paper.times * (top + HEAD)
            found += [moved(group, by) for group in groups(plot, paper.times)]
    ground = None if paper.transparent else rgba(paper.theme.background)
    found.append(_legend(made, paper))
    return Sheet(
        paper.sheet_size, ground, tuple(found), in_mm=paper.inches is not None, font=paper.font
    )


class Legend(Layer):
    """The meaning of the lines of a picture, in as many rows as there is room for."""

    def __init__(self, picture: Picture, paper: Paper) -> None:
        super().__init__(paper.theme)
        self._picture, self._size = picture, paper.logical

    def build(self, frame: Frame) -> Sequence[Primitive]:
        """Draw one row at the foot of the page."""
        ink, shown = draw.Ink(self.theme), self._picture
        keys = draw.legend(shown.scene, shown.found) if shown.scene else []
        # circles have a radius of their own in each picture
        keys = [Row(it.kind, it.words.partition(", radius")[0], it.share) for it in keys]
        rows = draw.in_rows(keys, self._size[0] - 2 * page.EDGE)
        for i, row in enumerate(rows[:ROWS]):
            y = self._size[1] - FOOT + page.LINE * (i + 0.7)
            draw.draw_legend(ink, row, (page.EDGE, y))
        return (*ink.shapes, *ink.labels)


def _legend(made: Sequence[Picture], paper: Paper) -> Group:
    first = next((each for each in made if each.scene is not None), made[0])
    whole = Frame(Extent(0.0, 1.0, 0.0, 1.0), paper.logical, Margins(0, 0, 0, 0))
    return Group(in_items([Legend(first, paper)], whole, paper.times))


def _heading(picture: Picture, at: tuple[float, float], paper: Paper) -> Group:
    """Return the name of a picture, with the length of its geodesic or why there is none."""
    size, theme, times = page.SIZE, paper.theme, paper.times
    x, y = at[0] + page.EDGE / 2, at[1] + HEAD / 2
    name = Label(picture.name, (times * x, times * y), times * size, rgba(theme.text), bold=True)
    words = picture.problem or caption(picture.path)
    beside = x + width_of(picture.name, size) * 1.08 + size
    colour = rgba(theme.warning if picture.problem else theme.muted)
    return Group((name, Label(words, (times * beside, times * y), times * size, colour)))
