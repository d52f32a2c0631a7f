"""`GeometricAttention`, the scripting interface to attention by distances."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from compute.attention.batched_attention import attend_all
from compute.engine.opening import engine_of
from compute.requests.attention import Attended, AttendRequest
from compute.requests.engine import Engine

_ONE = np.ones((1, 1))


class GeometricAttention:
    """Attention whose weights come from distances between distributions, at a temperature τ.

    Modes: "flat" (scaled dot-product attention exactly, at τ = 1), "ambient", "jeffreys", "geodesic".
    Without an ``engine``, geodesics are solved on the GPU if there is one; the other modes, which
    are a few matrix products, run in NumPy.  ``Attended.engine`` names the engine used.
    """

    def __init__(
        self, mode: str = "flat", temperature: float = 1.0, engine: Engine | None = None
    ) -> None:
        AttendRequest(_ONE, _ONE, _ONE, mode, temperature)  # refuses a wrong mode here
        self.mode = mode
        self.temperature = float(temperature)
        self._engine = engine

    def attend(
        self,
        Q: ArrayLike,
        K: ArrayLike,
        V: ArrayLike,
        mask: ArrayLike | None = None,
        bias: ArrayLike | None = None,
        scale: float | None = None,
    ) -> Attended:
        """Compute attention of queries Q (…, nq, d) to keys K (…, nk, d) with values V (…, nk, dv).

        Leading axes, such as (batch, heads), are the same in all three and in the result.  mask (…,
        nq, nk): true where a key is included; bias, of the same shape, is added to the logits; both
        broadcast.  scale: the factor of q·k, 1/√d if None.  For PyTorch tensors of any float type
        the result has tensors like Q, without gradients.

        Raises ValueError for inconsistent shapes, entries that are not finite, a query whose mask
        leaves no key, and tensors that require gradients.

        >>> import numpy as np
        >>> heads = np.eye(3) * np.array([[[1.0]], [[2.0]]])
        >>> found = GeometricAttention().attend(heads, heads, heads, mask=np.tri(3))
        >>> found.weights.shape, found.weights[0, 0].tolist()
        ((2, 3, 3), [1.0, 0.0, 0.0])
        """
        for name, value in (("Q", Q), ("K", K), ("V", V), ("bias", bias)):
            if getattr(value, "requires_grad", False):
                raise ValueError(
                    f"{name} must not require gradients, which attend does not compute: pass "
                    f"{name}.detach()"
                )
        engine = engine_of(self._engine, "auto" if self.mode == "geodesic" else "reference")
        found = attend_all(engine, self.mode, self.temperature, Q, K, V, mask, bias, scale)
        return _as_tensors(found, Q) if hasattr(Q, "new_tensor") else found


def _as_tensors(found: Attended, like: Any) -> Attended:
    """Return the result with its floats as PyTorch tensors, of the dtype and on the device of
    ``like``.
    """
    floats = ("output", "weights", "distances", "softmax")
    tensors = {name: like.new_tensor(getattr(found, name)) for name in floats}
    return replace(found, **tensors)
