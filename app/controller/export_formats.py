"""The formats of exports, and exporting by the command line in a separate process.

So the window is drawn on while a film is made, a cancelled one is gone with its process, and what a
menu writes is what the command line writes.
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

from app.model import session_file
from app.model.scene import Scene
from app.views.interface.choices import Choice
from app.views.interface.export_form import Field

_PROGRESS = re.compile(r"frame (\d+) of (\d+), (\d+) s left")


@dataclass(frozen=True)
class Export:
    """One kind: its subcommand, what it asks first, and the files it can write."""

    command: str
    title: str
    pattern: str
    suffix: str
    fields: tuple[Field, ...] = ()


_STYLES = (Choice("dark", "Dark"), Choice("print", "Print (light)"))
_PANELS = (
    Choice("", "The chart alone"),
    Choice("distributions", "Chart and distributions"),
    Choice("measures", "Chart and measures"),
    Choice("distributions measures", "Chart, distributions and measures"),
)
_FIGURE = (
    Field("size", "Size in pixels", "", hint="Width and height, as 1200x800"),
    Field("dpi", "Dots per inch", 96, limits=(24, 1200), hint="More make letters and lines finer"),
    Field("style", "Style", "dark", _STYLES),
    Field("panels", "Shows", "", _PANELS),
    Field("caption", "Caption", True, hint="Family, ds², α, lengths and certificate below"),
    Field("legend", "Legend", False, hint="Which line is what"),
    Field(
        "transparent", "Transparent", False, hint="What lies behind the figure is seen through it"
    ),
)
_FILM = (
    Field("size", "Size in pixels", "1280x720", hint="Width and height; even ones for MP4, WebM"),
    Field("frames", "Frames", 120, hint="How many pictures"),
    Field("fps", "Frames a second", 30, limits=(1, 120)),
    Field("style", "Style", "dark", _STYLES),
    Field("panels", "Shows", "", _PANELS),
    Field("supersample", "Supersampling", 1, limits=(1, 4), hint="Draw finer, then reduce"),
)
EXPORTS = {
    "export_figure": Export(
        "render",
        "Export figure",
        "PNG (*.png);;SVG, vectors (*.svg);;PDF, vectors (*.pdf)",
        ".png",
        _FIGURE,
    ),
    "export_film": Export(
        "animate",
        "Export film",
        "MP4 (*.mp4);;WebM (*.webm);;GIF (*.gif);;PNG sequence (*.png)",
        ".mp4",
        _FILM,
    ),
    "export_data": Export(
        "export", "Export data", "NumPy (*.npz);;CSV, the geodesic (*.csv);;JSON (*.json)", ".npz"
    ),
    "export_script": Export("export", "Export Python script", "Python (*.py)", ".py"),
}


def options(values: Mapping[str, str | int | bool]) -> list[str]:
    """Return a form's values as options of the command line."""
    result: list[str] = []
    for name, value in values.items():
        if value is True:
            result.append(f"--{name}")
        elif name == "panels":
            result += ["--panels", *str(value).split()] if value else []
        elif value is not False:
            result.append(f"--{name}={value}")
    return result


class Process:
    """One export under way."""

    def __init__(self, command: str, scene: Scene, target: Path, options: list[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="attention-geodesics-")
        stated = Path(self._folder.name) / "scene.json"
        session_file.save(scene, stated)
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
        """Whether it is still at work."""
        return self._process.poll() is None

    @property
    def problem(self) -> str:
        """Why an export that has ended wrote nothing; "" if it wrote its file."""
        status = self._process.wait()
        self._listener.join()
        # 1 says that the numerics had something to say: the file is there
        if status in (0, 1):
            return ""
        return self._said or f"the export ended with status {status}"

    def cancel(self) -> None:
        """Stop it, without waiting; what it had begun to write is taken away."""
        if self.running:
            self._process.terminate()
        threading.Thread(target=self.close, name="export ends").start()

    def close(self) -> None:
        """Wait for its end and forget its scene."""
        self._process.wait()
        self._listener.join()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._folder.cleanup()
