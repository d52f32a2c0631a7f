"""Export of a scene as a Python script that uses the public API of `compute` and checks its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from app.export.figure import path_of
from app.export.script_layers import layers
from app.jobs.answers import Answer
from app.model import paths
from app.model.scene import Scene
from compute.core.status import Status
from compute.families import manifold as manifold_of
from compute.families import parse, write
from compute.heads.head import bundled

# tolerance between float32 and the reference, relative to a length
TOLERANCE = 1e-4

_TEMPLATE = '''"""Recompute what a figure shows and check it; needs the package `compute`."""

{imports}import numpy as np

import compute

TITLE = {title}
FAMILY = {family}
START, END = {start}, {end}
VECTOR = {vector}  # tangent at START
ALPHA = {alpha}

# values stated in the figure
LENGTH = {length}
CURVATURE = {curvature}  # at START and at END
STATUS = {status}
TOLERANCE = {tolerance}

engine = compute.open_engine()
manifold = compute.family(FAMILY)
geodesic = compute.AttentionGeodesic(manifold, alpha=ALPHA, engine=engine)
path = geodesic.compute_path(START, END)
transport = compute.TileTransport(manifold, alpha=ALPHA, engine=engine)
carried = transport.transport_attention(VECTOR, path)
curvature = manifold.curvature(np.array([START, END]))

print(TITLE)
print(f"status {{path.status.name}}, length {{path.length:.10g}}, curvature {{curvature}}")
print(f"end point missed by {{path.residual:.2g}}, speed drift {{path.error:.2g}}")
print(f"the vector arrives as {{carried[-1]}}")

assert path.status.name == STATUS, path.status
np.testing.assert_allclose(path.length, LENGTH, rtol=TOLERANCE)
np.testing.assert_allclose(curvature, CURVATURE, rtol=TOLERANCE, atol=TOLERANCE)
if ALPHA == 0.0:
    # parallel transport keeps the length of a vector
    g = geodesic.fisher_rao_metric(path.theta[[0, -1]])
    w = carried[[0, -1]]
    before, after = np.sqrt(np.einsum("ni,nij,nj->n", w, g, w))
    np.testing.assert_allclose(after, before, rtol=TOLERANCE)
{layers}
print("as in the figure")
'''


def script(scene: Scene, found: Sequence[Answer], target: Path) -> str:
    """Return the text of a script at ``target``, with all values as literals."""
    assert scene.start and scene.end and scene.vector
    answer = path_of(found)
    paths = answer.paths
    family = _family(scene.family, target.absolute().parent)
    return _TEMPLATE.format(
        imports="from pathlib import Path\n\n" if "__file__" in family else "",
        title=ascii(scene.title or manifold_of(scene.family).title),
        family=family,
        start=_numbers(scene.start.theta),
        end=_numbers(scene.end.theta),
        vector=_numbers(scene.vector),
        alpha=repr(float(scene.alpha)),
        length=repr(float(paths.length[0])),
        curvature=_numbers(answer.curvature),
        status=repr(Status(int(paths.status[0])).name),
        tolerance=repr(TOLERANCE),
        layers=layers(scene, found),
    )


def _numbers(values: Iterable[float]) -> str:
    return repr(tuple(float(value) for value in values))


def _family(family: str, folder: Path) -> str:
    """Return the family as an expression; a head file is named relative to the script."""
    name, stated = parse(family)
    source = stated.get("source", "")
    if not source or source in bundled() or source.startswith("{"):
        return ascii(family)
    marker = "\0"
    before, after = write(name, {**stated, "source": marker}).split(marker)
    relative = paths.relative(source, folder)
    return f"{before!a} + str(Path(__file__).parent / {relative!a}) + {after!a}"
