"""Pictures from files and arrays, checked before use."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from compute.core.arrays import Floats
from compute.core.opening import opened
from compute.core.refusal import Refused, refusing

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = (".png", ".jpg", ".jpeg")
MOST_PIXELS = 4096 * 4096
MOST_BYTES = 64 << 20
WIDEST = 65535.0  # maximum of a 16-bit grey value


def read(path: str | Path) -> np.ndarray:
    """Return the bytes (h, w, 3) of a PNG or JPEG file, rotated upright; its size is checked before
    decoding.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    # Pillow warns about sizes that are refused here, and about damage that it repairs
    silent = warnings.catch_warnings(action="ignore")
    with opened(path, MOST_BYTES) as file, refusing(f"{path} is not a PNG or JPEG picture"), silent:
        try:
            found = Image.open(file, formats=("PNG", "JPEG"))
        except Image.DecompressionBombError:
            raise Refused(
                f"{path} has too many pixels (at most {MOST_PIXELS}): scale it down first"
            ) from None
        except UnidentifiedImageError:
            raise Refused(f"{path} is not a PNG or JPEG picture") from None
        if found.width * found.height > MOST_PIXELS:
            raise Refused(
                f"{path} has {found.width} × {found.height} pixels, more than {MOST_PIXELS}: "
                "scale it down first"
            )
        return _bytes_of(ImageOps.exif_transpose(found))


def _bytes_of(image: Image.Image) -> np.ndarray:
    """Return the bytes (h, w, 3) of a decoded picture, with transparency on white."""
    if image.mode.startswith("I"):
        # 16 bits, which Pillow clips to 8
        grey = np.round(np.asarray(image).astype(np.float64) / WIDEST * 255.0).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if not image.has_transparency_data:
        return np.asarray(image.convert("RGB"))
    array = np.asarray(image.convert("RGBA")).astype(np.float64)
    opaque = array[..., 3:] / 255.0
    return np.round(array[..., :3] * opaque + 255.0 * (1.0 - opaque)).astype(np.uint8)


def intensities(image: ArrayLike) -> Floats:
    """Return an array (h, w) or (h, w, 3) of bytes, or of numbers in [0, 1], as intensities (h, w)."""
    array = np.asarray(image)
    if array.dtype.kind not in "uif" or array.ndim not in (2, 3) or 0 in array.shape:
        raise Refused(
            f"image must be numbers of shape (h, w) or (h, w, 3), got {array.dtype} {array.shape}"
        )
    if array.ndim == 3 and array.shape[2] not in (3, 4):
        raise Refused(f"image must have 3 or 4 channels, got shape {array.shape}")
    if array.size > 4 * MOST_PIXELS:
        raise Refused(f"image must have at most {MOST_PIXELS} pixels, got shape {array.shape}")
    grey = array.astype(np.float64) / (255.0 if array.dtype == np.uint8 else 1.0)
    if grey.ndim == 3:
        grey = grey[..., :3] @ np.array([0.299, 0.587, 0.114])
    if not np.isfinite(grey).all() or grey.min() < 0 or grey.max() > 1 + 1e-9:
        wrong = grey[~(np.isfinite(grey) & (grey >= 0) & (grey <= 1))]
        raise Refused(f"image must be bytes or lie in [0, 1], got {wrong[:1].tolist()}")
    return grey
