"""The canvas's view: a rectangle of the plane, a surface in space, or a transition between them."""

from __future__ import annotations

from dataclasses import replace

from app.views.canvas.projections.blend import BlendFrame
from app.views.canvas.projections.frame import Frame, Margins
from app.views.canvas.projections.space import START, SpaceFrame
from app.views.interface.events import Camera
from app.views.interface.views import Surface
from compute.manifold.extent import Extent


class Stage:
    """Updates the frame for the requested view, the camera and the canvas's size."""

    def __init__(self, size: tuple[int, int], margins: Margins) -> None:
        self.asked, self._equal = Extent(0.0, 1.0, 0.0, 1.0), False
        self._camera = START
        self._before: Frame | None = None
        self._share = 0.0
        self.frame = Frame(self.asked, size, margins)

    @property
    def drawn(self) -> Frame:
        """The frame for drawing; differs from `frame` during a chart transition."""
        if self._before is None:
            return self.frame
        f, columns = self.frame, 3 if isinstance(self._before, SpaceFrame) else 2
        return BlendFrame(
            f.extent, f.size, f.margins, f.ratio, self._before, f, columns, self._share
        )

    @property
    def is_between(self) -> bool:
        """Whether a chart transition is under way."""
        return self._before is not None

    def show(self, extent: Extent, equal: bool) -> None:
        """Show a rectangle, enlarged if ``equal`` requires the same scale on both axes."""
        self.asked, self._equal = extent, equal
        self._fit()

    def place(self, surface: Surface | None) -> None:
        """Switch to a surface in space, or to the plane."""
        f = self.frame
        flat = Frame(self.asked, f.size, f.margins, f.ratio)
        if surface is None:
            self.frame = flat
        else:
            self.frame = SpaceFrame(
                flat.extent, flat.size, flat.margins, flat.ratio, surface, self._camera
            )
        self._fit()

    def look(self, camera: Camera) -> None:
        """Set the camera."""
        self._camera = camera
        if isinstance(self.frame, SpaceFrame):
            self.frame = self.frame.with_camera(camera)

    def blend(self, share: float | None) -> None:
        """Start (0), continue or end (None) the transition from the current frame to the next."""
        if share is None:
            self._before = None
        elif share == 0.0:
            self._before = self.frame
        self._share = share or 0.0

    def resize(self, size: tuple[int, int], ratio: float) -> None:
        """Set the size of the canvas."""
        if (size, ratio) != (self.frame.size, self.frame.ratio):
            self.frame = replace(self.frame, size=size, ratio=ratio)
            self._fit()

    def surround(self, margins: Margins) -> None:
        """Set the margins around the plot."""
        self.frame = replace(self.frame, margins=margins)
        self._fit()

    def _fit(self) -> None:
        left, top, right, bottom = self.frame.box
        extent = self.asked
        if self._equal and not isinstance(self.frame, SpaceFrame):
            extent = extent.with_aspect(right - left, bottom - top)
        self.frame = self.frame.with_extent(extent)
