"""Export formats, and export by the command line in a separate process.

The window stays responsive, cancelling ends the process, and menus and command line write the same
files.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.model import scene_file
from app.model.figure_options import (
    DPI,
    DPI_LIMITS,
    FIGURE_PRESETS,
    FILM_PRESETS,
    FILM_SIZE,
    PANELS,
    RATE,
    STYLES,
    SUPERSAMPLING,
    Preset,
)
from app.model.file_formats import JSON, PNG, WEBM, formats, suffixes
from app.model.scene import Scene
from app.views.interface.choices import Choice
from app.views.interface.export_form import FormField
from app.views.text.file_patterns import each_of, one_of

Values = dict[str, str | int | bool]
_PROGRESS = re.compile(r"frame (\d+) of (\d+), (\d+) s left")


@dataclass(frozen=True)
class Export:
    """An export: its subcommand, its kind of file, and its form."""

    command: str
    title: str
    kind: str
    fields: tuple[FormField, ...] = ()

    @property
    def pattern(self) -> str:
        """The file patterns for a dialog."""
        return each_of(self.kind)

    def pattern_from(self, suffix: str) -> str:
        """Return the file patterns for a dialog, those of ``suffix`` first."""
        found = self.pattern.split(";;")
        return one_of(*sorted(found, key=lambda entry: not entry.endswith(f"(*{suffix})")))

    @property
    def suffix(self) -> str:
        """The suffix of the default format, such as ".png"."""
        return suffixes(self.kind)[0]


_WORDS_OF_STYLES = {"dark": "Dark", "print": "Print (light)"}
_STYLES = tuple(Choice(style, _WORDS_OF_STYLES[style]) for style in STYLES)
AS_WINDOW = "window"  # the use that keeps the sizes of the screen
_SIZES = FormField(
    "size", "Size", "", hint="Pixels such as 1200x800, a width such as 85mm, or both: 85x60mm"
)
_TYPE = FormField("font-size", "Letters, pt", "", hint="For all letters", empty="as on the screen")
_FONT = FormField("font", "Font", "", hint="A TrueType family of this system", empty="Open Sans")
_LINES = FormField(
    "line-width",
    "Lines, pt",
    "",
    hint="Width of the geodesic; the thinnest lines have half of it",
    empty="as on the screen",
)


def _uses(presets: Mapping[str, Preset], first: str, values: Values) -> FormField:
    """Return the field "For", the use of a figure or film; choosing one fills in sizes."""
    fills: dict[str, Values] = {
        name: {"size": use.size, "dpi": use.dpi, "font-size": f"{use.type_size:g}",
               "line-width": f"{use.line_width:g}", **dict(use.more)}
        for name, use in presets.items()
    }  # fmt: skip
    fills[AS_WINDOW] = {"font-size": "", "line-width": "", **values}
    choices = [Choice(AS_WINDOW, first), *(Choice(name, p.words) for name, p in presets.items())]
    return FormField("use", "For", AS_WINDOW, tuple(choices), fills=fills)


_PANELS = (
    Choice("", "Chart only"),
    *(Choice(panel, f"Chart and {panel}") for panel in PANELS),
    Choice(" ".join(PANELS), f"Chart, {' and '.join(PANELS)}"),
)
_FINEST = SUPERSAMPLING[0], SUPERSAMPLING[-1]
_FIGURE = (
    _uses(FIGURE_PRESETS, "The screen", {"size": "", "dpi": DPI}),
    FormField("format", "Format", PNG, tuple(Choice(f.suffix, f.words) for f in formats("figure"))),
    _SIZES,
    _FONT,
    _TYPE,
    _LINES,
    FormField(
        "dpi",
        "Dots per inch",
        DPI,
        limits=DPI_LIMITS,
        hint="Higher values make text and lines finer",
    ),
    FormField(
        "style",
        "Style",
        "",
        (Choice("", "Automatic"), *_STYLES),
        hint="Automatic: vector files and print on white, a PNG of the screen as the window",
    ),
    FormField("panels", "Shows", "", _PANELS),
    FormField("caption", "Caption", False, hint="Family, ds², α, lengths and certificate below"),
    FormField("legend", "Legend", False, hint="The meaning of each line"),
    FormField("transparent", "Transparent", False, hint="Leave the background transparent"),
)
_FILM = (
    _uses(
        FILM_PRESETS,
        "The screen",
        {"size": "{}x{}".format(*FILM_SIZE), "dpi": DPI, "format": WEBM, "fps": RATE},
    ),
    FormField("format", "Format", WEBM, tuple(Choice(f.suffix, f.words) for f in formats("film"))),
    FormField(
        "size",
        "Size in pixels",
        "{}x{}".format(*FILM_SIZE),
        hint="Width and height; even numbers for MP4 and WebM",
    ),
    _FONT,
    _TYPE,
    _LINES,
    FormField("dpi", "Dots per inch", DPI, limits=DPI_LIMITS, hint="Type scales with it"),
    FormField("seconds", "Seconds", "", hint="Length of the film", empty="as it plays here"),
    FormField("fps", "Frame rate", RATE, limits=(1, 120), hint="Frames per second"),
    FormField("style", "Style", STYLES[0], _STYLES),
    FormField("panels", "Shows", "", _PANELS),
    FormField("caption", "Caption", False, hint="Family, ds², α, lengths and certificate below"),
    FormField("legend", "Legend", False, hint="The meaning of each line"),
    FormField(
        "supersample",
        "Supersampling",
        1,
        limits=_FINEST,
        hint="Draw at a multiple of the size, then scale down",
    ),
)
EXPORTS = {
    "export_figure": Export("render", "Export figure", "figure", _FIGURE),
    "export_film": Export("animate", "Export film", "film", _FILM),
    "export_data": Export("export", "Export data", "data"),
    "export_script": Export("export", "Export Python script", "script"),
    "export_page": Export("export", "Export interactive page", "page"),
}


def options(values: Mapping[str, str | int | bool]) -> list[str]:
    """Return a form's values as command-line options; empty ones are left out."""
    result: list[str] = []
    for name, value in values.items():
        if name in ("use", "format") or value == "":
            continue
        if value is True:
            result.append(f"--{name}")
        elif name == "panels":
            result += ["--panels", *str(value).split()]
        elif value is not False:
            result.append(f"--{name}={value}")
    return result


