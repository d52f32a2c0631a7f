"""Grid lines for the eikonal equation: those of the view, and further ones with growing spacing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from compute.core.arrays import Floats
from compute.requests.fields import DistanceRequest

# the grid extends beyond each edge of the view by this many of its widths, in this many growing
# cells
BORDER, CELLS = 2.0, 1 / 4
# it has this share of the view's lines, but at least this many if the view has them
SHARE, FEWEST = 0.75, 48
# in another chart it leaves out this share of the cells at either end; quantiles that place its lines
OUTER, KNOTS = 2e-3, 33


@dataclass(frozen=True, eq=False)
class Lines:
    """A grid in the first chart: positions of its columns x (columns,) and rows y (rows,)."""

    x: Floats
    y: Floats

    @property
    def nodes(self) -> Floats:
        """Drawing coordinates (rows, columns, 2) of all nodes."""
        nodes: Floats = np.stack(np.meshgrid(self.x, self.y), axis=-1)
        return nodes

    def place(self, at: Floats) -> Floats:
        """Return fractional column and row numbers (..., 2) of drawing coordinates; NaN outside."""
        found = [
            np.interp(at[..., axis], line, np.arange(len(line)), np.nan, np.nan)
            for axis, line in enumerate((self.x, self.y))
        ]
        return np.stack(found, axis=-1)

    def scaled(self, metric: Floats) -> Floats:
        """Return packed metrics in drawing coordinates (rows, columns, 3), in units of cells."""
        return metric * self.cell(self.nodes)

    def cell(self, at: Floats) -> Floats:
        """Return dx², dx dy and dy² (..., 3) of the cells at drawing coordinates (..., 2)."""
        dx = np.interp(at[..., 0], self.x, np.gradient(self.x))
        dy = np.interp(at[..., 1], self.y, np.gradient(self.y))
        return np.stack([dx * dx, dx * dy, dy * dy], axis=-1)


def lines_of(
    request: DistanceRequest, at: Floats, a: Floats, period: Floats | None
) -> tuple[Lines, tuple[int, int]]:
    """Return lines around the cells at coordinates of the first chart, with the number of extra rows
    and columns on each side.
    """
    first = request.manifold.charts[0]
    lines, border = [], []
    for axis, count in enumerate(request.shape[::-1]):
        span = at[..., axis][np.isfinite(at[..., axis])]
        span = span if span.size else a[axis : axis + 1]
        count = min(count, max(FEWEST, round(SHARE * count)))
        if request.chart is first:
            inner = np.linspace(span.min(), span.max(), count)
        else:
            inner = _spread(np.append(span, a[axis]), count)
        turn = 0.0 if period is None else float(period[axis])
        reach = (a[axis] - turn, a[axis] + turn) if turn else None
        line, cells = _line(inner, reach)
        lines.append(line)
        border.append(cells)
    return Lines(*lines), (border[1], border[0])


def _spread(span: Floats, count: int) -> Floats:
    """Return ``count`` nodes over most of the range of values (k,), half of them distributed like the
    values.
    """
    share = np.linspace(OUTER, 1.0 - OUTER, KNOTS)
    at = np.quantile(span, share)
    at[0], at[-1] = min(at[0], span[-1]), max(at[-1], span[-1])  # the source itself
    at += np.linspace(0.0, 1e-9 * max(float(np.abs(at).max()), 1e-3), KNOTS)  # ties
    along = 0.5 * (at - at[0]) / (at[-1] - at[0]) + 0.5 * np.linspace(0.0, 1.0, KNOTS)
    from scipy.interpolate import PchipInterpolator

    return np.asarray(PchipInterpolator(along, at)(np.linspace(0.0, 1.0, count)))


def _line(inner: Floats, reach: tuple[float, float] | None) -> tuple[Floats, int]:
    """Return nodes with extra ones of growing spacing beyond each end, up to a given reach."""
    count, low, high = len(inner), float(inner[0]), float(inner[-1])
    if not high > low:
        inner = low + 1e-9 * max(abs(low), 1.0) * np.arange(count)
        high = float(inner[-1])
    cells = max(8, round(CELLS * count))
    beyond = BORDER * (high - low)
    below, above = (beyond, beyond) if reach is None else (low - reach[0], reach[1] - high)
    first, last = inner[1] - inner[0], inner[-1] - inner[-2]
    before = low - _growing(first, cells, max(below, 1e-3 * first))[::-1]
    after = high + _growing(last, cells, max(above, 1e-3 * last))
    return np.concatenate([before, inner, after]), cells


def _growing(step: float, cells: int, length: float) -> Floats:
    """Return the ends of ``cells`` cells that grow (or shrink) from about ``step``, with a given total
    length.
    """
    powers = np.arange(1, cells + 1)
    least, most = -3.0, 3.0
    for _ in range(60):
        rate = 0.5 * (least + most)
        total = step * float(np.exp(rate * powers).sum())
        least, most = (rate, most) if total < length else (least, rate)
    ends = np.cumsum(np.exp(rate * powers))
    found: Floats = ends / ends[-1] * length
    return found
