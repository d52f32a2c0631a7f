"""The titles of the window's panels, by which parts, lessons and the window itself name them."""

from __future__ import annotations

FAMILY, LAYERS, MEASURES, LOG, LESSON = "Family", "Layers", "Measures", "Log", "Lesson"
DISTRIBUTIONS, FLOW, ROWS, TOKEN_PATH = "Distributions", "Flow", "Rows", "Token path"
PICTURE, NORMALS, TOPOLOGY, HEADS = "Picture", "Normals", "Topology", "Heads"
POINTS = "Points"

# those that the window makes itself, and is never without
OF_THE_WINDOW = (FAMILY, LAYERS, MEASURES, LOG)
# those that a step of a lesson may bring to the front
IN_LESSONS = (
    DISTRIBUTIONS, MEASURES, FLOW, ROWS, TOKEN_PATH, PICTURE, NORMALS, TOPOLOGY, HEADS, POINTS,
)  # fmt: skip
