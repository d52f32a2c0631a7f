"""WebM films of AV1: a Matroska file of clusters, each of which begins with a key frame."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

from PIL import Image

from app.export import av1
from app.export.cut import RGB, THREADS, Cut

# frames of a cluster, whose time is 16 bits of milliseconds, and which waits in memory
MOST_FRAMES, MOST_SECONDS, MOST_BYTES = 48, 30, 256 << 20
MILLION = 1_000_000
HEAD, SEGMENT, SEEK_HEAD, SEEK, INFO = 0x1A45DFA3, 0x18538067, 0x114D9B74, 0x4DBB, 0x1549A966
TRACKS, CLUSTER, CUES, TAGS = 0x1654AE6B, 0x1F43B675, 0x1C53BB6B, 0x1254C367
UNTIL_CLOSED = bytes(8)
Stated = tuple[int, int | float | str]  # an identifier and its value


class Webm:
    """Encodes frames in groups, so that memory is bounded."""

    def __init__(self, path: Path, cut: Cut) -> None:
        self._cut = cut
        self._most = group_size(cut)
        self._waiting: list[Image.Image] = []
        self._count = 0
        self._cues: list[tuple[int, int]] = []  # milliseconds, and places of clusters
        self._start = 0  # of the segment's content
        self._file = path.open("wb")

    def add(self, frame: RGB) -> None:
        """Encode the next frame, of the size of the film."""
        self._waiting.append(Image.fromarray(frame))
        if len(self._waiting) == self._most:
            self._flush()

    def close(self) -> None:
        """Encode remaining frames, and write what is known now: duration and places."""
        with self._file as file:
            self._flush()
            cues = file.tell() - self._start
            file.write(_element(CUES, b"".join(_cue(*cue) for cue in self._cues)))
            length = file.tell() - self._start
            file.seek(self._start - 8)
            file.write(_length(length))
            file.write(_front(self._cut, cues, _milliseconds(self._count, self._cut.rate)))

    def discard(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _flush(self) -> None:
        if not self._waiting:
            return
        configuration, samples = av1.encoded(self._waiting, THREADS)
        if not self._count:
            self._begin(configuration)
        begun = _milliseconds(self._count, self._cut.rate)
        self._cues.append((begun, self._file.tell() - self._start))
        blocks = [_element(0xE7, _number(begun))]
        for k, sample in enumerate(samples):
            late = _milliseconds(self._count + k, self._cut.rate) - begun
            blocks.append(_element(0xA3, struct.pack(">BhB", 0x81, late, 0 if k else 128) + sample))
        self._file.write(_element(CLUSTER, b"".join(blocks)))
        self._count += len(samples)
        self._waiting.clear()

    def _begin(self, configuration: bytes) -> None:
        kinds: list[Stated] = [(0x4286, 1), (0x42F7, 1), (0x42F2, 4), (0x42F3, 8), (0x4282, "webm")]
        self._file.write(_elements(HEAD, *kinds, (0x4287, 4), (0x4285, 2)))
        self._file.write(struct.pack(">I", SEGMENT) + UNTIL_CLOSED)
        self._start = self._file.tell()
        self._file.write(_front(self._cut, 0, 0))
        self._file.write(_track(self._cut, configuration))
        comment = _elements(0x67C8, (0x45A3, "COMMENT"), (0x4487, self._cut.scene))
        self._file.write(_element(TAGS, _element(0x7373, _element(0x63C0, b"") + comment)))


def group_size(cut: Cut) -> int:
    """Return the number of frames that are encoded at once."""
    width, height = cut.size
    fitting = (MOST_FRAMES, int(MOST_SECONDS * cut.rate), MOST_BYTES // (3 * width * height))
    return max(1, min(fitting))


def _front(cut: Cut, cues: int, duration: int) -> bytes:
    """Return what depends on the whole film; its length does not."""
    place = _element(0x53AB, struct.pack(">I", CUES)) + _element(0x53AC, struct.pack(">Q", cues))
    name = "Attention Geodesics"
    stated: list[Stated] = [(0x2AD7B1, MILLION), (0x4489, float(duration)), (0x7BA9, cut.title)]
    info = _elements(INFO, *stated, (0x4D80, name), (0x5741, name))
    return _element(SEEK_HEAD, _element(SEEK, place)) + info


def _track(cut: Cut, configuration: bytes) -> bytes:
    width, height = cut.size
    colour = _elements(
        0x55B0,
        (0x55B1, av1.MATRIX),
        (0x55B9, av1.NARROW),
        (0x55BA, av1.TRANSFER),
        (0x55BB, av1.PRIMARIES),
    )
    video = _element(0xE0, _pairs((0xB0, width), (0xBA, height)) + colour)
    frame = round(1000 * MILLION / cut.rate)  # nanoseconds
    numbers = _pairs((0xD7, 1), (0x73C5, 1), (0x83, 1), (0x9C, 0), (0x23E383, frame))
    codec = _pairs((0x86, "V_AV1")) + _element(0x63A2, configuration)
    return _element(TRACKS, _element(0xAE, numbers + codec + video))


def _cue(time: int, place: int) -> bytes:
    where = _elements(0xB7, (0xF7, 1), (0xF1, place))
    return _element(0xBB, _element(0xB3, _number(time)) + where)


def _milliseconds(frames: int, rate: Fraction) -> int:
    return round(1000 * frames / rate)


# --- EBML: every element is an identifier, a length and a content -------------------------------
def _elements(identifier: int, *pairs: Stated) -> bytes:
    return _element(identifier, _pairs(*pairs))


def _pairs(*pairs: Stated) -> bytes:
    return b"".join(_element(identifier, _content(value)) for identifier, value in pairs)


def _element(identifier: int, content: bytes) -> bytes:
    return _number(identifier) + _length(len(content)) + content


def _length(size: int) -> bytes:
    return struct.pack(">Q", 1 << 56 | size)


def _content(value: int | float | str) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8")
    return _number(value) if isinstance(value, int) else struct.pack(">d", value)


def _number(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
