"""The canvas as jobs see it: its pixels, what it shows, and whether a hand moves something."""

from __future__ import annotations

from dataclasses import dataclass

from app.jobs.subject import Subject
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


def visible(subject: Subject, viewport: Viewport) -> Extent:
    """Return what the canvas shows: more than the view where both axes have one scale."""
    view = subject.scene.view
    assert view
    if not subject.equal or subject.chart.dimension == 3:
        return view
    return view.with_aspect(*viewport.pixels).grown(SLACK)
