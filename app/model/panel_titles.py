"""The titles of the window's panels, used by parts, lessons and the window."""

from __future__ import annotations

FAMILY, LAYERS, MEASURES, LOG, LESSON = "Family", "Layers", "Measures", "Log", "Lesson"
DISTRIBUTIONS, FLOW, ROWS, TOKEN_PATH = "Distributions", "Flow", "Rows", "Token path"
PICTURE, NORMALS, TOPOLOGY, HEADS = "Picture", "Normals", "Topology", "Heads"
POINTS, DATA, DISTANCES = "Points", "Data", "Distances"
MATRIX, ATLAS, WHY, COMPARE = "Matrix", "Atlas", "Why there", "Compare"
DESCENTS, STEERING, CONSOLE = "Descents", "Steering", "Console"

# panels that the window creates itself and always has
OF_THE_WINDOW = (FAMILY, LAYERS, MEASURES, LOG)
# panels that a lesson step may bring to the front
IN_LESSONS = (
    DISTRIBUTIONS, MEASURES, FLOW, ROWS, TOKEN_PATH, PICTURE, NORMALS, TOPOLOGY, HEADS, POINTS,
    DATA, MATRIX, ATLAS, WHY, COMPARE, DISTANCES, DESCENTS, STEERING,
)  # fmt: skip
