"""The answers of a scene's jobs; jobs of parts define their own answers."""

from app.jobs.derive_family import FamilyAnswer, FamilyRemark
from app.jobs.ellipses import EllipseAnswer
from app.jobs.flow import FlowAnswer
from app.jobs.path import PathAnswer
from app.jobs.relaxation import RelaxAnswer
from app.jobs.scalar_map import MapAnswer
from app.jobs.studies.study import StudyAnswer
from app.jobs.verification import CheckAnswer

Answer = (
    PathAnswer
    | MapAnswer
    | EllipseAnswer
    | StudyAnswer
    | FlowAnswer
    | CheckAnswer
    | RelaxAnswer
    | FamilyAnswer
    | FamilyRemark
)
