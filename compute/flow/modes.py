"""The equations of flows, and the boundary conditions."""

from __future__ import annotations

MODES = ("rough", "hodge", "deformation", "scalar", "natural", "sharpen", "seed")
# what flows is mass, not a vector
OF_MASS = ("scalar", "natural")
# backward heat: ill-posed, offered for study
BACKWARD = ("sharpen", "seed")
BOUNDARIES = ("neumann", "dirichlet", "periodic")
