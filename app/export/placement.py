"""Items of a sheet elsewhere on a page, or of another size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.export.sheet import PER_INCH, Group, Item, Lettering, Raster, Sheet
from app.views.canvas.display_list import Label
from app.views.canvas.projections.frame import Pixels
from app.views.interface.shapes import Area, Box, Disc, Line


def moved(group: Group, by: tuple[float, float]) -> Group:
    """Return a group elsewhere on its page."""
    return _group(group, 1.0, by)


def at_width(sheet: Sheet, inches: float) -> Sheet:
    """Return a sheet of another width, with everything on it as much larger."""
    times = inches * PER_INCH / sheet.size[0]
    width, height = (times * side for side in sheet.size)
    groups = tuple(_group(group, times, (0.0, 0.0)) for group in sheet.groups)
    return replace(sheet, size=(width, height), groups=groups, in_mm=True)


def _group(group: Group, times: float, by: tuple[float, float]) -> Group:
    box = None if group.box is None else _box(group.box, times, by)
    return Group(tuple(_placed(item, times, by) for item in group.items), box)


def _placed(item: Item, times: float, by: tuple[float, float]) -> Item:
    match item:
        case Line():
            lines = [_points(line, times, by) for line in item.lines]
            return replace(item, lines=lines, width=times * item.width)
        case Area():
            return replace(item, outline=_points(item.outline, times, by))
        case Disc():
            return replace(item, centre=_point(item.centre, times, by), radius=times * item.radius)
        case Raster():
            return replace(item, box=_box(item.box, times, by))
        case Label():
            return _label(item, times, by)
        case Lettering():
            outline = tuple((kind, _points(points, times, by)) for kind, points in item.outline)
            pictures = tuple(replace(each, box=_box(each.box, times, by)) for each in item.pictures)
            return replace(
                item, label=_label(item.label, times, by), outline=outline, pictures=pictures
            )


def _label(label: Label, times: float, by: tuple[float, float]) -> Label:
    at = _point(label.at, times, by)
    return replace(label, at=at, size=times * label.size, rim=times * label.rim)


def _points(points: Pixels, times: float, by: tuple[float, float]) -> Pixels:
    found: Pixels = np.asarray(points) * times + np.asarray(by)
    return found


def _point(at: tuple[float, float], times: float, by: tuple[float, float]) -> tuple[float, float]:
    return times * at[0] + by[0], times * at[1] + by[1]


def _box(box: Box, times: float, by: tuple[float, float]) -> Box:
    return (*_point(box[:2], times, by), *_point(box[2:], times, by))