class Process:
    """An export that runs in a process of its own, with its progress and outcome."""

    def __init__(self, command: str, scene: Scene, target: Path, options: list[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="attention-geodesics-")
        stated = Path(self._folder.name) / f"scene{JSON}"
        scene_file.save(scene, stated)
        self.target = target
        self.done, self.whole, self.left = 0, 0, 0
        self._said = ""
        arguments = ["-m", "app", command, str(stated), "-o", str(target), *options]
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen, name="export", daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            found = _PROGRESS.match(line)
            if found:
                self.done, self.whole, self.left = (int(number) for number in found.groups())
            elif line.strip():
                self._said = line.strip().removeprefix("attention-geodesics: ")

    @property
    def running(self) -> bool:
        """Whether it is still running."""
        return self._process.poll() is None

    @property
    def problem(self) -> str:
        """Why a finished export wrote nothing; "" if it succeeded."""
        status = self._process.wait()
        self._listener.join()
        # 1: the numerics raised a warning; the file exists
        if status in (0, 1):
            return ""
        return self._said or f"the export ended with status {status}"

    def cancel(self) -> None:
        """Stop it without waiting; its partial files are removed."""
        if self.running:
            self._process.terminate()
        threading.Thread(target=self.close, name="export ended").start()

    def close(self) -> None:
        """Wait for its end and delete its temporary scene."""
        self._process.wait()
        self._listener.join()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._folder.cleanup()
