"""Icons: glyphs of the Material Design set, in the theme's colours."""

from __future__ import annotations

import qtawesome
from PySide6.QtGui import QIcon

from app.views.theme import Theme


def icon(name: str, theme: Theme) -> QIcon:
    """An icon of the set, muted where what it stands for cannot be done."""
    return qtawesome.icon(f"mdi6.{name}", color=theme.text, color_disabled=theme.border)
