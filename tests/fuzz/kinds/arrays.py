"""Heads, their side files, initial fields and photographs."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import save

from compute.core.sphere import log_softmax
from compute.engine.reference import ReferenceEngine
from compute.families import manifold as manifold_of
from compute.flow import grid, initial_fields
from compute.heads import head, output_file, output_head
from compute.images import image_files, vision_head
from tests.fuzz.kind import Broken, Kind


def _arrays(seed: int = 1) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shape = (2, 2, 5, 4)
    return {name: rng.normal(size=shape).astype(np.float32) for name in "qkv"}


def _npz(**arrays: object) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def archives(folder: Path) -> list[bytes]:
    """Plain heads, and heads with all that may be said of them."""
    arrays = _arrays()
    more = {
        "tokens": np.array(list("abcde")),
        "mask": np.tri(5, dtype=bool),
        "bias": np.zeros((2, 2, 1, 5), np.float32),
        "scale": np.full((2, 2), 0.5),
        "softcap": np.array(30.0),
        "sinks": np.zeros((2, 2)),
        "attention": np.full((2, 2, 5, 5), 0.2, np.float32),
    }
    flat = {name: array[0, 0] for name, array in arrays.items()}
    return [_npz(**flat), _npz(**arrays, **more), _npz(**arrays, **more)]


def pictured(folder: Path) -> list[bytes]:
    """A vision head with its picture."""
    image = np.random.default_rng(2).integers(0, 256, (16, 16, 3), np.uint8)
    grid = {"image": image, "patch_grid": np.array([2, 2]), "special_tokens": np.array(1)}
    return [_npz(**_arrays(), **grid)]


def open_pictured(path: Path) -> None:
    """Open a vision head as the panel of pictures does."""
    vision_head.load(str(path)).places.sum()


def containers(folder: Path) -> list[bytes]:
    """The same as .safetensors."""
    arrays = _arrays()
    tokens = {"tokens": json.dumps(list("abcde"))}
    halves = {name: array.astype(np.float16) for name, array in arrays.items()}
    layers = {f"layers.{i}.{n}": a[i] for n, a in arrays.items() for i in range(2)}
    return [save(arrays), save(halves, tokens), save({**arrays, **layers}, tokens)]


def open_heads(path: Path) -> None:
    """Open heads as the window does: their first, and their picture if they have one."""
    found = head.load(str(path))
    manifold = manifold_of(f"attention:{path}")
    manifold.geometry(np.array(manifold.pins))
    found.head(found.layers - 1, found.heads - 1).rows()


def layers(folder: Path) -> list[bytes]:
    """Output layers alone, and with heads, words and all that may be said of them."""
    rng = np.random.default_rng(6)
    own = {"unembedding": rng.normal(size=(12, 4)), "hidden": rng.normal(size=(5, 4))}
    own = {name: array.astype(np.float32) for name, array in own.items()}
    more = {
        "output_bias": np.zeros(12, np.float32),
        "output_scale": np.array([0.5]),
        "output_verified": np.array([1e-6]),
        "next_rows": np.full((5, 12), 1 / 12, np.float32),
        "words": np.array([f"w{i}" for i in range(12)]),
        "tokens": np.array(list("abcde")),
    }
    return [_npz(**own), _npz(**own, **more), _npz(**_arrays(), **own, **more)]


def open_layer(path: Path) -> None:
    """Open an output layer as the steering bench does, and one pair of its tokens as a head."""
    found = output_file.load(str(path))
    output_head.chosen(found, "0,1")
    p = np.exp(log_softmax(found.logits(found.hidden[0])))
    if not (np.isfinite(p).all() and abs(p.sum() - 1.0) < 1e-6):
        raise Broken("the next-token row is no distribution")


def sides(folder: Path) -> list[bytes]:
    """Side files of heads."""
    layers = {f"layers.{i}.{n}": a[i] for n, a in _arrays().items() for i in range(2)}
    (folder / "fuzzed.npz").write_bytes(_npz(**layers))
    names = {name: f"layers.*.{name}" for name in "qkv"}
    return [json.dumps({**names, "tokens": list("abcde"), "mask": "m"}).encode()]


def open_side(path: Path) -> None:
    """Open the heads that a side file lies beside."""
    head.load(str(path.with_name("fuzzed.npz")))


@cache
def _grid() -> grid.Grid:
    manifold = manifold_of("gaussian")
    return grid.grid(ReferenceEngine(), manifold, manifold.charts[0], manifold.view, (16, 16))


def fields(folder: Path) -> list[bytes]:
    """Fields for a flow to begin with."""
    field = np.random.default_rng(4).normal(size=(16, 16, 2))
    return [_npz(field=field), _npz(field=field.astype(np.float32), other=np.ones(3))]


def open_field(path: Path) -> None:
    """Begin a flow of vectors with a file."""
    arrays = initial_fields.from_file(_grid(), str(path), vectors=True)
    assert np.isfinite(arrays).all()


def photographs(folder: Path) -> list[bytes]:
    """Pictures in colour and grey, upright and turned."""
    rng = np.random.default_rng(5)
    colours = Image.fromarray(rng.integers(0, 256, (24, 32, 3), np.uint8))
    found = []
    for picture, kind, more in (
        (colours, "PNG", {}),
        (colours.convert("L"), "PNG", {}),
        (colours.convert("P"), "PNG", {"transparency": 3}),
        (colours, "JPEG", {"exif": _turned()}),
        (colours, "JPEG", {"progressive": True}),
    ):
        buffer = io.BytesIO()
        picture.save(buffer, format=kind, **more)
        found.append(buffer.getvalue())
    return found


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()


def open_photograph(path: Path) -> None:
    """Read a picture as its panel does."""
    image_files.intensities(image_files.read(path))


KINDS = (
    Kind("heads", ".npz", archives, open_heads, (b"q.npy", b"descr", b"fortran_order"), weight=4),
    Kind("vision head", ".npz", pictured, open_pictured, (b"image.npy", b"patch_grid.npy")),
    Kind("heads in tensors", ".safetensors", containers, open_heads, (b"F99", b"BF16"), weight=4),
    Kind("output layer", ".npz", layers, open_layer, (b"hidden.npy", b"words.npy"), weight=2),
    Kind("names of heads", ".names.json", sides, open_side, (b"*", b"layers.*.*.*.*.q", b"q")),
    Kind("initial field", ".npz", fields, open_field, weight=2),
    Kind("photograph", ".png", photographs, open_photograph, (b"IHDR", b"tEXt", b"iCCP"), weight=2),
)
