"""The JSON of every command that computes: its keys, which scripts rely on, and its exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import compute
from app.cli.main import main
from compute.core.status import Status
from compute.engine.reference import ReferenceEngine
from compute.requests.engine import NoAdapter

PATHS = (
    "paths paths[].t paths[].theta paths[].velocity paths[].length paths[].energy paths[].residual "
    "paths[].error paths[].status paths[].morse_index paths[].engine paths[].shortest "
    "paths[].shorter_length"
)
# scripts and the guide rely on these keys: a missing or a new one fails here
KEYS = {
    "geometry gaussian --at 0,1": "metric christoffel cubic curvature det theta status engine",
    "geodesic gaussian --start 0,1 --end 1,1": f"{PATHS} closed_form bounds divergences "
        "divergences.forward divergences.backward divergences.bhattacharyya divergences.wasserstein "
        "divergences.why",
    "shoot gaussian --start 0,1 --velocity 1,0": PATHS,
    "transport gaussian --start 0,1 --end 1,1 --vector 1,0":
        "vectors angle matrix norm_drift error status engine length",
    "holonomy gaussian --loop loop.json":
        "matrix angle integral_curvature area defect status engine chart encloses",
    "topology gaussian --grid 16":
        "family chart scalar grid extent superlevel threshold low high pairs pairs[].dimension "
        "pairs[].birth pairs[].death pairs[].birth_theta pairs[].death_theta engine",
    "flow gaussian --time 0.01 --grid 8":
        "norm mass times singularities index_sum boundary_index tracks steps dt_limit limiter "
        "time_error beyond status mode grid cut engine",
    "attend head.npz --mode ambient":
        "difference_from_softmax status pairs pairs_not_converged mode temperature engine",
    "normals --start 0,0,1,0,1 --end 1,0,1,0,2":
        "lengths lengths.fisher-rao lengths.w2 lengths.e lengths.m residual status",
    "layers attention:bank?head=3 --token 5":
        "token label over kind places keys said verified length chord ratio steps turning off xy "
        "explained rows distances status",
    "rows attention:bank":
        "rows tokens key_tokens verified status layer layer_number head temperature scale",
    "patches picture.png":
        "rows columns diameter median_entropy area distance way status",
    "doctor": "engine adapter remark gl python versions checks",
}  # fmt: skip
WITHOUT_ENGINE = ("normals", "layers", "rows", "patches")


@pytest.fixture(autouse=True)
def no_picture(monkeypatch) -> None:
    """EGL and windows cannot share a process, and other tests open windows in this one."""

    def none(size: tuple[int, int]) -> None:
        raise RuntimeError("there is no OpenGL")

    monkeypatch.setattr("app.export.figure.offscreen_canvas", none)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The working directory of the commands, with a file of each kind."""
    rng = np.random.default_rng(1)
    ellipse = {"ellipse": {"center": [0, 1], "radii": [0.3, 0.3]}}
    (tmp_path / "loop.json").write_text(json.dumps(ellipse))
    np.savez(tmp_path / "head.npz", **{name: rng.normal(size=(4, 3)) for name in "qkv"})
    picture = rng.integers(0, 255, (32, 32, 3), dtype=np.uint8)
    Image.fromarray(picture).save(tmp_path / "picture.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keys(value: object, before: str = "") -> Iterator[str]:
    """The keys of an answer, and of the first object in each of its lists; none of versions."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield before + key
            if key != "versions":
                yield from keys(below, f"{before}{key}.")
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        yield from keys(value[0], f"{before.removesuffix('.')}[].")


@pytest.mark.parametrize("line", KEYS)
def test_an_answer_has_the_keys_that_scripts_rely_on(line, folder, capsys):
    arguments = line.split()
    engine = [] if arguments[0] in WITHOUT_ENGINE else ["--engine", "reference"]
    assert main([*arguments, *engine, "--json"]) == 0
    out = capsys.readouterr().out
    assert set(keys(json.loads(out))) == set(KEYS[line].split())


def test_the_doctor_is_not_content_where_the_gpu_that_was_asked_for_is_not_there(
    monkeypatch, capsys
):
    def nothing(*_: object) -> None:
        raise NoAdapter("no GPU adapter, found: none")

    monkeypatch.setattr("compute.gpu.device.Device", nothing)
    assert main(["doctor", "--engine", "gpu", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["engine"], found["remark"]) == ("reference", "no GPU adapter, found: none")


def test_the_doctor_is_not_content_without_wgpu(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "wgpu.backends.wgpu_native", None)
    assert main(["doctor", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["engine"] == "reference" and "wgpu cannot be loaded" in found["remark"]


def test_the_doctor_is_not_content_with_one_kernel_that_is_wrong(monkeypatch, capsys):
    def found(engine, gl, remark):
        assert capsys.readouterr().err == "checking every kernel …\n", "while one waits"
        checks = [
            {"name": name, "ok": ok, "error": 0.0, "tolerance": 1e-6}
            for name, ok in (("right", True), ("wrong", False))
        ]
        return {"versions": {}, "gl": gl, "remark": remark, "checks": checks}

    monkeypatch.setattr("app.jobs.diagnosis.findings", found)
    assert main(["doctor", "--engine", "reference"]) == 1
    told = capsys.readouterr().out
    assert "✓ right" in told and "✗ wrong" in told


class Unsure(ReferenceEngine):
    """Joins every pair except one, and fails at the last."""

    def connect(self, request):
        paths = super().connect(request)
        status = paths.status.copy()
        status[-1] = Status.NOT_CONVERGED
        return replace(paths, status=status)


@pytest.mark.parametrize(("kind", "status"), [(ReferenceEngine, 0), (Unsure, 1)])
def test_attention_with_a_pair_that_was_not_joined_is_no_success(
    kind, status, folder, monkeypatch, capsys
):
    monkeypatch.setattr(compute, "open_engine", lambda name: kind())
    arguments = ["attend", "head.npz", "--mode", "geodesic", "--engine", "reference", "--json"]
    assert main(arguments) == status
    found = json.loads(capsys.readouterr().out)
    assert (found["pairs_not_converged"] > 0) == bool(status)
    assert found["status"] == ("NOT_CONVERGED" if status else "OK")
