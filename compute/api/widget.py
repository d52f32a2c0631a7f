"""`show`, the live widget of a scene, by whichever installed package offers one."""

from __future__ import annotations

from typing import Any

from compute.core import packages


def show(scene: Any = "bank", engine: str = "auto") -> Any:
    """Return the live widget of a scene for Jupyter, Marimo and other hosts of anywidget.

    scene: a bundled name, the path of a scene file, a family such as "beta", or a scene.  engine:
    "auto", "gpu" or "reference".  The widget's ``start``, ``end`` and ``alpha`` can be read, set and
    observed.  Raises ImportError without anywidget, or where no installed package offers a widget.
    """
    offered, problems = packages.functions(packages.WIDGETS)
    if not offered:
        lacking = "; ".join(problems) or "no installed package offers a widget"
        raise ImportError(
            f"show needs anywidget, pip install 'attention-geodesics[notebook]': {lacking}"
        )
    return offered[0](scene, engine)
