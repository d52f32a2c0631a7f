"""MP4 films of H.264 by PyAV: an extra, since its wheels contain x264, which is under the GPL."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from app.export.cut import RGB, THREADS, Cut

# ITU-R BT.709 and the range 16 … 235: the players' default
BT709, NARROW = 1, 1


class Mp4:
    """Encodes frames in yuv420p, which plays everywhere."""

    def __init__(self, path: Path, cut: Cut) -> None:
        flags = {"fflags": "+bitexact", "movflags": "+faststart"}
        self._container = av.open(str(path), "w", format="mp4", options=flags)
        self._container.metadata["title"] = cut.title
        self._container.metadata["comment"] = cut.scene
        quality = {"crf": "18", "preset": "medium"}
        stream = self._container.add_stream("libx264", rate=cut.rate, options=quality)
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
        """Encode the next frame, of the size of the film."""
        shown = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24").reformat(
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

    def discard(self) -> None:
        """Close the file as it is."""
        self._container.close()
