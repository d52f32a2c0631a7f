"""The subject of a scene: its manifold and its chart, looked up once per change."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.jobs.scene_chart import chart_drawn
from app.model.scene import HEIGHT, Scene
from app.model.store import Store
from compute.families import manifold as manifold_of
from compute.manifold.charts import Chart
from compute.manifold.manifold import Manifold

# fields of a scene whose subfields are compared separately
NESTED = ("layers", "flow", "data", "descents")


@dataclass(frozen=True, eq=False)
class Subject:
    """A completed scene, the manifold of its family, and the chart in which it is drawn.

    Two subjects with the same manifold and chart share the chart object: ``a.chart is b.chart``.
    """

    scene: Scene
    manifold: Manifold
    chart: Chart

    @property
    def equal(self) -> bool:
        """Whether both axes are drawn at one scale."""
        return self.chart.equal or self.scene.equal

    @property
    def is_surface(self) -> bool:
        """Whether it is drawn on a surface in space that does not depend on the view."""
        return self.chart.dimension == 3 and not self.scene.chart.startswith(HEIGHT)

    @classmethod
    def of(cls, scene: Scene) -> Subject:
        """Look up the subject of a completed scene."""
        return cls(scene, manifold_of(scene.family), chart_drawn(scene))

    def at(self, scene: Scene) -> Subject:
        """Return the subject of another scene, reusing manifold and chart if unchanged."""
        before = self.scene
        # a height surface depends on the scalar, token, view and source of distances
        flat = not scene.chart.startswith(HEIGHT)
        if flat and (scene.family, scene.chart) == (before.family, before.chart):
            return replace(self, scene=scene)
        return Subject.of(scene)


def changed_fields(before: Subject, after: Subject) -> frozenset[str]:
    """Return the names of the fields of the scene that differ.

    Nested fields are listed too, as in edits: "flow" and "flow.time".  "ground" means that the chart or
    its family differs.
    """
    found = {"ground"} if before.chart is not after.chart else set()
    for name, old in vars(before.scene).items():
        new = getattr(after.scene, name)
        if old is not new and old != new:
            found.add(name)
            if name in NESTED:
                parts = vars(old).items()
                found |= {f"{name}.{part}" for part, was in parts if was != getattr(new, part)}
    return frozenset(found)


class CurrentSubject:
    """The subject of a store's scene, updated once per change."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._subject: Subject | None = None

    @property
    def now(self) -> Subject:
        """The subject of the store's current scene."""
        scene, known = self.store.scene, self._subject
        if known is None or known.scene is not scene:
            known = self._subject = Subject.of(scene) if known is None else known.at(scene)
        return known
