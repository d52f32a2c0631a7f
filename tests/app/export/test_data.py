"""Data as files, and the script that computes the same numbers."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.export import data, figure
from app.export.script import script
from app.model import scene_file
from compute.families import manifold as manifold_of
from tests import ROOT
from tests.exporting import environment, made, refused


@pytest.fixture(scope="module")
def scene():
    return scene_file.load("triangle")


@pytest.fixture(scope="module")
def found(scene, reference_engine):
    return figure.answers(scene, reference_engine, (300, 200))


def run(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", str(path)],
        env={**environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_npz_holds_every_array_of_the_answers(scene, found, tmp_path):
    data.write(tmp_path / "a.npz", scene, found)
    answer = figure.path_of(found)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as stored:
        assert np.array_equal(stored["path_paths_theta"], answer.paths.theta, equal_nan=True)
        assert np.array_equal(stored["path_rows"], answer.rows)
        assert stored["map_field_values"].ndim == 2
        assert json.loads(str(stored["scene"]))["family"] == scene.family
        assert not [name for name in stored if "milliseconds" in name or "job" in name]


def test_the_same_answers_give_the_same_bytes(scene, found, tmp_path):
    for kind in (".npz", ".json", ".csv", ".py"):
        contents = []
        for _ in range(2):
            data.write(tmp_path / f"a{kind}", scene, found)
            contents.append((tmp_path / f"a{kind}").read_bytes())
        assert contents[0] == contents[1], kind


def test_json_says_null_where_a_map_has_no_value(scene, found, tmp_path):
    data.write(tmp_path / "a.json", scene, found)
    stored = json.loads((tmp_path / "a.json").read_text("utf-8"))
    values = np.array(stored["map_field_values"], float)
    expected = data.arrays(found)["map_field_values"]
    assert np.array_equal(values, expected, equal_nan=True)
    assert stored["path_paths_length"] == figure.path_of(found).paths.length.tolist()


def test_csv_is_the_geodesic_a_row_a_node(scene, found, tmp_path):
    data.write(tmp_path / "a.csv", scene, found)
    lines = (tmp_path / "a.csv").read_text("utf-8").splitlines()
    answer = figure.path_of(found)
    paths = answer.paths
    remarks = [line for line in lines if line.startswith("#")]
    assert remarks == [
        f"# {scene.family}, alpha = 0, length = {paths.length[0]:.10g}",
        f"# OK: end point missed by {paths.residual[0]:.3g}, speed drift {paths.error[0]:.3g}, "
        "engine reference",
    ]
    header, *rows = csv.reader(lines[len(remarks) :])
    table = np.array(rows, float)
    assert table.shape == (int(paths.nodes[0]), len(header))
    column = {name: table[:, i] for i, name in enumerate(header)}
    for i, name in enumerate(manifold_of(scene.family).coordinates):
        for title, values in (
            (name, paths.theta[0, :, i]),
            (f"d{name}/dt", paths.velocity[0, :, i]),
            (f"w_{name}", answer.transport.vectors[0, :, i]),
        ):
            np.testing.assert_allclose(column[title], values, rtol=1e-11, err_msg=title)
    # the outcomes' probabilities
    assert np.allclose(table[:, 7:].sum(axis=1), 1.0)


def test_the_script_passes_its_own_assertion(scene, found, tmp_path):
    target = tmp_path / "a.py"
    data.write(target, scene, found)
    done = run(target)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("as in the figure\n")


def test_the_script_fails_if_the_figure_says_otherwise(scene, found, tmp_path):
    text = script(scene, found, tmp_path / "a.py")
    length = float(figure.path_of(found).paths.length[0])
    assert repr(length) in text
    (tmp_path / "a.py").write_text(text.replace(repr(length), repr(1.001 * length)))
    done = run(tmp_path / "a.py")
    assert done.returncode == 1
    assert "AssertionError" in done.stderr


def test_nothing_of_a_scene_is_code_in_its_script(found, reference_engine, tmp_path):
    rng = np.random.default_rng(5)
    (tmp_path / "it's {heads}").mkdir()
    arrays = {name: rng.normal(size=(6, 8)) for name in "qkv"}
    np.savez(tmp_path / "it's {heads}" / "m'\"x.npz", **arrays)
    family = "attention:it's {heads}/m'\"x.npz?layer=0&head=0"
    title = '"""\nraise SystemExit(3)\n\\" {x} \N{GREEK SMALL LETTER THETA}'
    stated = {"format": scene_file.FORMAT, "version": 1, "family": family, "title": title}
    (tmp_path / "scene.json").write_text(json.dumps(stated))
    scene = scene_file.load(tmp_path / "scene.json")
    target = tmp_path / "a.py"
    data.write(target, scene, figure.answers(scene, reference_engine, (60, 40)))
    done = run(target)
    assert done.returncode == 0, done.stderr
    assert "raise SystemExit(3)" in done.stdout


def test_a_family_of_the_users_own_is_in_the_script_itself(reference_engine, tmp_path):
    stated = {
        "format": scene_file.FORMAT,
        "version": 1,
        "family": "custom",
        "layers": {"map": False},
    }
    (tmp_path / "scene.json").write_text(json.dumps(stated))
    scene = scene_file.load(tmp_path / "scene.json")
    data.write(tmp_path / "a.py", scene, figure.answers(scene, reference_engine, (60, 40)))
    done = run(tmp_path / "a.py")
    assert done.returncode == 0, done.stderr


def test_the_command_writes_what_the_suffix_says(tmp_path):
    target = tmp_path / "a.csv"
    stated = made("export", "gaussian", "-o", str(target), "--size", "60x40")
    assert stated == {"file": str(target), "status": "OK"}
    assert target.read_text("utf-8").startswith("# gaussian")


def test_another_suffix_is_refused(tmp_path):
    words = refused(tmp_path, "export", "gaussian", "-o", str(tmp_path / "a.xlsx"))
    assert "must end in .npz, .json, .csv, .py or .html" in words
