"""What the user prefers, whatever the scene."""

from __future__ import annotations

from dataclasses import dataclass

THEMES = ("system", "dark", "light")
ENGINES = ("auto", "gpu", "reference")


@dataclass(frozen=True)
class Preferences:
    """engine and theme: one of the above; autosave: keep unsaved work."""

    engine: str = "auto"
    theme: str = "system"
    autosave: bool = True

    def __post_init__(self) -> None:
        for name, known in (("engine", ENGINES), ("theme", THEMES)):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name} must be one of {', '.join(known)}, got {getattr(self, name)!r}"
                )
