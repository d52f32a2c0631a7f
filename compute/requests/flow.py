"""A request for equal time steps of a flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from compute.core.arrays import Bools


class Operator(Protocol):
    """The right-hand side of a flow on a grid of (rows, columns) nodes."""

    @property
    def free(self) -> Bools:
        """Nodes (rows, columns) whose values change."""

    def applied(self, z: np.ndarray) -> np.ndarray:
        """Return the rate of change of a field (rows, columns)."""


class Diffusion(Operator, Protocol):
    """A right-hand side with a bound on its eigenvalues."""

    @property
    def bound(self) -> float:
        """An upper bound of the absolute values of the eigenvalues."""


@dataclass(frozen=True, eq=False)
class FlowRequest:
    """``count`` steps of length ``step`` from ``state`` (rows, columns), complex or real.

    Heat, ż = Lz, uses Runge–Kutta–Legendre steps of ``stages`` stages, an odd number of at least 3,
    or Euler's method (1).  With ``damping`` ε the equation is ż = −Lz − εL²z, backward heat, like
    the literal equation; both use Euler's method.
    """

    operator: Operator
    state: np.ndarray
    step: float
    count: int
    stages: int = 1
    damping: float | None = None

    def __post_init__(self) -> None:
        if self.count < 1 or not np.isfinite(self.step) or self.step < 0:
            raise ValueError(
                f"steps of a flow must be of finite length, got {self.count} of {self.step}"
            )
        if self.stages < 1 or self.stages % 2 == 0:
            raise ValueError(f"stages must be an odd number, got {self.stages}")
        wanted = self.operator.free.shape
        if self.state.shape != wanted:
            raise ValueError(f"state must have shape {wanted}, got {self.state.shape}")
