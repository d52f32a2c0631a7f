"""Icons of the Material Design set, in the theme's colours."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QIcon, QImage, QPixmap

from app.model.colormaps import source
from app.views.interface.theme import Theme


def icon(name: str, theme: Theme) -> QIcon:
    """Return an icon of the set, muted when disabled."""
    # imported here: its fonts take long to load, and a window can be drawn without them
    import qtawesome

    made: QIcon = qtawesome.icon(f"mdi6.{name}", color=theme.text, color_disabled=theme.border)
    return made


def blank(size: int) -> QIcon:
    """Return an empty icon as a placeholder."""
    picture = QPixmap(size, size)
    picture.fill("transparent")
    return QIcon(picture)


def swatch(colormap: str, width: int, height: int) -> QIcon:
    """Return a swatch of a colour map, from low to high."""
    from cmap import Colormap

    row = np.round(255 * Colormap(source(colormap))(np.linspace(0.0, 1.0, width))).astype(np.uint8)
    picture = np.ascontiguousarray(np.broadcast_to(row, (height, width, 4)))
    image = QImage(picture.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    made = QPixmap.fromImage(image.copy())
    shown = QIcon(made)
    shown.addPixmap(made, QIcon.Mode.Selected)  # its colours are not tinted by a selection
    return shown
