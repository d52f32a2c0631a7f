"""Arrays in files of others: no more is unpacked than fits into memory."""

from __future__ import annotations

import numpy as np
import pytest

from compute.core.array_files import arrays_of
from compute.core.refusal import Refused

MOST = 1_000_000


def test_an_archive_that_promises_more_than_there_is_room_for_is_refused(tmp_path):
    """A file of a few kilobytes may unpack to terabytes."""
    path = tmp_path / "a.npz"
    for count, others, fits in (
        (MOST // 8 - 100, 0, True),
        (MOST // 8, 0, False),
        (MOST // 32, 3, False),
    ):
        more = {f"b{i}": np.zeros(count) for i in range(others)}
        np.savez_compressed(path, a=np.zeros(count), **more)
        assert path.stat().st_size < MOST // 100
        if fits:
            assert len(arrays_of(str(path), ["a"], MOST)["a"]) == count
            continue
        with pytest.raises(Refused, match=f"must unpack to at most {MOST} bytes, got 1000"):
            arrays_of(str(path), ["a"], MOST)
