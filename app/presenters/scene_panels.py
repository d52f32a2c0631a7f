"""The states of the family and layer panels for a scene."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from app.jobs import studies
from app.jobs.subject import Subject
from app.model import colormaps
from app.model.scene import DISTANCE, HEIGHT, Scene
from app.presenters import head_specification
from app.views.interface.choices import SEPARATOR, Choice, LayerRow, NumberRow
from app.views.interface.panel_state import PanelState
from app.views.text.entered_numbers import written
from app.views.text.mathematics import unbroken, with_short_numbers
from app.views.text.scalar_names import words_of
from compute.definitions.parameters import Parameter
from compute.families import families, parse
from compute.manifold.manifold import Manifold

# name of a layer, and one sentence about it
LAYER_WORDS = {
    "map": ("Scalar map", "A scalar, chosen above, shown as colour."),
    "contours": (
        "Contour lines",
        "Lines of equal values of the map, at the marks of its bar; shown without colours if its "
        "opacity is 0.",
    ),
    "grid": ("Coordinate grid", "Lines through the tick marks of the chart’s axes."),
    "ellipses": (
        "Fisher circles",
        "Circles of equal radius under g: large where distributions are hard to tell apart. "
        "Circles that would overlap are omitted.",
    ),
    "tokens": (
        "Tokens",
        "The queries of the text; fainter means farther from this plane. A hollow token has "
        "another mask, so the model never gave it the row shown at its place.",
    ),
    "geodesic": (
        "Geodesic",
        "∇θ′ = 0: for α = 0, the shortest among all nearby paths from A to B.",
    ),
    "straight": (
        "Straight line",
        "The line that is straight in the family’s parameters.",
    ),
    "transport": (
        "Carried vector",
        "Parallel along the geodesic, ∇V = 0; for α = 0 its length under g is constant.",
    ),
    "points": (
        "Points of data",
        "Points of a table, or the maximum-likelihood points of samples: File, Open data.",
    ),
    "third": ("Point C", "A third point, from which constructions start."),
    "notes": (
        "Notes",
        "Words, arrows and marks of angles: right click on the canvas to add them.",
    ),
    **{kind.layer(): (kind.title, kind.hint) for kind in studies.kinds()},
    "flow": (
        "Flow",
        "A field that evolves by a heat flow or a related equation: see the panel Flow.",
    ),
    "particles": ("Particles", "Three thousand points that move with the current field."),
    "singularities": (
        "Singularities",
        "Zeros of the field with their index (winding number): −1 for saddles, +1 for other "
        "simple zeros.",
    ),
}


# step in θ by which a chart is found to bend lines
STEP = 1e-3
# of coordinates, and the longest name of a layer for which a column has room
SUBSCRIPTS, LONGEST_NAME = "₀₁₂₃₄₅₆₇₈₉", 16
# families of the picker in groups: attention, lines and circles, positive numbers, counts, outcomes
# and mixtures, quantum states; others follow by title, and last the user's own
GROUPS = (
    ("attention",),
    ("gaussian", "student_t", "cauchy", "laplace", "logistic", "gumbel", "von_mises"),
    (
        *("gamma", "inverse_gamma", "nakagami", "inverse_gaussian", "log_normal", "log_logistic"),
        *("weibull", "frechet", "pareto", "birnbaum_saunders", "flat_exponential_pair", "beta"),
    ),
    ("binomial_binomial", "geometric_geometric", "negative_binomial", "poisson_poisson"),
    ("categorical3_expectation", "categorical3_natural", "categorical", "mixture_mm", "mixture_wm"),
    ("bures_slice_qfi", "bures_slice_bures"),
)
OWN = "custom"


def in_groups(titles: Mapping[str, str]) -> list[Choice]:
    """Return families by name and title in the order of the picker, with lines between groups."""
    grouped = {name for group in GROUPS for name in group} | {OWN}
    others = sorted(titles.keys() - grouped, key=lambda name: titles[name])
    found: list[Choice] = []
    for group in (*GROUPS, others, (OWN,)):
        listed = [Choice(name, titles[name]) for name in group if name in titles]
        found += [SEPARATOR, *listed] if found and listed else listed
    return found


@lru_cache(maxsize=4)
def _outcomes(family: str, labels: tuple[str, ...]) -> tuple[Choice, ...]:
    """Return the outcomes that have names; keys of a head with their positions in the file."""
    names = head_specification.named_keys(family, labels)
    return tuple(Choice(str(i), words) for i, words in enumerate(names))


def state(subject: Subject) -> PanelState:
    """Return the state of all panels for a completed scene."""
    scene, manifold = subject.scene, subject.manifold
    name, _ = parse(scene.family)
    return PanelState(
        families=in_groups({f.name: f.title for f in families().values()}),
        family=name,
        outcomes=_outcomes(scene.family, manifold.support(np.array([manifold.interior])).labels),
        scalars=[Choice(s, words_of(s)) for s in (*manifold.scalars, DISTANCE)],
        scalar=scene.scalar,
        colormaps=[Choice(name, words) for name, words in colormaps.titles().items()],
        colormap=scene.colormap,
        map_opacity=scene.map_opacity,
        token=scene.token,
        charts=_charts(manifold),
        chart=scene.chart,
        alpha=scene.alpha,
        line_element=unbroken(with_short_numbers(manifold.line_element.replace(",  ", "\n"))),
        definition=manifold.key.removeprefix("custom:") if name == "custom" else "",
        attention=head_specification.state(scene.family)
        if name == head_specification.NAME
        else None,
        numbers=_numbers(scene.family),
        note=head_specification.note(manifold, scene.family)
        or f"Gaussian curvature K: {_curvature(manifold.curvature_words)}",
        layers=[
            LayerRow(
                field,
                _straight_in(manifold) if field == "straight" and _bends(subject) else words,
                bool(getattr(scene.layers, field)),
                getattr(scene.opacity, field, None),
                hint,
            )
            for field, (words, hint) in LAYER_WORDS.items()
            if _has(manifold, field) and _is_listed(scene, field)
        ],
    )


def _numbers(family: str) -> list[NumberRow]:
    """Return the rows of the family's numbers."""
    name, stated = parse(family)
    own = families()[name].numbers
    return [_number(number, stated.get(number.name, number.default)) for number in own]


