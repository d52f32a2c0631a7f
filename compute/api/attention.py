"""`GeometricAttention`, the name that scripts use."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from compute.engine.opening import open_engine
from compute.requests.attention import Attended, AttendRequest
from compute.requests.engine import Engine

_ONE = np.ones((1, 1))


class GeometricAttention:
    """Attention whose weights come from distances between distributions, at a temperature τ.

    Modes: "flat" (scaled dot-product attention exactly, at τ = 1), "ambient", "jeffreys", "geodesic".
    Without an ``engine`` geodesics are solved on the GPU if there is one, and the other modes, which
    are a few products of matrices, in NumPy; ``Attended.engine`` says which it was.
    """

    def __init__(
        self, mode: str = "flat", temperature: float = 1.0, engine: Engine | None = None
    ) -> None:
        AttendRequest(_ONE, _ONE, _ONE, mode, temperature)  # refuses a wrong mode here
        self.mode = mode
        self.temperature = float(temperature)
        self._engine = engine

    def attend(self, Q: ArrayLike, K: ArrayLike, V: ArrayLike) -> Attended:
        """For queries Q (nq, d), keys K (nk, d) and values V (nk, dv): `Attended`.

        Raises ValueError for shapes that do not fit and for entries that are not finite.
        """
        # the request makes arrays of what it is given
        request = AttendRequest(Q, K, V, self.mode, self.temperature)  # type: ignore[arg-type]
        engine = self._engine or open_engine("auto" if self.mode == "geodesic" else "reference")
        return engine.attend(request)
