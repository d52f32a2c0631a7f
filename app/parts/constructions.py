"""The part of the menu Construct: it shows and hides C and the constructions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.jobs import studies
from app.jobs.studies.construction import Construction
from app.parts.part import Part
from app.presenters.drawing import shown_third


class ConstructionsPart(Part):
    """The commands of the menu Construct, which are switches of layers."""

    def commands(self) -> dict[str, Callable[[], None]]:
        switches = {
            f"construct:{kind.layer()}": partial(self._switch, kind)
            for kind in studies.constructions()
        }
        return {"third": self._third, **switches}

    def _third(self) -> None:
        scene = self.context.store.scene
        if scene.layers.third or shown_third(scene) is None:
            self._set("third", not scene.layers.third, "C")
        else:
            self.context.say("C is shown as long as a construction starts from it", True)

    def _switch(self, kind: type[Construction]) -> None:
        subject = self.context.subject
        if not kind.fits(subject.manifold):
            self.context.say(f"{kind.title}: {kind.unfit}", False)
            return
        self._set(kind.layer(), not getattr(subject.scene.layers, kind.layer()), kind.title)

    def _set(self, layer: str, on: bool, words: str) -> None:
        self.context.edit({f"layers.{layer}": on}, None)
        self.context.say(f"{words} is {'shown' if on else 'hidden'}", True)
