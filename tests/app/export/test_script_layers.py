"""The layers that an exported script recomputes, run in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.export import data, figure
from app.export.script_layers import LAYERS, layers, numbers_in
from app.jobs.studies.points_mean import TITLES
from app.model.data_points import DataPoint
from app.model.layers import Layers
from app.model.pins import Pin
from app.model.scene import Scene, completed
from tests import ROOT
from tests.exporting import environment

# on the canvas beside the geodesic itself
SHOWN = (*LAYERS, "regions")
POINTS = (
    DataPoint((-1.5, 0.6), "a", 20.0, group="1"),
    DataPoint((-1.0, 0.9), "b", 30.0, group="1"),
    DataPoint((1.2, 1.1), 'c"\n', 40.0, group="2"),
)


def scene_of(family: str = "gaussian", **changed) -> Scene:
    shown = Layers(**{"map": False, "ellipses": False, **dict.fromkeys(SHOWN, True)})
    stated = {
        "start": Pin((-1.0, 1.0)), "end": Pin((1.0, 1.5)), "third": Pin((0.4, 2.1)),
        "layers": shown, "points": POINTS, **changed,
    }  # fmt: skip
    return completed(Scene(family=family, **stated))


@pytest.fixture(scope="module")
def scene():
    return scene_of()


@pytest.fixture(scope="module")
def found(scene, reference_engine):
    return figure.answers(scene, reference_engine, (60, 40))


@pytest.fixture(scope="module")
def text(scene, found, tmp_path_factory):
    target = tmp_path_factory.mktemp("script") / "a.py"
    data.write(target, scene, found)
    return target.read_text("utf-8")


def run(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", text],
        env={**environment(), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_the_numbers_of_all_layers_are_those_of_the_window(text):
    done = run(text)
    assert done.returncode == 0, done.stderr
    checked = {line.partition(": ")[0] for line in done.stdout.splitlines()}
    others = set(TITLES.values()) - {"Fréchet mean"}
    assert {name for layer in LAYERS.values() for name in layer.values} - others <= checked
    assert "Region of a" in checked and "Region of b" in checked
    # by the distances 0.8, 3.0 and 2.6 between the three
    assert "mean silhouette 0." in done.stdout and "distances OK" in done.stdout


@pytest.mark.parametrize("name", ["Area of ABC", "Region of "])
def test_a_number_that_differs_in_its_fifth_digit_fails(text, name):
    line = next(line for line in text.splitlines() if line[:6] == "check(" and name in line)
    planted = line.replace(", 1e-4)", " + 0.01, 1e-4)") if "Region" in name else _off(line)
    done = run(text.replace(line, planted))
    assert done.returncode == 1 and "AssertionError" in done.stderr


def _off(line: str) -> str:
    """The line with its last number a ten-thousandth larger."""
    head, _, last = line.rpartition(", ")
    closing = "))" if last.endswith("))") else ")"
    return f"{head}, {1.0001 * float(last.removesuffix(closing))!r}{closing}"


def test_what_was_not_found_is_not_stated(reference_engine):
    """With A = B there is no midpoint and no triangle."""
    scene = scene_of(end=Pin((-1.0, 1.0)), points=())
    written = layers(scene, figure.answers(scene, reference_engine, (60, 40)))
    assert "midpoint" not in written and "triangle" not in written and "POINTS" not in written


def test_numbers_of_measures():
    assert numbers_in("(-0.5, 1.2e-07)") == (-0.5, 1.2e-7)
    assert numbers_in("0.785398 = 45.0000°") == (0.785398, 45.0)
    assert numbers_in("t = 1.2 beyond B") == (1.2,)
    assert numbers_in("not known") == numbers_in("≈ (1, 2)") == ()
