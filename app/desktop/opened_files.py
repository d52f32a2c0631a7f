"""The files that can be opened: patterns for dialogs, and pictures apart from figures."""

from __future__ import annotations

from pathlib import Path

from app.model import embedded
from app.model.file_formats import HOLDING_SCENE, suffixes
from app.views.text.file_patterns import ALL, one_of, pattern, pattern_of
from compute.core.opening import is_regular

SHOWN = tuple(
    dict.fromkeys((*suffixes("scene", "photograph"), *HOLDING_SCENE, *suffixes("lesson")))
)
SCENES, HEADS = pattern_of("scene"), pattern_of("heads")
OPENED = one_of(
    pattern("Scenes, figures and lessons", SHOWN),
    SCENES,
    pattern_of("lesson"),
    HEADS,
    pattern("Tables", suffixes("table")),
    ALL,
)


def is_photograph(path: Path) -> bool:
    """Whether a file is a picture without an embedded scene."""
    if path.suffix.lower() not in suffixes("photograph") or not is_regular(path):
        return False
    try:
        embedded.unpacked(path)
    except ValueError:
        return True
    except OSError:
        return False  # opening it reports the reason
    return False
