"""Real states of a qubit with quantum Fisher information: a hemisphere of radius 1."""

from __future__ import annotations

from compute import qubit
from compute.surfaces import hemisphere
from compute.symbolic import Definition


def define() -> Definition:
    """Quantum Fisher information."""
    return qubit.defined(1)


FAMILY = qubit.states(
    define,
    "bures_slice_qfi",
    "Real states of a qubit",
    "ds² = dx² + dz² + (x dx + z dz)² / (1 − x² − z²)",
    curvature="1",
    draw=(hemisphere(),),
)
