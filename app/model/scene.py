"""The scene: one frozen tree that describes everything a window, a figure or a film shows."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import chain

import numpy as np

from app.model import colormaps, colour_limits, data_points, ranges
from app.model.colour_limits import Limits
from app.model.data_points import DataPoint
from app.model.data_settings import DataSettings
from app.model.descents import DescentSettings
from app.model.flow import FlowSettings
from app.model.keyframe_tracks import Timeline
from app.model.layers import Layers, Opacity
from app.model.normals import Normals
from app.model.notes import Angle, Note, check_count
from app.model.photograph import Photograph
from app.model.pins import Pin as Pin
from app.model.pins import default_pin, default_third, default_vector, known_token
from compute.core.pictured import Pictured
from compute.core.refusal import shown
from compute.core.status import Status
from compute.families import families, parse, write
from compute.families import manifold as manifold_of
from compute.heads import head_selection
from compute.manifold.charts import Chart
from compute.manifold.extent import Extent
from compute.manifold.manifold import Manifold, known_inside
from compute.requests.geodesics import ConnectRequest

Point = tuple[float, float]
Camera = tuple[float, float, float, float, float]
# default elevation, zoom and shifts of a surface
UNTURNED = (28.0, 1.0, 0.0, 0.0)
# suffix that turns a plane chart into a surface whose height is the mapped scalar
HEIGHT = "height:"
# remarks after a change of family removed α or the notes, or set keyframes aside or brought them back
ALPHA_ENDED = "α was reset to 0 for the new family; Undo restores it"
NOTES_ENDED = "the notes of the previous family were removed; Undo restores them"
KEYS_ASIDE = "the keyframes of the previous family are set aside, and come back with it"
KEYS_BACK = "the keyframes of this family are back"
# a scene holds keyframes of this many other families, and these fields come back with them
MOST_ASIDE = 8
POSED = (
    "timeline", "chart", "start", "end", "third", "vector", "alpha", "scalar", "limits", "loop",
    "playhead", "view", "equal", "camera", "notes", "angles", "points",
)  # fmt: skip
# for the geodesic that a head's default view holds: seconds of processor time, and steps
LONGEST_LOOK, LOOK_STEPS = 0.5, 32
# the scalar map available for every family: the Fisher–Rao distance from A
DISTANCE = "distance"


def kind_of(family: str) -> tuple[str, dict[str, object]]:
    """Return a family's name and its parameters, without the numbers among them."""
    name, stated = parse(family)
    numbers = {number.name for number in families()[name].numbers}
    return name, {k: v for k, v in stated.items() if k not in numbers and not isinstance(v, float)}


@dataclass(frozen=True)
class Scene(Pictured):
    """Everything that can be undone, saved or animated.

    family: as on the command line ("gaussian", "attention:bank?layer=4&head=6&tokens=1,6,9").
    chart: name of one of the manifold's charts, or "height:" and the name of one of the plane.
    scalar: the mapped one, by its name.  Both are the family's first for "".
    start, end, third: the pins A, B and C.  vector: the tangent vector at A, θ-components.
    loop: vertices in θ of the loop for holonomy; () is a circle between the pins.
    colormap, map_opacity: of the scalar map; one of `colormaps.COLORMAPS`, and from 0 to 1.
    limits: of the map's colours, see `colour_limits`.
    playhead: position of the moving point along the geodesic, in [0, 1].  view: the visible rectangle
    in chart coordinates, or None for the manifold's own.
    equal: whether both axes have one scale even if the chart does not require it.  notes, angles: on
    the canvas.  points: given, or fitted to data.  data: their table, and how sure they are.
    descents: the race of descents.
    camera: of a surface in space: azimuth and elevation in degrees, zoom, shifts; None for the best
    view.  flow: the evolving field and its time.  photograph, normals: contents of the panels.
    timeline: keyframes, or None.  aside: what is `POSED` of scenes with keyframes of other families,
    oldest first.  unknown: (path of keys, value) of unknown entries of a file, which are written back.
    """

    family: str = "attention:bank"
    chart: str = ""
    start: Pin | None = None
    end: Pin | None = None
    vector: Point | None = None
    alpha: float = 0.0
    scalar: str = ""
    token: int = 0
    colormap: str = "viridis"
    map_opacity: float = 1.0
    limits: Limits = None
    layers: Layers = field(default_factory=Layers)
    opacity: Opacity = field(default_factory=Opacity)
    loop: tuple[Point, ...] = ()
    notes: tuple[Note, ...] = ()
    angles: tuple[Angle, ...] = ()
    points: tuple[DataPoint, ...] = ()
    third: Pin | None = None
    playhead: float = 0.5
    view: Extent | None = None
    equal: bool = False
    camera: Camera | None = None
    title: str = ""
    flow: FlowSettings = field(default_factory=FlowSettings)
    data: DataSettings = field(default_factory=DataSettings)
    descents: DescentSettings = field(default_factory=DescentSettings)
    photograph: Photograph = field(default_factory=Photograph)
    normals: Normals = field(default_factory=Normals)
    timeline: Timeline | None = None
    aside: tuple[Scene, ...] = ()
    unknown: tuple[tuple[tuple[str, ...], object], ...] = ()


