"""The parts of a window, one line each."""

from __future__ import annotations

from collections.abc import Callable

from app.parts.attention_matrix import AttentionMatrixPart
from app.parts.bivariate_normals import NormalsPart
from app.parts.comparison import ComparisonPart
from app.parts.console import ConsolePart
from app.parts.constructions import ConstructionsPart
from app.parts.data_points import DataPart
from app.parts.descents import DescentsPart
from app.parts.distances import DistancesPart
from app.parts.flow import FlowPart
from app.parts.head_atlas import HeadAtlasPart
from app.parts.heads_browser import HeadsBrowserPart
from app.parts.image import PhotographPart
from app.parts.lessons import LessonPart
from app.parts.macro import MacroPart
from app.parts.notes import NotesPart
from app.parts.package_panel import PANELS_OF_PACKAGES
from app.parts.part import Part, PartContext
from app.parts.point_selection import PointSelectionPart
from app.parts.points import PointsPart
from app.parts.relaxation_player import RelaxationPlayer
from app.parts.scene_reader import SceneReader
from app.parts.steering import SteeringPart
from app.parts.timeline import TimelinePart
from app.parts.token_path import TokenPathPart
from app.parts.token_rows import TokenRowsPart
from app.parts.topology import TopologyPart
from app.parts.why_there import WhyTherePart

PARTS: tuple[Callable[[PartContext], Part], ...] = (
    SceneReader,
    FlowPart,
    RelaxationPlayer,
    TimelinePart,
    TokenRowsPart,
    TokenPathPart,
    AttentionMatrixPart,
    WhyTherePart,
    SteeringPart,
    ComparisonPart,
    PhotographPart,
    NormalsPart,
    PointsPart,
    NotesPart,
    DataPart,
    ConstructionsPart,
    PointSelectionPart,
    DistancesPart,
    DescentsPart,
    TopologyPart,
    LessonPart,
    HeadsBrowserPart,
    HeadAtlasPart,
    MacroPart,
    ConsolePart,
    *PANELS_OF_PACKAGES,
)
