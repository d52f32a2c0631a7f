"""Real states of a qubit with quantum Fisher information: a hemisphere of radius 1."""

from __future__ import annotations

from compute.definitions import qubit_states
from compute.definitions.derive import Definition
from compute.manifold.surfaces import hemisphere


def define() -> Definition:
    """Define the quantum Fisher information."""
    return qubit_states.defined(1)


FAMILY = qubit_states.states(
    define,
    "bures_slice_qfi",
    "Real states of a qubit",
    "ds² = dx² + dz² + (x dx + z dz)² / (1 − x² − z²)",
    curvature="1",
    draw=(hemisphere(),),
)