def chart_of(manifold: Manifold, name: str) -> Chart:
    """Return the manifold's chart of that name; "" is the first; for a height, the plane chart below
    it.

    Raises ValueError if there is none.
    """
    if not name:
        return manifold.charts[0]
    for chart in manifold.charts:
        if chart.name == name or (chart.dimension == 2 and HEIGHT + chart.name == name):
            return chart
    known = ", ".join(chart.name for chart in manifold.charts)
    raise ValueError(f"chart of {manifold.name} must be one of {known}, got {shown(name)}")


def completed(scene: Scene) -> Scene:
    """Return ``scene`` with defaults filled in: pins, chart, vector, view.

    Raises ValueError for names that do not exist, and pins outside the domain.
    """
    manifold = manifold_of(scene.family)
    chart = chart_of(manifold, scene.chart)
    start = known_token(scene.start or default_pin(manifold, 0), manifold)
    end = known_token(scene.end or default_pin(manifold, 1), manifold)
    third = known_token(scene.third or default_third(manifold), manifold)
    for name, pin in (("A", start), ("B", end), ("C", third)):
        if not np.isfinite(pin.theta).all() or not manifold.in_domain(np.array(pin.theta)):
            raise ValueError(f"pin {name} must lie in {manifold.domain}, got {pin.theta}")
    scene = replace(scene, scalar=scene.scalar or manifold.scalars[0])
    check_ranges(replace(scene, start=start, end=end, third=third))
    data_points.check_inside(scene.points, manifold)
    if scene.scalar not in (*manifold.scalars, DISTANCE):
        known = ", ".join((*manifold.scalars, DISTANCE))
        raise ValueError(
            f"scalar of {manifold.name} must be one of {known}, got {shown(scene.scalar)}"
        )
    check_height(scene)
    colormaps.check(scene.colormap)
    return replace(
        scene,
        chart=scene.chart or chart.name,
        start=start,
        end=end,
        third=third,
        vector=scene.vector or default_vector(manifold, start.theta, end.theta),
        view=scene.view or view_of(manifold, chart),
        token=min(scene.token, max(len(manifold.support(np.array([start.theta])).x) - 1, 0)),
    )


def check_ranges(scene: Scene) -> None:
    """Raise ValueError for a specification, a number or a count that no family allows."""
    parse(scene.family)
    for name, pin in (("A", scene.start), ("B", scene.end), ("C", scene.third)):
        ranges.coordinates(f"pin {name}", pin.theta if pin else ())
    ranges.coordinates("the vector", scene.vector or ())
    ranges.coordinates("a loop", chain.from_iterable(scene.loop))
    check_count(scene.notes)
    check_count(scene.angles, "angles")
    data_points.check_count(scene.points)
    if scene.view is not None:
        ranges.view(scene.view)
    colour_limits.check(scene.limits)


