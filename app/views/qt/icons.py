"""Icons: glyphs of the Material Design set, in the theme's colours."""

from __future__ import annotations

from PySide6.QtGui import QIcon, QPixmap

from app.views.theme import Theme


def icon(name: str, theme: Theme) -> QIcon:
    """An icon of the set, muted where what it stands for cannot be done."""
    # imported here: its fonts take long to read, and a window can be drawn without
    import qtawesome

    return qtawesome.icon(f"mdi6.{name}", color=theme.text, color_disabled=theme.border)


def blank(size: int) -> QIcon:
    """What keeps an icon's place."""
    picture = QPixmap(size, size)
    picture.fill("transparent")
    return QIcon(picture)
