"""Pictures without a window, in a process of their own: one process has either EGL or windows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

BLUE, ORANGE = (0x4C, 0xC2, 0xFF), (0xFF, 0xB4, 0x54)


def render(tmp_path: Path, scene: str, *options: str) -> np.ndarray:
    target = tmp_path / "picture.png"
    command = [sys.executable, "-m", "app", "render", scene, "-o", str(target), "--json", *options]
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["file"] == str(target)
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]
    return np.asarray(Image.open(target))


def middle_of(image: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """The centre (x, y) of a pin; a sample of its colour in the key is smaller, and elsewhere."""
    rows, columns = np.nonzero((image[..., :3] == colour).all(axis=-1))
    pin = np.hypot(rows - np.median(rows), columns - np.median(columns)) < 20
    rows, columns = rows[pin], columns[pin]
    assert len(rows) > 50
    return np.array([(columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2])


def test_the_default_picture_of_normal_distributions(tmp_path):
    image = render(tmp_path, "gaussian", "--engine", "reference", "--size", "1200x800")
    assert image.shape == (800, 1200, 3), "nothing in it is transparent"
    a, b = middle_of(image, BLUE), middle_of(image, ORANGE)
    # both pins have σ = 0.6 and μ = ∓1.5 in a view of μ from −4 to 4
    assert abs(a[1] - b[1]) <= 1
    plot = (b[0] - a[0]) / 3.0 * 8.0
    assert 900 < plot < 1150
    centre, unit = (a[0] + b[0]) / 2, plot / 8.0
    # the geodesic at μ = 0.4: σ² = 0.36 + (1.5² − 0.4²)/2, drawn at log σ over log units of 3.2
    rise = np.log(np.sqrt(0.36 + (1.5**2 - 0.4**2) / 2) / 0.6) / 3.2 * (748 - 14)
    x, y = round(centre + 0.4 * unit), round(a[1] - rise)
    assert image[y - 2 : y + 3, x, :3].min(axis=-1).max() > 235
    # entropy grows with σ: the map is darker at the bottom
    assert image[700, 490, :3].sum() < image[60, 490, :3].sum()


def test_the_picture_is_the_same_from_both_engines(tmp_path, gpu_engine):
    pictures = []
    for engine in ("reference", "gpu"):
        folder = tmp_path / engine
        folder.mkdir()
        pictures.append(render(folder, "triangle", "--engine", engine, "--size", "600x400"))
    difference = np.abs(pictures[0].astype(int) - pictures[1]).max(axis=-1)
    assert (difference > 8).mean() < 1e-3
