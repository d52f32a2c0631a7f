"""What the panels show of a scene, as plain data."""

from __future__ import annotations

import numpy as np

from app.controller.picture import words_of
from app.model.scene import DISTANCE, HEIGHT, Layers, Scene
from app.views.base import Choice, PanelState
from compute import heads
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
    "flow": "Flow",
    "particles": "Particles",
    "singularities": "Singularities",
}


def state(scene: Scene) -> PanelState:
    """The state of all panels for a completed scene."""
    manifold = manifold_of(scene.family)
    name, stated = parse(scene.family)
    defaults = families()[name].parameters
    chosen = {**defaults, **stated}
    is_attention = "layer" in defaults
    file = heads.load(chosen["source"]) if is_attention else None
    return PanelState(
        families=[Choice(f.name, f.title) for f in families().values()],
        family=name,
        heads=[Choice(n, _sentence(n)) for n in heads.bundled()] if is_attention else [],
        head=chosen.get("source", ""),
        layer=chosen.get("layer", 0),
        layer_count=file.layers if file else 0,
        head_index=chosen.get("head", 0),
        head_count=file.heads if file else 0,
        tokens=_token_words(manifold),
        outcomes=manifold.support(np.array([manifold.interior])).labels,
        plane=_plane(chosen) if file else (0, 0, 0),
        scalars=[Choice(s, words_of(s)) for s in (*manifold.scalars, DISTANCE)],
        scalar=scene.scalar,
        token=scene.token,
        charts=_charts(manifold),
        chart=scene.chart,
        alpha=scene.alpha,
        line_element=manifold.line_element,
        definition=manifold.key.removeprefix("custom:") if name == "custom" else "",
        note=_note(manifold),
        layers=[
            (field, words, bool(getattr(scene.layers, field)))
            for field, words in LAYER_WORDS.items()
            if field in Layers.__dataclass_fields__ and (field != "tokens" or manifold.landmarks)
        ],
    )


def _charts(manifold: Manifold) -> list[Choice]:
    """The charts, and the heights over those of the plane."""
    own = [Choice(c.name, c.title) for c in manifold.charts]
    flat = [c for c in manifold.charts if c.dimension == 2]
    return own + [Choice(HEIGHT + c.name, f"Height over {c.title.lower()}") for c in flat]


def _sentence(name: str) -> str:
    """A head file's words, shortened."""
    tokens = [t for t in heads.load(name).tokens if not t.startswith("[")]
    text = " ".join(tokens).replace(" ##", "").replace(" .", ".")
    return text if len(text) <= 48 else text[:47] + "…"


def _token_words(manifold: Manifold) -> tuple[str, ...]:
    return manifold.landmarks.labels if manifold.landmarks is not None else ()


def _plane(chosen: dict[str, object]) -> tuple[int, int, int]:
    head = heads.load(str(chosen["source"])).head(
        int(str(chosen["layer"])), int(str(chosen["head"]))
    )
    text = str(chosen["tokens"])
    return heads.token_triple(text, head) if text else heads.default_triple(head)


def _note(manifold: Manifold) -> str:
    """One sentence on curvature, or on how far the tokens lie off the plane."""
    if manifold.landmarks is None:
        curvature = manifold.name in families() and families()[manifold.name].curvature
        return f"Gaussian curvature K: {curvature}"
    away = manifold.landmarks.residual[manifold.landmarks.residual > 1e-9]
    if len(away) == 0:
        return "All queries of this head lie in the plane."
    off = np.median(away)
    return (
        f"The plane holds three queries exactly. Of the others’ distance {off:.0%} (median) lies off "
        "it: the fainter a token, the more."
    )
