"""The command line: JSON alone on stdout, one line for bad input, an exit status that says it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app.cli import main
from app.options import parser

REFERENCE = ["--engine", "reference"]


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    status = main(list(arguments))
    out, err = capsys.readouterr()
    return status, out, err


def answer(capsys, *arguments: str) -> dict:
    status, out, err = run(capsys, *arguments, "--json")
    assert status in (0, 1), err
    return json.loads(out) | {"exit": status}


def test_families_and_scenes(capsys):
    names = {entry["name"] for entry in answer(capsys, "families")["families"]}
    assert {"gaussian", "categorical3_natural", "categorical3_expectation", "attention"} <= names
    scenes = answer(capsys, "scenes")["scenes"]
    assert scenes[0]["name"] == "bank"


def test_geometry(capsys):
    found = answer(capsys, "geometry", "gaussian", "--at", "0.3,1.2", *REFERENCE)
    assert found["metric"][1][1] == pytest.approx(2 / 1.44)
    assert found["curvature"] == pytest.approx(-0.5)
    assert found["status"] == "OK"


def test_negative_numbers_after_a_space(capsys):
    spaced = answer(capsys, "geodesic", "gaussian", "--start", "-1,2", "--end", "-.5,1", *REFERENCE)
    joined = answer(capsys, "geodesic", "gaussian", "--start=-1,2", "--end=-.5,1", *REFERENCE)
    assert spaced == joined
    assert spaced["paths"][0]["morse_index"] == 0


def test_shoot_scales_to_a_length(capsys):
    at = ("shoot", "gaussian", "--start", "0,1", "--velocity", "1,0.5", "--length", "2")
    assert answer(capsys, *at, *REFERENCE)["paths"][0]["length"] == pytest.approx(2.0)


def test_leaving_the_domain_is_exit_1_with_the_partial_path(capsys):
    at = ("shoot", "categorical3_expectation", "--start", "0.2,0.3", "--velocity", "-2,0.5")
    found = answer(capsys, *at, *REFERENCE)
    assert found["exit"] == 1
    path = found["paths"][0]
    assert path["status"] == "LEFT_DOMAIN"
    assert 0 < len(path["theta"]) < 129
    assert min(p[0] for p in path["theta"]) > 0


def test_transport_keeps_the_length(capsys):
    at = ("transport", "gaussian", "--start", "-1,2", "--end", "1,.5", "--vector", "0,1")
    found = answer(capsys, *at, *REFERENCE)
    assert found["norm_drift"] < 1e-9
    assert len(found["vectors"]) == 129


def test_what_is_not_given_comes_from_the_scene(capsys):
    found = answer(capsys, "geodesic", "--scene", "gaussian", *REFERENCE)
    assert found["paths"][0]["theta"][0] == pytest.approx([-1.5, 0.6])


BAD = [
    ("geometry gaussian --at 0,-1", "must lie in"),
    ("geometry gaussian --at 0,nan", "finite"),
    ("geometry gaussian --at 0,inf", "finite"),
    ("geometry gaussian --at 0", "two numbers"),
    ("geometry gaussian --at 0,1,2", "two numbers"),
    ("geometry gausian --at 0,1", "family must be one of"),
    ("geometry attention:none.npz --at 0,0", "must be a file"),
    ("geometry --at 0,1", "FAMILY is missing"),
    ("geodesic gaussian --start 0,1", "--end"),
    ("geodesic gaussian --start 0,1 --end 1,1 --alpha 2", "alpha must lie in"),
    ("geodesic gaussian --start 0,1 --end 1,1 --steps 1", "steps must be"),
    ("shoot gaussian --start 0,1 --velocity 0,0 --length 1", "must not be zero"),
    ("shoot gaussian --start 0,1 --velocity 1,0 --length -1", "length must be positive"),
    ("geodesic --scene none.json", "a scene must be a file"),
    ("render bank -o picture.jpg", "must end in .png"),
    ("render bank -o /nowhere/at/all.png", "no folder"),
    ("render bank -o a.png --size 5x5", "WIDTHxHEIGHT"),
    ("shader gaussian nothing", "kernel must be one of"),
    ("flatten", "invalid choice"),
]


@pytest.mark.parametrize(("line", "words"), BAD)
def test_bad_input_is_one_line_and_exit_2(capsys, line, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *line.split())
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir()), "nothing is written"


def test_no_display_is_said_in_one_line(capsys, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    status, out, err = run(capsys)
    assert (status, out) == (2, "")
    assert "render" in err
    assert err.count("\n") == 1


def test_a_reader_that_has_seen_enough_is_no_error():
    command = f"{sys.executable} -m app families --json | head -c 100"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_all_workloads_are_measured_unless_some_are_named(capsys):
    assert set(parser().parse_args(["bench"]).only.split(",")) == set("ABCDEF")
    assert main(["bench", "--only", "A,X"]) == 2
    assert "workloads are A to F, got 'X'" in capsys.readouterr().err
