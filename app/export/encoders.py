"""Films, frame by frame: MP4, WebM, GIF, and a sequence of PNG.

Everything is written to a temporary path; encoders write neither dates nor versions, so equal frames
give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from numpy.typing import NDArray

from app.export import embed
from app.model.embedded import MOST_AROUND
from app.model.file_formats import MP4, WEBM
from compute.core.opening import read_bytes

RGB = NDArray[np.uint8]
THREADS = 2
# ITU-R BT.709 and the range 16 … 235: the players' default
BT709, NARROW = 1, 1
CODECS = {
    MP4: ("libx264", {"crf": "18", "preset": "medium"}),
    WEBM: ("libvpx-vp9", {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "4"}),
}
DITHER = "dither=bayer:bayer_scale=3:diff_mode=rectangle"


@dataclass(frozen=True)
class Cut:
    """The settings of an encoder: size (width, height), frames per second, and the text to embed."""

    size: tuple[int, int]
    rate: Fraction
    title: str
    scene: str  # `embed.stated`


class Encoder(Protocol):
    """Takes frames (height, width, 3) in order; `close` completes the file."""

    def add(self, frame: RGB) -> None: ...
    def close(self) -> None: ...


def _frame(pixels: RGB, number: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    frame.pts = number
    return frame


class Video:
    """MP4 by H.264 in yuv420p, which plays everywhere, or WebM by VP9."""

    def __init__(self, path: Path, kind: str, cut: Cut) -> None:
        codec, options = CODECS[kind]
        flags = {"fflags": "+bitexact", **({"movflags": "+faststart"} if kind == MP4 else {})}
        self._container = av.open(str(path), "w", format=kind[1:], options=flags)
        self._container.metadata["title"] = cut.title
        self._container.metadata["comment"] = cut.scene
        stream = self._container.add_stream(codec, rate=cut.rate, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = cut.size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = THREADS
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        stream.codec_context.colorspace = BT709
        stream.codec_context.color_primaries = BT709
        stream.codec_context.color_trc = BT709
        stream.codec_context.color_range = NARROW
        self._stream, self._count = stream, 0

    def add(self, frame: RGB) -> None:
        """Add a frame."""
        shown = _frame(frame, self._count).reformat(
            format="yuv420p",
            src_color_range="JPEG",
            dst_color_range="MPEG",
            dst_colorspace="ITU709",
        )
        shown.pts = self._count
        self._count += 1
        self._container.mux(self._stream.encode(shown))

    def close(self) -> None:
        """Flush the encoder and complete the file."""
        self._container.mux(self._stream.encode())
        self._container.close()


class Gif:
    """A GIF with one palette, computed from ``samples`` of its frames."""

    def __init__(self, path: Path, cut: Cut, samples: Iterable[RGB]) -> None:
        self._path, self._scene = path, cut.scene
        self._container = av.open(str(path), "w", format="gif")
        self._stream = self._container.add_stream("gif", rate=cut.rate)
        self._stream.width, self._stream.height = cut.size
        self._stream.pix_fmt = "pal8"
        self._count, self._graph = 0, Graph()
        palette = _palette(samples, cut)
        tick = 1 / cut.rate
        self._frames = _buffer(self._graph, *cut.size, "rgb24", tick)
        colours = _buffer(self._graph, palette.width, palette.height, palette.format.name, tick)
        use, self._sink = self._graph.add("paletteuse", DITHER), self._graph.add("buffersink")
        self._frames.link_to(use, 0, 0)
        colours.link_to(use, 0, 1)
        use.link_to(self._sink)
        self._graph.configure()
        palette.pts = 0
        colours.push(palette)
        colours.push(None)

    def add(self, frame: RGB) -> None:
        """Add a frame."""
        self._frames.push(_frame(frame, self._count))
        self._count += 1
        self._drain()

    def _drain(self) -> None:
        while True:
            try:
                shown = self._sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            assert isinstance(shown, av.VideoFrame)
            self._container.mux(self._stream.encode(shown))

    def close(self) -> None:
        """Write remaining frames, and the scene."""
        self._frames.push(None)
        self._drain()
        self._container.mux(self._stream.encode())
        self._container.close()
        self._path.write_bytes(embed.in_gif(read_bytes(self._path, MOST_AROUND), self._scene))


def _buffer(graph: Graph, width: int, height: int, form: str, tick: Fraction) -> FilterContext:
    picture = av.VideoFormat(form, width, height)
    return graph.add_buffer(width=width, height=height, format=picture, time_base=tick)


def _palette(samples: Iterable[RGB], cut: Cut) -> av.VideoFrame:
    """Return the best 255 colours for these frames, and a transparent one."""
    graph = Graph()
    source = _buffer(graph, *cut.size, "rgb24", 1 / cut.rate)
    made, sink = graph.add("palettegen", "stats_mode=full"), graph.add("buffersink")
    source.link_to(made)
    made.link_to(sink)
    graph.configure()
    for number, sample in enumerate(samples):
        source.push(_frame(sample, number))
    source.push(None)
    palette = sink.pull()
    assert isinstance(palette, av.VideoFrame)
    return palette
