"""`show`, the live widget of a scene, by whichever installed package offers one."""

from __future__ import annotations

from typing import Any

from compute.core import packages

GROUP = packages.WIDGETS


def show(scene: Any = "bank", engine: str = "auto") -> Any:
    """Return the live widget of a scene for Jupyter, Marimo and other hosts of anywidget.

    scene: a bundled name, the path of a scene file, a family such as "beta", or a scene.  engine:
    "auto", "gpu" or "reference".  The widget's ``start``, ``end`` and ``alpha`` can be read, set and
    observed.
    Raises ImportError without anywidget, or where no installed package offers a widget.
    """
    offered, _ = packages.stated(GROUP)
    if not offered:
        raise ImportError("no installed package offers a widget: install attention-geodesics")
    try:
        made = offered[0].load()
    except ModuleNotFoundError as missing:
        if missing.name not in ("anywidget", "traitlets"):
            raise
        raise ImportError(
            "show needs anywidget: pip install 'attention-geodesics[notebook]'"
        ) from None
    return made(scene, engine)
