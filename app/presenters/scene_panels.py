"""The panels' view of a scene, as plain data."""

from __future__ import annotations

import numpy as np

from app.jobs import studies
from app.jobs.subject import Subject
from app.model.colormaps import COLORMAPS
from app.model.scene import DISTANCE, HEIGHT
from app.presenters import head_specification
from app.views.interface.views import Choice, LayerRow, PanelState
from app.views.text.scalar_names import words_of
from compute.families import families, parse
from compute.manifold.manifold import Manifold

# what a layer is called, and one sentence about it
LAYER_WORDS = {
    "map": ("Scalar map", "A number of each distribution as a colour, chosen above."),
    "contours": (
        "Contour lines",
        "Where the map has the values that its bar marks; without its colours where Opacity is 0.",
    ),
    "grid": ("Coordinate grid", "Lines through the ticks of the axes, which are the chart’s."),
    "ellipses": (
        "Fisher circles",
        "All of one radius by g: large where distributions are hard to tell apart. One that would not "
        "fit between its neighbours is left out.",
    ),
    "tokens": (
        "Tokens",
        "The queries of the sentence; the fainter, the farther off this plane. Hollow ones had another "
        "mask: the model never gave them the row that this plane has there.",
    ),
    "geodesic": ("Geodesic", "∇θ′ = 0: of all near paths between A and B the shortest, for α = 0."),
    "straight": (
        "Straight line",
        "What the chart takes for straight: another chart has another line.",
    ),
    "transport": (
        "Carried vector",
        "Parallel along the geodesic, ∇V = 0: g keeps its length for α = 0.",
    ),
    **{kind.layer(): (kind.title, kind.hint) for kind in studies.kinds()},
    "flow": ("Flow", "A field that evolves by its own equation: see the panel Flow."),
    "particles": ("Particles", "Three thousand points that go with the field, as it is now."),
    "singularities": (
        "Singularities",
        "Zeros of the field with their index, how often it turns around them: +1, or −1 of saddles.",
    ),
}


def state(subject: Subject) -> PanelState:
    """Return the state of all panels for a completed scene."""
    scene, manifold = subject.scene, subject.manifold
    name, _ = parse(scene.family)
    return PanelState(
        families=[Choice(f.name, f.title) for f in families().values()],
        family=name,
        outcomes=manifold.support(np.array([manifold.interior])).labels,
        scalars=[Choice(s, words_of(s)) for s in (*manifold.scalars, DISTANCE)],
        scalar=scene.scalar,
        colormaps=[Choice(name, words) for name, words in COLORMAPS.items()],
        colormap=scene.colormap,
        map_opacity=scene.map_opacity,
        token=scene.token,
        charts=_charts(manifold),
        chart=scene.chart,
        alpha=scene.alpha,
        line_element=manifold.line_element,
        definition=manifold.key.removeprefix("custom:") if name == "custom" else "",
        attention=head_specification.state(scene.family)
        if name == head_specification.NAME
        else None,
        note=head_specification.note(manifold, scene.family)
        or f"Gaussian curvature K: {manifold.curvature_words}",
        layers=[
            LayerRow(
                field,
                words,
                bool(getattr(scene.layers, field)),
                getattr(scene.opacity, field, None),
                hint,
            )
            for field, (words, hint) in LAYER_WORDS.items()
            if _has(manifold, field)
        ],
    )


def _has(manifold: Manifold, layer: str) -> bool:
    """Whether a layer means something of a family."""
    if layer == "tokens":
        return manifold.landmarks is not None
    return all(kind.fits(manifold) for kind in studies.kinds() if kind.layer() == layer)


def chart_words(manifold: Manifold, name: str) -> str:
    """Return the family panel's name for a chart."""
    return next((c.words for c in _charts(manifold) if c.value == name), name)


def _charts(manifold: Manifold) -> list[Choice]:
    """Return the charts, and the heights over those of the plane."""
    own = [Choice(c.name, c.title) for c in manifold.charts]
    flat = [c for c in manifold.charts if c.dimension == 2]
    return own + [Choice(HEIGHT + c.name, f"Height over {_inside(c.title)}") for c in flat]


def _inside(title: str) -> str:
    """Return a title as it is written within a sentence: a name keeps its capital."""
    return title if title.startswith("Poincaré") else title.lower()
