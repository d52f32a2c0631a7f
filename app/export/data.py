"""The arrays behind a figure, as NPZ, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np

from app.export import embed
from app.export.figure import path_of
from app.export.files import beside, save_arrays
from app.export.script import script
from app.jobs.answers import Answer
from app.jobs.path import PathAnswer
from app.model.file_formats import CSV, JSON, NPZ
from app.model.scene import Scene
from compute.core.status import Status
from compute.families import manifold as manifold_of

# non-numeric fields of an answer
LEFT_OUT = ("job", "milliseconds", "measures", "dense", "row_at", "why")


def write(target: Path, scene: Scene, found: Sequence[Answer]) -> None:
    """Write a scene's answers, or for .py a script that recomputes them."""
    kind = target.suffix.lower()
    if kind == NPZ:
        content = npz(scene, found, target)
    elif kind == JSON:
        content = as_json(scene, found, target).encode("utf-8")
    elif kind == CSV:
        content = table(scene, path_of(found)).encode("utf-8")
    else:
        content = script(scene, found, target).encode("utf-8")
    with beside(target) as temporary:
        temporary.write_bytes(content)


def arrays(found: Sequence[Answer]) -> dict[str, np.ndarray]:
    """Return all numbers and arrays of the answers by names such as ``path_paths_theta``."""
    result: dict[str, np.ndarray] = {}
    for answer in found:
        kind = type(answer.job).__name__.removesuffix("Job").lower()
        result |= dict(_entries(kind, answer))
    return result


def _entries(prefix: str, value: object) -> Iterator[tuple[str, np.ndarray]]:
    if is_dataclass(value):
        for field in fields(value):
            if field.name not in LEFT_OUT:
                yield from _entries(f"{prefix}_{field.name}", getattr(value, field.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entries(f"{prefix}_{key}", item)
    elif value is not None:
        array = np.asarray(value)
        if array.dtype != object:
            yield prefix, array


def npz(scene: Scene, found: Sequence[Answer], target: Path) -> bytes:
    """Return arrays for an .npz file; ``scene`` is the scene's JSON."""
    buffer = io.BytesIO()
    stated = np.array(embed.stated(scene, target))
    save_arrays(buffer, {"scene": stated, **arrays(found)})
    return buffer.getvalue()


def as_json(scene: Scene, found: Sequence[Answer], target: Path) -> str:
    """Return one JSON object, with null for values that are not finite."""
    entries = {"scene": json.loads(embed.stated(scene, target))}
    entries |= {name: _plain(array.tolist()) for name, array in arrays(found).items()}
    return json.dumps(entries, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def table(scene: Scene, answer: PathAnswer) -> str:
    """Return the geodesic as CSV, one row per node: t, θ, velocity, transported vector, p of each
    outcome.
    """
    manifold, paths = manifold_of(scene.family), answer.paths
    nodes = int(paths.nodes[0])
    first, second = manifold.coordinates
    columns = ["t", first, second, f"d{first}/dt", f"d{second}/dt", f"w_{first}", f"w_{second}"]
    rows = np.column_stack(
        [
            paths.t[:nodes],
            paths.theta[0, :nodes],
            paths.velocity[0, :nodes],
            answer.transport.vectors[0, :nodes],
        ]
    )
    if answer.labels:
        columns += [f"p_{i}_{label}" for i, label in enumerate(answer.labels)]
        rows = np.column_stack([rows, answer.rows[:nodes]])
    status = Status(int(paths.status[0]))
    text = io.StringIO()
    text.write(f"# {scene.family}, alpha = {scene.alpha:g}, length = {paths.length[0]:.10g}\n")
    text.write(f"# {status.name}: end point missed by {paths.residual[0]:.3g}, ")
    drift = "unknown" if np.isnan(paths.error[0]) else f"{paths.error[0]:.3g}"
    text.write(f"speed drift {drift}, engine {paths.engine}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([f"{value:.12g}" for value in row] for row in rows)
    return text.getvalue()
