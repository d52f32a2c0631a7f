"""The live widget of a scene, for Jupyter, Marimo and other hosts of anywidget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from app.model.lessons import first_scene
from app.model.scene import Pin, Scene
from app.notebook.live_scene import SIZE, LiveFrame, LiveScene, with_pin
from compute.requests.checks import alpha_of


def _asset(name: str) -> str:
    return resources.files("assets").joinpath("notebook", name).read_text("utf-8")


class SceneWidget(anywidget.AnyWidget):
    """A scene with pins to drag.

    start, end: θ of A and B; alpha: of the connection; all can be read, set and observed.  measures:
    names and texts of the last answer, with its status in words and whether it is a geodesic to B.
    """

    _esm = _asset("scene.js")
    _css = _asset("scene.css")
    start = traitlets.Tuple(traitlets.Float(), traitlets.Float())
    end = traitlets.Tuple(traitlets.Float(), traitlets.Float())
    alpha = traitlets.Float(0.0)
    # scenes that were followed, and how many of them the page has seen: Marimo runs the cells that
    # depend on a widget when the page says something of it
    followed = traitlets.Int(0).tag(sync=True)
    seen = traitlets.Int(0).tag(sync=True)
    size = traitlets.List(list(SIZE)).tag(sync=True)
    picture = traitlets.Bytes(b"").tag(sync=True)
    pins = traitlets.List([]).tag(sync=True)
    measures = traitlets.List([]).tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)
    arrived = traitlets.Bool(False).tag(sync=True)

    def __init__(self, scene: Scene, engine: str = "auto") -> None:
        super().__init__()
        self._followed: Scene
        self._live = LiveScene(scene, self._show, engine)
        self._follow(self._live.scene)
        self.on_msg(self._heard)
        self.observe(self._changed, names=["start", "end", "alpha"])

    @property
    def scene(self) -> Scene:
        """The scene as it is now."""
        return self._live.scene

    def close(self) -> None:
        """Close the widget and end its thread."""
        self._live.close()
        super().close()

    def _heard(self, _: object, content: Mapping[str, Any], buffers: object) -> None:
        """Take a drag: the pin, its pixels, and whether the hand still holds it."""
        pin, at = content.get("pin"), content.get("at")
        if pin not in ("A", "B") or not isinstance(at, list) or len(at) != 2:
            return
        if all(isinstance(x, int | float) for x in at):
            self._live.drag(str(pin), (float(at[0]), float(at[1])), bool(content.get("dragging")))

    def _changed(self, change: Mapping[str, Any]) -> None:
        """Show what a script has set, and set back what no scene can have."""
        if change["new"] == _values(self._followed)[change["name"]]:
            return  # set by `_follow`
        known = self._live.scene
        try:
            self._take(change["name"], change["new"], known)
        except ValueError:
            self._follow(known)
            raise
        self._followed = self._live.scene

    def _take(self, name: str, value: Any, known: Scene) -> None:
        if name == "alpha":
            self._live.put(replace(known, alpha=alpha_of(value)))
        else:
            self._live.put(with_pin(known, name, Pin(value)))

    def _follow(self, scene: Scene) -> None:
        """Set start, end and alpha to those of a scene that is shown."""
        self._followed = scene
        self.followed += 1
        for name, value in _values(scene).items():
            setattr(self, name, value)

    def _show(self, frame: LiveFrame) -> None:
        with self.hold_sync():
            self.picture, self.pins = frame.picture, [list(at) for at in frame.pins]
            self.measures = [list(row) for row in frame.measures]
            self.status, self.arrived = frame.problem or frame.status, frame.arrived
            if frame.newest:  # else a script or the hand is ahead of the picture
                self._follow(frame.scene)


def _values(scene: Scene) -> dict[str, Any]:
    """Return the traits of a scene."""
    assert scene.start and scene.end
    return {"start": scene.start.theta, "end": scene.end.theta, "alpha": scene.alpha}


def show(scene: Scene | str | Path = "bank", engine: str = "auto") -> SceneWidget:
    """Return the live widget of a scene: one of the model, a bundled name, or a file's path.

    Raises ValueError for what names or is no scene.
    """
    return SceneWidget(first_scene.given(scene), engine)
