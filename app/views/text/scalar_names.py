"""The names of scalars in maps, menus and captions."""

from __future__ import annotations

SCALAR_WORDS = {
    "entropy": "Entropy (nats)",
    "probability": "Probability of one key",
    "log_partition": "Log-partition ψ (nats)",
    "dominant": "Key with the most attention",
    "curvature": "Gaussian curvature K",
    "log_det": "log₁₀ det g",
    "log_condition": "log₁₀ condition number of g",
    "distance": "Fisher–Rao distance from A",
}


def words_of(scalar: str) -> str:
    """Return a scalar's readable name."""
    return SCALAR_WORDS.get(scalar, scalar.replace("_", " ").capitalize())