def check_height(scene: Scene) -> None:
    """Raise ValueError for a height that has no pointwise formula: a distance without a closed form."""
    tall = scene.chart.startswith(HEIGHT) and scene.scalar == DISTANCE
    if tall and manifold_of(scene.family).distance is None:
        raise ValueError(
            f"a height over {manifold_of(scene.family).name} cannot show the distance, which "
            "has no closed form there: choose another scalar"
        )


def of_family(scene: Scene, family: str) -> Scene:
    """Return ``scene`` with another family: pins, chart and view are that family's defaults, α is 0,
    title and notes are removed, and keyframes are set aside; its own ones come back with all that they
    hold.

    They are kept if the landmarks stay in place (at another temperature, or with other keys, on the
    same plane), and if only a real parameter differs.
    """
    manifold = manifold_of(family)
    alike = kind_of(scene.family) == kind_of(family)
    if (alike and family != scene.family) or _same_places(manifold_of(scene.family), manifold):
        try:
            points = data_points.carried(scene.points, scene.family, family)
            third = scene.third if _has(manifold, scene.third) else None
            return completed(replace(scene, family=family, points=points, third=third))
        except ValueError:
            pass  # outside the other's domain
    kept = scene.scalar in (*manifold.scalars, DISTANCE)
    bare = replace(
        scene,
        family=family,
        title="",
        scalar=scene.scalar if kept else manifold.scalars[0],
        alpha=scene.alpha if _same_name(scene.family, family) else 0.0,
        limits=scene.limits if kept or isinstance(scene.limits, str) else None,
        chart="",
        start=None,
        end=None,
        third=None,
        vector=None,
        view=None,
        loop=(),
        notes=(),
        points=(),
        flow=replace(scene.flow, strokes=(), source="", scalar="", time=0.0),
    )
    return completed(bare) if alike else exchanged(bare, scene)


def _has(manifold: Manifold, pin: Pin | None) -> bool:
    """Whether a pin lies inside the domain."""
    return pin is not None and bool(known_inside(manifold, np.array(pin.theta)))


def exchanged(made: Scene, before: Scene) -> Scene:
    """Return ``made``, of another family than ``before``, completed: the keyframes of ``before`` are
    set aside, and its own ones come back with all that they hold.
    """
    kind, was = kind_of(made.family), kind_of(before.family)
    aside = [scene for scene in before.aside if kind_of(scene.family) != was]
    own = next((scene for scene in aside if kind_of(scene.family) == kind), None)
    if before.timeline is not None:
        posed = {name: getattr(before, name) for name in POSED}
        aside.append(Scene(family=before.family, **posed))
    made = replace(made, timeline=None, aside=tuple(aside[-MOST_ASIDE:]))
    if own is None:
        return completed(made)
    posed = {name: getattr(own, name) for name in POSED}
    others = tuple(scene for scene in made.aside if scene is not own)
    try:
        back = replace(made, **posed, aside=others, unknown=(*made.unknown, *own.unknown))
        return completed(back)
    except ValueError:
        return completed(made)  # outside the domain at other real parameters


def as_attended(scene: Scene, token: int) -> Scene:
    """Return ``scene`` with A on a token of a head, under the token's own mask if that leaves a plane.

    Raises ValueError without a head, and for a token that the head does not have.
    """
    family = attending(scene.family, token)
    here = family == scene.family
    scene = of_family(scene, family)
    marks = manifold_of(family).landmarks
    assert marks is not None and scene.start and scene.end
    x, y = marks.theta[token]
    there = Pin((float(x), float(y)), token)
    end = scene.start if scene.end.theta == there.theta else scene.end
    return completed(replace(scene, start=there, end=end, vector=scene.vector if here else None))


@lru_cache(maxsize=8)
def attending(family: str, token: int) -> str:
    """Return a head's specification whose plane shows a token's own row.

    See `head_selection.attending`.
    """
    name, stated = parse(family)
    return write(name, head_selection.attending(stated, token))


