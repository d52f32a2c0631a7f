"""``animate``: write an animation of a scene, without a window."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model import figure_options
from app.model.figure_options import FILM_PRESETS
from app.model.file_formats import PNG, metavar, suffixes
from app.views.text.typed_values import number_in, size

if TYPE_CHECKING:
    import argparse

GLIDE = 4.0  # seconds of a film without a timeline


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``animate``."""
    parser.add_argument("-o", "--output", required=True, metavar=metavar("FILE", "film"))
    parser.add_argument("--size", type=size, metavar="WxH", help="pixels")
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--frames",
        type=int,
        metavar="N",
        help="number of frames: with keyframes, the first N; without, the whole glide in N frames",
    )
    length.add_argument(
        "--seconds",
        type=number_in(0.01, 3600),
        metavar="S",
        help=f"duration in seconds (default: the scene's timeline, or {GLIDE:g})",
    )
    rate = figure_options.RATE
    parser.add_argument(
        "--fps",
        type=number_in(0.1, 240),
        default=float(rate),
        metavar="F",
        help=f"frames per second (default: {rate})",
    )
    parser.add_argument(
        "--supersample",
        type=int,
        choices=figure_options.SUPERSAMPLING,
        default=1,
        help="draw at a multiple of the size, then scale down",
    )
    parser.add_argument(
        "--resume", action="store_true", help="keep the frames of a PNG sequence that already exist"
    )
    parser.add_argument(
        "--caption", action="store_true", help="family, ds², α, lengths and certificate below"
    )
    shared_options.paper(parser, FILM_PRESETS, "dark")
    shared_options.scene(parser)
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Write the scene as MP4, WebM, GIF or a sequence of PNG."""
    from fractions import Fraction

    from app.cli.output import Remarks, exit_of, remark, show
    from app.export import film, fonts
    from app.export.figure import Paper
    from app.export.files import checked
    from app.export.letters import any_script
    from app.model.lessons import first_scene
    from compute import open_engine
    from compute.core.refusal import shown

    target = checked(chosen.output, suffixes("film"))
    scene = first_scene.load(chosen.scene)
    rate = Fraction(chosen.fps).limit_denominator(1001)
    frames = chosen.frames
    if frames is None:
        seconds = chosen.seconds or (scene.timeline.period if scene.timeline else GLIDE)
        frames = max(1, round(seconds * rate))
    if chosen.resume and target.suffix.lower() != PNG:
        raise ValueError(f"only a PNG sequence can be resumed, got {shown(chosen.output)}")
    preset = FILM_PRESETS.get(chosen.preset)
    type_size, line_width = shared_options.in_points(chosen, FILM_PRESETS, in_print=False)
    paper = Paper(
        chosen.size or (size(preset.size) if preset else figure_options.FILM_SIZE),
        chosen.dpi or (preset.dpi if preset else figure_options.DPI),
        chosen.style or figure_options.STYLES[0],
        caption=chosen.caption,
        legend=chosen.legend,
        panels=tuple(chosen.panels),
        type_size=type_size,
        line_width=line_width,
    )
    if chosen.font:
        fonts.use(chosen.font)
    reel = film.Reel(frames, rate, paper, chosen.supersample)
    film.checked(reel, target.suffix.lower())
    engine = open_engine(chosen.engine)
    remarks = Remarks()
    try:
        bar = ProgressBar()
        with any_script(remark):
            files, status = film.write(
                target, scene, engine, reel, bar, resume=chosen.resume, told=remarks
            )
    except RuntimeError as problem:
        raise ValueError(str(problem)) from None
    width, height = paper.size
    result = {
        "file": str(files[0]),
        "files": len(files),
        "frames": frames,
        "fps": float(rate),
        "size": [width, height],
        "status": status,
    }
    show(
        result,
        chosen.json,
        [f"{files[0]}: {frames} frames of {width} × {height} pixels, {status.words}"],
    )
    return remarks.exit(exit_of(status))


class ProgressBar:
    """A progress bar on a terminal; elsewhere occasional lines."""

    EVERY = (0.1, 1.0)  # seconds between progress lines, on a terminal and elsewhere
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


COMMAND = Subcommand(
    "animate", "write an animation of a scene, without a window", declare, run, order=180
)
