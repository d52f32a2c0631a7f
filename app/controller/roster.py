"""The parts that a window has, one line each."""

from __future__ import annotations

from collections.abc import Callable

from app.controller.browsing import Browsing
from app.controller.lessons import LessonPart
from app.controller.normals import NormalsPart
from app.controller.parts import Desk, Part
from app.controller.photograph import PhotographPart
from app.controller.playing import Playing
from app.controller.rows import Rows
from app.controller.token_path import TokenPath
from app.controller.topology import Topology

PARTS: tuple[Callable[[Desk], Part], ...] = (
    Playing,
    Rows,
    TokenPath,
    PhotographPart,
    NormalsPart,
    Topology,
    LessonPart,
    Browsing,
)
