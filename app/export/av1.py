"""AV1 by Pillow, whose wheels contain libaom: frames are encoded as an image sequence (AVIF), and its
samples are taken out for another container.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise
from typing import NamedTuple

from PIL import Image

QUALITY, SPEED = 80, 8
SEQUENCE_HEADER = 1
# as written into each frame: BT.709 primaries, sRGB's transfer, BT.601's matrix, 16 … 235
PRIMARIES, TRANSFER, MATRIX, NARROW = 1, 13, 6, 1


class Group(NamedTuple):
    """Frames of which the first is a key frame: the decoder's configuration and one sample each."""

    configuration: bytes
    samples: list[bytes]


def encoded(frames: Sequence[Image.Image], threads: int) -> Group:
    """Encode frames of one size."""
    # a single frame would be a still image, of another configuration
    first, *rest = frames if len(frames) > 1 else [*frames, *frames]
    made = BytesIO()
    first.save(
        made,
        "AVIF",
        save_all=True,
        append_images=rest,
        codec="aom",
        quality=QUALITY,
        speed=SPEED,
        subsampling="4:2:0",
        range="limited",
        max_threads=threads,
    )
    return _samples(made.getvalue(), len(frames))


def _samples(film: bytes, count: int) -> Group:
    """Return the samples of an AVIF image sequence, which lie one after another."""
    table = film
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        table = _box(table, name)
    _, begin = struct.unpack_from(">II", _box(table, b"stco"), 4)
    sizes = _box(table, b"stsz")
    lengths = struct.unpack_from(f">{count}I", sizes, 12)
    ends = [begin]
    for length in lengths:
        ends.append(ends[-1] + length)
    samples = [film[a:b] for a, b in pairwise(ends)]
    entry = _box(table, b"stsd")[8:]
    configuration = _box(entry[8 + 78 :], b"av1C")  # after a header and the visual sample entry
    return Group(configuration[:4] + _sequence_header(samples[0]), samples)


def _box(boxes: bytes, name: bytes) -> bytes:
    """Return the content of the first box with a name, in a run of boxes."""
    place = 0
    while place + 8 <= len(boxes):
        size, found = struct.unpack_from(">I4s", boxes, place)
        if found == name:
            return boxes[place + 8 : place + size]
        place += max(size, 8)
    raise ValueError(f"no {name.decode()} in the encoded frames")


def _sequence_header(sample: bytes) -> bytes:
    """Return the first unit of a key frame that describes the sequence."""
    place = 0
    while place < len(sample):
        kind, after = sample[place] >> 3 & 15, place + 1 + (sample[place] >> 2 & 1)
        length, shift = 0, 0
        while True:
            byte, after = sample[after], after + 1
            length, shift = length | (byte & 127) << shift, shift + 7
            if byte < 128:
                break
        if kind == SEQUENCE_HEADER:
            return sample[place : after + length]
        place = after + length
    raise ValueError("no sequence header in the encoded frames")
