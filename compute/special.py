"""Special functions in the forms that stay accurate, with the names that formulas use.

Each has a float32 twin of the same name in ``shaders/lib/special.wgsl``.
"""

from __future__ import annotations

from collections.abc import Callable

from compute.types import Floats

FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {}