def remarks(old: Scene, new: Scene) -> str:
    """Describe side effects of a change of family; "" if none."""
    alpha = old.alpha != 0.0 == new.alpha and not _same_name(old.family, new.family)
    went, came = _holds_aside(new, old), _holds_aside(old, new)
    # an opened scene has a title
    noted = bool(old.notes) and not new.notes and not new.title and not went
    parts = (
        (ALPHA_ENDED, alpha),
        (KEYS_ASIDE, went),
        (KEYS_BACK, came),
        (NOTES_ENDED, noted),
    )
    return " · ".join(words for words, is_so in parts if is_so)


def _holds_aside(scene: Scene, other: Scene) -> bool:
    """Whether ``scene`` holds the keyframes of ``other``, of another family."""
    kind, timeline = kind_of(other.family), other.timeline
    return timeline is not None and any(
        timeline == held.timeline and kind == kind_of(held.family) for held in scene.aside
    )


def _same_name(family: str, other: str) -> bool:
    """Whether both are of the same family, with other parameters, another head or another formula."""
    return parse(family)[0] == parse(other)[0]


def _same_places(manifold: Manifold, other: Manifold) -> bool:
    """Whether two families have the same landmarks at the same θ."""
    a, b = manifold.landmarks, other.landmarks
    return a is not None and b is not None and np.array_equal(a.theta, b.theta)


def in_chart(scene: Scene, name: str) -> Scene:
    """Return ``scene`` in another chart; a height keeps the rectangle of its plane chart."""
    manifold = manifold_of(scene.family)
    chart, before = chart_of(manifold, name), chart_of(manifold, scene.chart)
    kept = scene.view if chart.plane is before.plane else None
    return replace(scene, chart=name, view=kept or view_of(manifold, chart), camera=None)


@lru_cache(maxsize=16)
def view_of(manifold: Manifold, chart: Chart) -> Extent:
    """Return the default rectangle of a chart, or one around the pins."""
    first = manifold.charts[0]
    if chart is first:
        return manifold.view if manifold.landmarks is None else _around_geodesic(manifold)
    if chart.view is not None:
        return chart.view
    # distances may grow greatly between charts
    pins = first.forward(np.array(manifold.pins))
    low, high = pins.min(axis=0), pins.max(axis=0)
    view = manifold.view
    reach = np.maximum(0.5 * (high - low), 0.2 * np.array([view.x1 - view.x0, view.y1 - view.y0]))
    x = np.linspace(max(low[0] - reach[0], view.x0), min(high[0] + reach[0], view.x1), 33)
    y = np.linspace(max(low[1] - reach[1], view.y0), min(high[1] + reach[1], view.y1), 33)
    theta = first.inverse(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    theta = theta[np.isfinite(theta).all(axis=1)]
    xy = chart.plane.forward(theta[manifold.in_domain(theta)])
    xy = xy[np.isfinite(xy).all(axis=1)]
    low, high = xy.min(axis=0), xy.max(axis=0)
    border = 0.06 * (high - low)
    return Extent(
        *(float(v) for pair in zip(low - border, high + border, strict=True) for v in pair)
    )


def _around_geodesic(manifold: Manifold) -> Extent:
    """Return the default rectangle of a head, enlarged to hold the geodesic between the default pins.

    It stays as it is if the geodesic is not found within `LONGEST_LOOK` seconds.
    """
    from compute.core.interrupt import TookTooLong, limited
    from compute.engine.reference import ReferenceEngine

    view, (start, end) = manifold.view, np.array(manifold.pins)[:, None]
    try:
        with limited(LONGEST_LOOK, time.thread_time):
            paths = ReferenceEngine().connect(ConnectRequest(manifold, start, end, 0.0, LOOK_STEPS))
    except TookTooLong:
        return view
    if not Status(int(paths.status[0])).arrived:
        return view
    low, high = paths.theta[0].min(axis=0), paths.theta[0].max(axis=0)
    if (low >= (view.x0, view.y0)).all() and (high <= (view.x1, view.y1)).all():
        return view
    x0, y0 = np.minimum(low, (view.x0, view.y0))
    x1, y1 = np.maximum(high, (view.x1, view.y1))
    return Extent(float(x0), float(x1), float(y0), float(y1)).grown(0.06)
