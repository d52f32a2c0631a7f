"""Real states of a qubit with Bures' metric: a hemisphere of radius ½, on which d = arccos √F."""

from __future__ import annotations

from compute.definitions import qubit_states
from compute.definitions.derive import Definition
from compute.manifold.surfaces import hemisphere


def define() -> Definition:
    """Return a quarter of quantum Fisher information."""
    return qubit_states.defined(4)


FAMILY = qubit_states.states(
    define,
    "bures_slice_bures",
    "Real states of a qubit, by Bures",
    "ds² = ¼ (dx² + dz² + (x dx + z dz)² / (1 − x² − z²))",
    curvature="4",
    draw=(hemisphere(0.5, "½"),),
)
