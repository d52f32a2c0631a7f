"""Measures of variants against closed forms and plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from app.jobs.comparison import (
    MEASURES,
    MeasuresTask,
    points,
    table,
)
from app.model.comparison import read
from app.model.lessons import first_scene
from app.model.scene import completed
from compute import open_engine
from compute.families import manifold
from compute.heads.head import load

ENGINE = open_engine("reference")
# all keys but three: an octant of the sphere of radius 2
THREE = "attention:bank?mask=" + ",".join(str(j) for j in range(15) if j not in (0, 3, 8))
OCTANT = completed(first_scene.load(THREE))
SCENE = completed(first_scene.load("attention:bank"))


def softmax(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def test_measures_at_temperatures_are_those_of_an_octant():
    for each in points(ENGINE, OCTANT, read("temperature", ["0.7", "1", "3"])):
        scene = each.variant.scene
        p, q = (
            manifold(scene.family).density(np.array([pin.theta]), np.arange(3.0))[0]
            for pin in (scene.start, scene.end)
        )
        expected = {
            "length": 2 * np.arccos(np.sqrt(p * q).sum()),
            "kl": (p * np.log(p / q)).sum(),
            "kl_back": (q * np.log(q / p)).sum(),
            "curvature": 0.25,
            "entropy": -(p * np.log(p)).sum(),
            "largest_weight": p.max(),
        }
        for name, value in expected.items():
            assert each.numbers[name].status == "OK"
            assert each.numbers[name].value == pytest.approx(value, abs=1e-6), name


def test_scores_of_a_head_at_a_temperature_are_those_of_its_own_rows():
    file, tau = load("cat"), 1.7
    scene = completed(first_scene.load("attention:cat?layer=3&head=5"))
    *_, found = points(ENGINE, scene, read("temperature", ["1", str(tau)]))
    q, k = (np.asarray(a[3, 5], float) for a in (file.q, file.k))
    rows = np.zeros((len(q), len(k)))
    dimension, last, induction = [], {}, []
    for i, token in enumerate(file.tokens):
        rows[i, : i + 1] = p = softmax(file.scale_of(3, 5) * (q[i] @ k[: i + 1].T) / tau)
        if i:
            g = np.cov(k[: i + 1].T, aweights=p, ddof=0)
            dimension.append(np.trace(g) ** 2 / (g * g).sum())
        if token in last:
            induction.append(rows[i, last[token] + 1])
        last[token] = i
    seen = np.where(rows > 0, rows, 1.0)
    expected = {
        "mean_entropy": -(rows * np.log(seen)).sum(axis=1).mean(),
        "first_key": rows[:, 0].mean(),
        "previous_token": np.diagonal(rows, -1).mean(),
        "induction": np.mean(induction),
        "effective_dimension": np.mean(dimension),
    }
    for name, value in expected.items():
        assert found.numbers[name].value == pytest.approx(value, abs=1e-6), name


def test_a_head_without_some_of_its_keys_has_no_scores_of_its_own():
    each = next(points(ENGINE, OCTANT, read("temperature", ["1", "2"])))
    assert each.numbers["induction"].status == each.numbers["mean_entropy"].status == "UNDEFINED"


def test_every_number_has_a_status_and_a_failure_is_a_row():
    asked = read("layer", ["0", "99"])
    good, bad = points(ENGINE, SCENE, asked)
    assert set(good.numbers) == set(bad.numbers) == set(MEASURES)
    rows = table(asked, (good, bad))
    assert rows[0]["layer"] == 0 and rows[0]["length_status"] == "OK"
    assert rows[1]["length"] == "" and rows[1]["length_status"] == "UNDEFINED"
    assert "got 99" in rows[1]["problem"]
    frozen = points(ENGINE, SCENE, read("temperature", ["0.05", "1"]))
    length = next(frozen).numbers["length"]
    assert np.isnan(length.value) and length.status != "OK"


def test_answers_grow_and_the_last_is_whole():
    heard = []
    asked = read("head", ["0:2"])
    MeasuresTask(SCENE, asked).perform(ENGINE, heard.append, lambda: False)
    assert [len(each.points) for each in heard] == [1, 2, 3]
    assert [each.is_whole for each in heard] == [False, False, True]
