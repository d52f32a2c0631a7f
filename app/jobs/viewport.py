"""The canvas as jobs see it: its pixels, what it shows, and whether a hand moves something."""

from __future__ import annotations

from dataclasses import dataclass

from app.model.scene import HEIGHT, Scene, chart_of
from compute.families import manifold as manifold_of
from compute.manifold.extent import Extent

# nodes of a path before there is a device, while a pin is dragged, and at rest
STEPS = {"early": 32, "live": 64, "final": 128}
# what the map is larger than the plot, which changes a little when the colour bar comes
SLACK = 0.08


@dataclass(frozen=True)
class Viewport:
    """The canvas: its pixels (width, height), and whether something is being dragged.

    steps: of a path that is dragged, and at rest.
    """

    pixels: tuple[int, int] = (960, 640)
    dragging: bool = False
    steps: tuple[int, int] = (STEPS["live"], STEPS["final"])

    @property
    def quality(self) -> str:
        """How well things are computed: "live" while something is dragged, or "final"."""
        return "live" if self.dragging else "final"


def visible(scene: Scene, viewport: Viewport) -> Extent:
    """The rectangle that the canvas shows: more than the view where both axes have one scale."""
    assert scene.view
    chart = chart_of(manifold_of(scene.family), scene.chart)
    if not chart.equal or chart.dimension == 3 or scene.chart.startswith(HEIGHT):
        return scene.view
    return scene.view.with_aspect(*viewport.pixels).grown(SLACK)
