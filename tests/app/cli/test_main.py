"""The command line: only JSON on stdout, one line for bad input, a matching exit status."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys

import pytest

from app.cli.main import main
from app.cli.output import digits
from app.cli.parser import parser

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


def test_transport_prints_the_digits_that_its_steps_give(capsys):
    """For α ≠ 0 no length is kept that would show the error."""
    at = (
        "transport",
        "gamma",
        "--start",
        ".5,.4",
        "--end",
        "9,6",
        "--vector",
        "1,.3",
        "--alpha=.5",
    )
    printed = []
    for steps in ("8", "1024"):
        assert main([*at, *REFERENCE, "--steps", steps]) == 0
        line = capsys.readouterr().out.splitlines()[0]
        printed.append(line.partition("becomes [")[2].partition(",")[0])
    few, many = printed
    assert 5 <= len(few) <= 8 < len(many)
    last = 10.0 ** -len(few.partition(".")[2])
    assert abs(float(few) - float(many)) < last


def test_without_a_geodesic_nothing_is_carried(capsys):
    at = ("geometric_geometric", "--start", "1.1e-4,.9999", "--end", ".9999,2e-4", "--alpha=.9")
    found = answer(capsys, "transport", *at, "--vector", "1,0", "--steps", "4", *REFERENCE)
    assert found["exit"] == 1
    assert found["status"] == "NOT_CONVERGED"
    assert found["matrix"] == [[None, None], [None, None]]


def test_what_is_not_given_comes_from_the_scene(capsys):
    found = answer(capsys, "geodesic", "--scene", "gaussian", *REFERENCE)
    assert found["paths"][0]["theta"][0] == pytest.approx([-1.5, 0.6])


def test_a_single_result_is_float64_unless_the_gpu_is_asked_for(capsys):
    at = ("geodesic", "gaussian", "--start", "0,1", "--end", "2,1.5")
    found = answer(capsys, *at)
    # √2 arcosh(1 + (Δμ² + 2Δσ²)/(4σ₁σ₂))
    truth = 2**0.5 * math.acosh(1 + (4 + 2 * 0.25) / 6)
    assert found["paths"][0]["length"] == pytest.approx(truth, rel=1e-12, abs=0.0)
    assert found["closed_form"] == pytest.approx(truth, rel=1e-12, abs=0.0)
    assert {path["engine"] for path in found["paths"]} == {"reference"}
    assert answer(capsys, "geometry", "beta", "--at", "2,3")["engine"] == "reference"


def test_numbers_are_printed_to_the_digits_that_they_have(capsys):
    at = ("geodesic", "gaussian", "--start", "0,1", "--end", "2,1.5")
    words = run(capsys, *at)[1]
    assert "length    1.63880532794, Fisher–Rao length (a pure number)" in words
    assert "to        [2, 1.5]" in words
    assert "bounds    1.63880532793 ≤ distance ≤ 1.63880532795" in words
    # log(σ₂/σ₁) + (σ₁² + Δμ²)/(2σ₂²) − ½
    there, back = math.log(1.5) + 5 / 4.5 - 0.5, 6.25 / 2 - math.log(1.5) - 0.5
    assert f"KL        {there:.12g} nats from A to B" in words
    assert f"KL        {back:.12g} nats from B to A" in words
    assert "α-geodesic" in run(capsys, *at, "--alpha", "1")[1]
    assert "bounds" not in run(capsys, *at, "--alpha", "1")[1]


@pytest.mark.parametrize(
    ("error", "count"),
    [(0.0, 12), (1e-15, 12), (2e-7, 6), (0.9e-4, 4), (0.5, 3), (float("nan"), 3)],
)
def test_digits_of_an_error(error, count):
    assert digits(error) == count


@pytest.mark.gpu
def test_a_gpu_prints_no_more_than_single_precision_has(capsys, gpu_engine):
    at = ("geodesic", "gaussian", "--start", "0,1", "--end", "2,1.5", "--engine", "gpu")
    line = run(capsys, *at)[1].splitlines()[0]
    shown = line.split()[1].rstrip(",")
    assert len(shown.replace(".", "")) <= 6
    assert float(shown) == pytest.approx(
        1.63880532794, rel=10.0 ** (1 - len(shown.replace(".", "")))
    )


@pytest.mark.gpu
def test_a_driver_without_a_session_bus_has_nothing_to_say(gpu_engine, tmp_path):
    without = {
        k: v for k, v in os.environ.items() if k not in ("XDG_RUNTIME_DIR", "NODEVICE_SELECT")
    }
    without["XDG_CACHE_HOME"] = str(tmp_path)  # a driver says so if it cannot write there
    command = [sys.executable, "-m", "app", "geodesic", "gaussian", "--engine", "gpu",
               "--start", "0,1", "--end", "1,1"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, env=without, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize(
    "line",
    [
        "geodesic gaussian --start 0,1 --end 1,-1",
        "transport gaussian --start 0,1 --end 1,1 --vector nan,0",
        "shoot gaussian --start 0,1 --velocity inf,0",
        "geometry gaussian --at 0,-1",
        "flow gaussian --grid 1",
        "flow gaussian --chart none",
        "topology gaussian --scalar none",
        "attend none.npz --mode geodesic",
        "holonomy gaussian --loop none.json",
    ],
)
def test_bad_input_is_found_before_an_engine_is_opened(capsys, line, monkeypatch):
    def opened(*_: object) -> None:
        raise AssertionError("an engine was opened")

    monkeypatch.setattr("compute.gpu.device.Device", opened)
    assert run(capsys, *line.split(), "--engine", "gpu")[0] == 2


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
    ("render bank -o a.png --pair 1,2", "--pair applies to critical points"),
    ("render bank -o a.png --superlevel", "--superlevel applies to critical points"),
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
    assert set(parser().parse_args(["bench"]).only.split(",")) == set("ABCDEFGHJ")
    assert main(["bench", "--only", "A,X"]) == 2
    assert "workloads are A to H and J, got 'X'" in capsys.readouterr().err


def test_all_geodesics_are_confirmed_in_float64(capsys):
    found = answer(capsys, "geodesic", "--scene", "lens", "--all")["paths"]
    assert {path["engine"] for path in found} == {"reference"}
    assert [path["shortest"] for path in found] == [True, False, False]
    assert [path["theta"][-1] for path in found] == [pytest.approx([6.3, 0.5], abs=1e-12)] * 3
    assert found[0]["length"] < found[1]["shorter_length"] * (1 + 1e-12) < found[1]["length"]
