"""``animate``: a film of a scene, without a window."""

from __future__ import annotations

import argparse
import sys
import time
from fractions import Fraction

from app.commands.output import Remarks, show
from app.export import film
from app.export.figure import Paper
from app.export.files import checked
from app.model import session
from compute import open_engine
from compute.refusal import shown

GLIDE = 4.0  # seconds of a film without a timeline


def animate(chosen: argparse.Namespace) -> int:
    """Write the scene as MP4, WebM, GIF or a sequence of PNG."""
    target = checked(chosen.output, film.SUFFIXES)
    scene = session.load(chosen.scene)
    rate = Fraction(chosen.fps).limit_denominator(1001)
    frames = chosen.frames
    if frames is None:
        seconds = chosen.seconds or (scene.timeline.period if scene.timeline else GLIDE)
        frames = max(1, round(seconds * rate))
    if chosen.resume and target.suffix.lower() != ".png":
        raise ValueError(f"only a PNG sequence can be resumed, got {shown(chosen.output)}")
    paper = Paper(
        chosen.size, chosen.dpi, chosen.style, legend=chosen.legend, panels=tuple(chosen.panels)
    )
    reel = film.Reel(frames, rate, paper, chosen.supersample)
    film.checked(reel, target.suffix.lower())
    engine = open_engine(chosen.engine)
    remarks = Remarks()
    try:
        files = film.write(
            target, scene, engine, reel, Progress(), resume=chosen.resume, told=remarks
        )
    except RuntimeError as problem:
        raise ValueError(str(problem)) from None
    width, height = chosen.size
    result = {
        "file": str(files[0]),
        "files": len(files),
        "frames": frames,
        "fps": float(rate),
        "size": [width, height],
        "status": "OK",
    }
    show(result, chosen.json, [f"{files[0]}: {frames} frames of {width} × {height} pixels"])
    return remarks.exit(0)


class Progress:
    """A bar on a terminal; elsewhere a line now and then."""

    EVERY = (0.1, 1.0)  # seconds between two of them, on a terminal and elsewhere
    WIDTH = 32

    def __init__(self) -> None:
        self._began = self._said = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def __call__(self, done: int, whole: int) -> None:
        now = time.monotonic()
        if done < whole and now - self._said < self.EVERY[not self._terminal]:
            return
        self._said = now
        left = (now - self._began) / done * (whole - done)
        words = f"frame {done} of {whole}, {left:.0f} s left"
        if self._terminal:
            bar = ("█" * (self.WIDTH * done // whole)).ljust(self.WIDTH, "░")
            end = "\n" if done == whole else ""
            print(f"\r{bar} {words} ", end=end, file=sys.stderr, flush=True)
        else:
            print(words, file=sys.stderr, flush=True)
