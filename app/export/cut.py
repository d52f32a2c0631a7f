"""Settings of a film, and the interface of encoders, which take its frames in order."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RGB = NDArray[np.uint8]
THREADS = 2


@dataclass(frozen=True)
class Cut:
    """The settings of an encoder: size (width, height), frames per second, and the text to embed."""

    size: tuple[int, int]
    rate: Fraction
    title: str
    scene: str  # `embed.stated`


class Encoder(Protocol):
    """Takes frames (height, width, 3) in order; `close` completes the file, `discard` does not."""

    def add(self, frame: RGB) -> None: ...
    def close(self) -> None: ...
    def discard(self) -> None: ...
