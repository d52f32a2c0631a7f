"""Encoders of films by the suffix of their files.

Everything is written to a temporary path; encoders write neither dates nor versions, so equal frames
give equal bytes.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import features

from app.export.cut import RGB, Cut, Encoder
from app.export.gif import Gif
from app.export.webm import Webm
from app.model.file_formats import GIF, MP4, WEBM

# with half as many samples of colour in either direction
EVEN = (MP4, WEBM)
OTHERS = "GIF and PNG films need nothing more"


def check(kind: str) -> None:
    """Raise ValueError if the encoder of a kind of film (a suffix) is not installed."""
    if kind == MP4 and importlib.util.find_spec("av") is None:
        raise ValueError(
            "an MP4 film needs PyAV (FFmpeg with x264, under the GPL), which is not installed: "
            f"pip install 'attention-geodesics[video]'; WebM, {OTHERS}"
        )
    if kind == WEBM and not features.check("avif"):
        raise ValueError(f"a WebM film needs Pillow with AVIF, as its wheels are; {OTHERS}")


def opened(path: Path, kind: str, cut: Cut, samples: Callable[[], Iterable[RGB]]) -> Encoder:
    """Return an encoder of MP4, WebM or GIF; ``samples`` are frames for the palette of a GIF."""
    if kind == GIF:
        return Gif(path, cut, samples())
    if kind == WEBM:
        return Webm(path, cut)
    from app.export.mp4 import Mp4

    return Mp4(path, cut)
