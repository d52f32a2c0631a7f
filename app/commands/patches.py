"""``patches``: geodesic attention over the patches of a picture."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np

from app.commands.output import show
from compute import GeodesicViT


def patches(chosen: argparse.Namespace) -> int:
    """Distances and weights between all patches, as numbers or a file."""
    found = GeodesicViT(chosen.patch, chosen.alpha, chosen.beta, chosen.temperature).process_image(
        chosen.image
    )
    rows, columns = found.shape
    entropy = -(found.weights * np.log(np.maximum(found.weights, 1e-300))).sum(axis=1)
    result: dict[str, Any] = {
        "rows": rows,
        "columns": columns,
        "patch": chosen.patch,
        "diameter": float(found.distances.max()),
        "median_entropy": float(np.median(entropy)),
        "status": "OK",
    }
    if chosen.output:
        _save(Path(chosen.output), found)
        result["file"] = chosen.output
    lines = [
        f"patches   {rows} × {columns} of {chosen.patch} pixels",
        f"diameter  {result['diameter']:.6g}",
        f"entropy   {result['median_entropy']:.4g} nats (median over patches)",
    ]
    show(result, chosen.json, lines)
    return 0


def _save(target: Path, found: Any) -> None:
    """Write beside the target and rename."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.npz")
    try:
        np.savez_compressed(
            beside,
            theta=found.theta,
            distances=found.distances,
            weights=found.weights,
            output=found.output,
            shape=np.array(found.shape),
        )
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
