"""Samples of tables, arrays and frames: groups, weights and missing values."""

from __future__ import annotations

import numpy as np
import pytest

from compute.core.refusal import Refused
from compute.samples import samples, table
from compute.samples.points_file import read_points


@pytest.fixture
def found(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("g,x,y,w\na,1,10,1\nb,2,20,2\na,,30,3\nb,4,40,0\n")
    return table.read(path)


def test_each_column_of_numbers_is_a_sample(found):
    by_name = {one.group: one for one in samples.of_table(found)}
    assert list(by_name) == ["x", "y", "w"]
    np.testing.assert_array_equal(by_name["x"].x, [1, 2, 4])
    assert by_name["x"].missing == 1 and by_name["y"].missing == 0


def test_groups_keep_their_order_their_weights_and_their_missing_values(found):
    a, b = samples.of_table(found, "x", "g", "w")
    assert (a.group, b.group) == ("a", "b")
    np.testing.assert_array_equal(a.x, [1.0])
    np.testing.assert_array_equal(b.weight, [2.0, 0.0])
    assert (a.missing, a.size, b.size) == (1, 1.0, 2.0)


def test_values_by_labels_and_by_the_name_of_a_column():
    for found in (
        samples.of_values([1.0, 2.0, 3.0], ["a", "b", "a"]),
        samples.of_values({"x": [1.0, 2.0, 3.0], "g": ["a", "b", "a"]}, "g"),
        samples.of_values({"x": [1.0, 2.0, 3.0]}, np.array(["a", "b", "a"])),
    ):
        assert [one.group for one in found] == ["a", "b"]
        np.testing.assert_array_equal(found[0].x, [1.0, 3.0])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda t: samples.of_table(t, by="g"), "name the column of the values, one of x, y, w"),
        (lambda t: samples.of_table(t, "g"), "g must be a number, got 'a'"),
        (lambda t: samples.of_values([1.0, np.inf]), "samples must be finite, got inf"),
        (lambda t: samples.of_values([[1.0]]), r"samples must have shape \(n,\), got \(1, 1\)"),
        (lambda t: samples.of_values(["a"]), "samples must be numbers"),
        (lambda t: samples.of_values([1.0], ["a", "b"]), "one label a value, got 2 for 1"),
        (
            lambda t: samples.of_values({"x": [1.0], "w": [-1.0]}, column="x", weights="w"),
            "weights must not be negative, got -1.0",
        ),
        (
            lambda t: samples.of_values(
                {"x": [1.0, 2.0], "w": [1e308] * 2}, column="x", weights="w"
            ),
            "weights must have a finite sum, got inf",
        ),
    ],
)
def test_wrong_samples_are_refused(found, make, words):
    with pytest.raises(Refused, match=words):
        make(found)


def test_many_groups_keep_their_values_and_weights(monkeypatch):
    monkeypatch.setattr(samples, "MOST_GROUPS", 1_000)
    labels = [str(i % 1_000) for i in range(3_000)]
    found = samples.grouped(np.arange(3_000.0), labels, np.arange(3_000.0) + 1.0)
    assert [one.group for one in found] == labels[:1_000]
    np.testing.assert_array_equal(found[7].x, [7.0, 1_007.0, 2_007.0])
    np.testing.assert_array_equal(found[7].weight, [8.0, 1_008.0, 2_008.0])
    with pytest.raises(Refused, match="at most 1000 groups, got 3000"):
        samples.grouped(np.arange(3_000.0), map(str, range(3_000)))


def test_points_have_groups_where_the_table_has_them(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("mu,sigma,group\n0,1,x\n1,2,y\n")
    found = read_points(path, ("μ", "σ"))
    assert (found.labels, found.groups) == (("1", "2"), ("x", "y"))
    path.write_text("mu,sigma\n0,1\n")
    assert read_points(path, ("μ", "σ")).groups == ()
