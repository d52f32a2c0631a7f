"""`scene_store`, a scene that a script changes, by whichever installed package offers one."""

from __future__ import annotations

from typing import Any

from compute.core import packages


def scene_store(scene: Any = None) -> Any:
    """Return a scene with its undo history, changed as recorded macros change it.

    scene: a bundled name, the path of a scene file, a family such as "beta", or a scene; None for the
    default entries.  The store's ``open(name)``, ``begin(**entries)`` and ``set(**entries)`` change the
    scene, by entries of scene files; ``undo()``, ``redo()``, ``save(path)``; ``scene`` is the frozen
    scene as it is now.  Raises ValueError for wrong entries, which change nothing, and ImportError
    where no installed package offers a store.

    >>> store = scene_store("gaussian")
    >>> store.set(start=(0.0, 1.0), alpha=0.5, layers={"grid": False})
    >>> store.scene.alpha
    0.5
    >>> store.undo()
    >>> store.scene.alpha
    0.0
    """
    offered, problems = packages.functions(packages.SCENE_STORES)
    if not offered:
        lacking = "; ".join(problems) or "no installed package offers a store of scenes"
        raise ImportError(f"scene_store needs the package attention-geodesics: {lacking}")
    return offered[0](scene)
