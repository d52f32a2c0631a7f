"""The canvas as seen by jobs: its size, its visible rectangle, and whether a drag is under way."""

from __future__ import annotations

from dataclasses import dataclass

from app.jobs.subject import Subject
from compute.manifold.extent import Extent

# nodes of a path before there is a device, while a pin is dragged, and at rest
STEPS = {"early": 32, "live": 64, "final": 128}
# margin of the map around the plot, whose size changes when the colour bar appears
SLACK = 0.08


@dataclass(frozen=True)
class Viewport:
    """The canvas: its pixels (width, height), and whether something is being dragged.

    steps: of a path during a drag, and at rest.
    """

    pixels: tuple[int, int] = (960, 640)
    dragging: bool = False
    steps: tuple[int, int] = (STEPS["live"], STEPS["final"])

    @property
    def quality(self) -> str:
        """The quality of results: "live" during a drag, or "final"."""
        return "live" if self.dragging else "final"


def visible(subject: Subject, viewport: Viewport) -> Extent:
    """Return the visible rectangle, which is larger than the view if both axes have the same scale."""
    view = subject.scene.view
    assert view
    if not subject.equal or subject.chart.dimension == 3:
        return view
    return view.with_aspect(*viewport.pixels).grown(SLACK)