def _number(number: Parameter, value: float) -> NumberRow:
    scale = number.scale
    after = min(max(bisect_left(scale, value), 1), len(scale) - 1)
    nearest = after - (value - scale[after - 1] < scale[after] - value)
    words = f"{number.title} {number.symbol}, from {number.low:g} to {number.high:g}."
    text = written(float(value))
    return NumberRow(
        f"family.{number.name}", number.symbol, number.title, words, text, scale, nearest
    )


def _straight_in(manifold: Manifold) -> str:
    """Name the coordinates, by their letter alone if they share it, as far as a column has room."""
    letters = dict.fromkeys(name.rstrip(SUBSCRIPTS) for name in manifold.coordinates)
    words = f"Straight in {', '.join(letters)}"
    return words if len(words) <= LONGEST_NAME else LAYER_WORDS["straight"][0]


def _bends(subject: Subject) -> bool:
    """Whether the chart draws the straight lines of the family's coordinates as curves."""
    theta = np.array(subject.manifold.interior, dtype=np.float64)
    steps = STEP * np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    ahead, here, back = (subject.chart.forward(theta + k * steps) for k in (1, 0, -1))
    return bool(np.abs(ahead + back - 2 * here).max() > STEP**2 * np.abs(ahead - back).max() * 1e-2)


def _curvature(words: str) -> str:
    """Return a curvature: a formula, in which no line breaks, or words."""
    return words if re.search("[a-z]{2}", words) else unbroken(words)


def _has(manifold: Manifold, layer: str) -> bool:
    """Whether a layer applies to a family."""
    if layer == "tokens":
        return manifold.landmarks is not None
    return all(kind.fits(manifold) for kind in studies.kinds() if kind.layer() == layer)


def _is_listed(scene: Scene, layer: str) -> bool:
    """Whether a layer has a row: it is on, or there is something for it to show."""
    if layer == "points":
        return len(scene.points) > 0
    if getattr(scene.layers, layer):
        return True
    if layer == "third":
        return False
    return all(kind.listed(scene) for kind in studies.kinds() if kind.layer() == layer)


def chart_words(manifold: Manifold, name: str) -> str:
    """Return the family panel's name for a chart."""
    return next((c.words for c in _charts(manifold) if c.value == name), name)


def _charts(manifold: Manifold) -> list[Choice]:
    """Return the charts, and the heights over plane charts."""
    own = [Choice(c.name, c.title) for c in manifold.charts]
    flat = [c for c in manifold.charts if c.dimension == 2]
    return own + [Choice(HEIGHT + c.name, f"Height over {_inside(c.title)}") for c in flat]


def _inside(title: str) -> str:
    """Return a title in lower case for use in a sentence; proper names keep their capital."""
    return title if title.startswith("Poincaré") else title.lower()
