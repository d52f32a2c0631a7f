"""The equations of flows, and the boundary conditions."""

from __future__ import annotations

MODES = ("rough", "hodge", "deformation", "scalar", "natural", "sharpen", "seed")
# mass flows, not a vector
OF_MASS = ("scalar", "natural")
# backward heat: ill-posed, offered for study
BACKWARD = ("sharpen", "seed")
BOUNDARIES = ("neumann", "dirichlet", "periodic")
