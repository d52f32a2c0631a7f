"""Comparisons as a user states them."""

from __future__ import annotations

import numpy as np
import pytest

from app.model.comparison import PICTURES, Comparison, read, split


def test_values_are_numbers_ranges_and_files():
    assert read("layer", ["0", "3:5", "3"]) == Comparison("layer", (0, 3, 4, 5))
    found = read("temperature", ["0.5:2:4", "3"]).values
    np.testing.assert_allclose(found, [0.5, 1.0, 1.5, 2.0, 3.0], rtol=1e-12)
    assert read("source", ["bank", "a,b.npz"]).values == ("bank", "a,b.npz")


def test_a_line_is_split_at_spaces_and_commas_but_a_file_has_both():
    assert split("head", " 0, 3 7,") == ["0", "3", "7"]
    assert split("source", "my file, old.npz; b;") == ["my file, old.npz", "b"]


@pytest.mark.parametrize(
    ("over", "text"),
    [("head", "x"), ("head", "5:2"), ("head", "-1"), ("layer", "0:5000"), ("layer", "1.5"),
     ("temperature", "0"), ("temperature", "-1"), ("temperature", "nan"), ("temperature", "1:2"),
     ("temperature", "inf"), ("temperature", "1:2:9999"), ("temperature", "1:2:3:4")],
)  # fmt: skip
def test_what_is_no_value_is_refused_with_what_was_expected(over, text):
    with pytest.raises(ValueError, match=rf"expected {over}s such as .*got '{text}'"):
        read(over, ["1", text])


def test_the_number_of_values_has_limits():
    with pytest.raises(ValueError, match="expected 2 to 6 different heads, got 7"):
        read("head", ["0:6"], PICTURES)
    with pytest.raises(ValueError, match="expected 2 to 200 different layers, got 1"):
        read("layer", ["3", "3"])
    with pytest.raises(ValueError, match="expected one of temperature, layer, head, source"):
        read("seed", ["1"])
