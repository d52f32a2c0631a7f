"""The parts that a window has, one line each."""

from __future__ import annotations

from collections.abc import Callable

from app.parts.bivariate_normals import NormalsPart
from app.parts.flow import FlowPart
from app.parts.heads_browser import Browsing
from app.parts.image import PhotographPart
from app.parts.lessons import LessonPart
from app.parts.part import Desk, Part
from app.parts.relaxation_player import RelaxationPlayer
from app.parts.timeline import Playing
from app.parts.token_path import TokenPath
from app.parts.token_rows import Rows
from app.parts.topology import Topology

PARTS: tuple[Callable[[Desk], Part], ...] = (
    FlowPart,
    RelaxationPlayer,
    Playing,
    Rows,
    TokenPath,
    PhotographPart,
    NormalsPart,
    Topology,
    LessonPart,
    Browsing,
)
