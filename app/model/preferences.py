"""The user's preferences, independent of the scene."""

from __future__ import annotations

from dataclasses import dataclass

from compute.core.refusal import shown
from compute.engine.opening import ENGINES

THEMES = ("system", "dark", "light")
UNITS = ("nats", "bits")
DIGITS = (4, 6, 8, 10)
LIVE_STEPS, FINAL_STEPS = (32, 64, 128), (128, 256, 512)
SIZES = (90, 100, 110, 120)


@dataclass(frozen=True)
class Preferences:
    """engine, theme, size, unit, digits and steps: one of the above; autosave: back up unsaved work.

    adapter: a name, or "" for the best; live_steps, final_steps: of a path during a drag, and at rest.
    size: of letters everywhere, and of lines and pins on the canvas, in per cent.
    """

    engine: str = "auto"
    adapter: str = ""
    theme: str = "system"
    size: int = 100
    autosave: bool = True
    digits: int = 6
    unit: str = "nats"
    live_steps: int = 64
    final_steps: int = 128

    def __post_init__(self) -> None:
        for name, known in (
            ("engine", ENGINES),
            ("theme", THEMES),
            ("size", SIZES),
            ("unit", UNITS),
            ("digits", DIGITS),
            ("live_steps", LIVE_STEPS),
            ("final_steps", FINAL_STEPS),
        ):
            if getattr(self, name) not in known:
                words = ", ".join(map(str, known))
                raise ValueError(f"{name} must be one of {words}, got {shown(getattr(self, name))}")
