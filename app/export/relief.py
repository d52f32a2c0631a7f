"""Rasterisation of textured surfaces for SVG and PDF."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.views.canvas.display_list import TexturedMesh, TexturedQuad
from app.views.canvas.projections.space import finer
from app.views.interface.events import Array

# pixels per logical pixel, since PDF viewers do not smooth when they enlarge; and the maximum
# number of samples per mesh cell
FINENESS, MOST_SAMPLES = 1.5, 32


def picture(mesh: TexturedMesh) -> TexturedQuad:
    """Render the mesh's box with the nearest sample in each pixel."""
    left, top, right, bottom = mesh.box
    grid = np.concatenate([mesh.nodes, mesh.places, mesh.shades[..., None]], axis=-1)
    samples = finer(grid, 0.7 / FINENESS, MOST_SAMPLES).reshape(-1, 6)
    samples = samples[np.isfinite(samples).all(axis=1)]
    samples = samples[np.argsort(samples[:, 2])]  # the nearest samples are written last
    at = np.floor((samples[:, :2] - (left, top)) * FINENESS).astype(int)
    columns, rows = int((right - left) * FINENESS), int((bottom - top) * FINENESS)
    inside = ((at >= 0) & (at < (columns, rows))).all(axis=1)
    at, samples = at[inside], samples[inside]
    texture = np.zeros((rows, columns, 4), np.uint8)
    texture[rows - 1 - at[:, 1], at[:, 0]] = _lit(mesh, samples[:, 3:5], samples[:, 5])
    return TexturedQuad(texture, np.array([left, bottom]), np.array([right, top]))


def _lit(mesh: TexturedMesh, place: Array, shade: Array) -> NDArray[np.uint8]:
    """Return shaded opaque colours (k, 4) at texture coordinates (k, 2), like the OpenGL shader."""
    rows, columns = mesh.texture.shape[:2]
    cell = np.clip(np.floor(place * (columns, rows)), 0, (columns - 1, rows - 1)).astype(int)
    found = mesh.texture[cell[:, 1], cell[:, 0]] * (mesh.strength / 255.0)
    ground = np.array(mesh.ground[:3])
    colour = (found[:, :3] + ground * (1 - found[:, 3:])) * shade[:, None]
    opaque = np.concatenate([np.clip(colour, 0, 1), np.ones((len(colour), 1))], axis=1)
    return np.round(255 * opaque).astype(np.uint8)
