"""What the panels show of a scene, as plain data."""

from __future__ import annotations

import numpy as np

from app.controller import attention
from app.controller.picture import words_of
from app.model.colormaps import COLORMAPS
from app.model.scene import DISTANCE, HEIGHT, Scene
from app.views.base import Choice, LayerRow, PanelState
from compute.families import families, parse
from compute.families import family as manifold_of
from compute.manifold import Manifold

LAYER_WORDS = {
    "map": "Scalar map",
    "grid": "Coordinate grid",
    "ellipses": "Fisher circles",
    "tokens": "Tokens",
    "geodesic": "Geodesic",
    "straight": "Straight line",
    "transport": "Carried vector",
    "dual_paths": "e- and m-paths",
    "all_geodesics": "All geodesics",
    "spray": "Spray from A",
    "balls": "Balls through B",
    "loop": "Loop",
    "cut_locus": "Cut locus of A",
    "query_space": "In query space",
    "flow": "Flow",
    "particles": "Particles",
    "singularities": "Singularities",
}


def state(scene: Scene) -> PanelState:
    """The state of all panels for a completed scene."""
    manifold = manifold_of(scene.family)
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
        attention=attention.state(scene.family) if name == attention.NAME else None,
        note=attention.note(manifold) or f"Gaussian curvature K: {manifold.curvature_words}",
        layers=[
            LayerRow(
                field,
                words,
                bool(getattr(scene.layers, field)),
                getattr(scene.opacity, field, None),
            )
            for field, words in LAYER_WORDS.items()
            if _has(manifold, field)
        ],
    )


def _has(manifold: Manifold, layer: str) -> bool:
    """Whether a layer means something of a family."""
    if layer == "tokens":
        return manifold.landmarks is not None
    return layer != "query_space" or manifold.name == attention.NAME


def chart_words(manifold: Manifold, name: str) -> str:
    """What the family panel calls a chart."""
    return next((c.words for c in _charts(manifold) if c.value == name), name)


def _charts(manifold: Manifold) -> list[Choice]:
    """The charts, and the heights over those of the plane."""
    own = [Choice(c.name, c.title) for c in manifold.charts]
    flat = [c for c in manifold.charts if c.dimension == 2]
    return own + [Choice(HEIGHT + c.name, f"Height over {_inside(c.title)}") for c in flat]


def _inside(title: str) -> str:
    """A title as it is written within a sentence: a name keeps its capital."""
    return title if title.startswith("Poincaré") else title.lower()
