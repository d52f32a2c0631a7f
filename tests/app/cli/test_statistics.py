"""The commands over tables of samples and of points."""

from __future__ import annotations

import csv
import json

import pytest

from app.cli.main import main


@pytest.fixture
def samples(tmp_path):
    path = tmp_path / "samples.csv"
    path.write_text("g;x;n\na;1;1\nb;2,5;1\na;2;1\nb;NA;1\na;3;1\na;4;1\nb;7;2\n")
    return str(path)


@pytest.fixture
def points(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("mu,sigma,label\n-1,1,left\n1,1,right\n9,1,far\n")
    return str(path)


def answer(capsys, *arguments: str) -> tuple[int, dict]:
    status = main([*arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_fit_answers_each_group(capsys, samples):
    status, found = answer(
        capsys, "fit", samples, "--family", "gamma", "--by", "g", "--column", "x"
    )
    a, b = found["fits"]
    assert status == 0
    assert (a["group"], a["n"], a["missing"], b["missing"]) == ("a", 4, 0, 1)
    assert a["theta"] == pytest.approx([4.265428054777, 1.706171221911], rel=1e-10, abs=0.0)
    assert a["aic"] == pytest.approx(4 - 2 * a["log_likelihood"])
    assert len(a["wald"]) == 2 and a["status"] == "OK"


def test_fit_counts_by_weights_and_says_where_there_is_no_maximum(capsys, samples, tmp_path):
    chosen = ("--family", "gamma", "--by", "g", "--column", "x", "--weights", "n")
    assert answer(capsys, "fit", samples, *chosen)[1]["fits"][1]["n"] == 3
    (tmp_path / "same.csv").write_text("x\n2\n2\n")
    status, found = answer(capsys, "fit", str(tmp_path / "same.csv"), "--family", "gaussian")
    assert (status, found["fits"][0]["status"]) == (1, "LEFT_DOMAIN")


def test_fit_traces_regions_and_draws_a_bootstrap(capsys, samples):
    chosen = (
        "--family",
        "gamma",
        "--by",
        "g",
        "--column",
        "x",
        "--level",
        "0.9",
        "--bootstrap",
        "9",
    )
    found = answer(capsys, "fit", samples, *chosen, "--seed", "4")[1]
    region = found["regions"][0]
    assert region["level"] == 0.9 and len(region["theta"]) == len(region["closed"]) == 96
    assert len(found["bootstrap"][0]["theta"]) == 9
    again = answer(capsys, "fit", samples, *chosen, "--seed", "4")[1]
    assert again["bootstrap"] == found["bootstrap"]


def test_fit_names_the_group_its_values_and_the_status_in_words(capsys, samples):
    assert main(["fit", samples, "--family", "gamma", "--by", "g", "--column", "x"]) == 0
    words = capsys.readouterr().out
    assert "a: k = 4.2654281 ± 2.9, λ = 1.7061712" in words
    assert "(n = 2, 1 missing)" in words


def test_mean_answers_its_certificate(capsys, points, tmp_path):
    (tmp_path / "two.csv").write_text("μ,σ\n-1,1\n1,1\n")
    status, found = answer(capsys, "mean", "gaussian", "--points", str(tmp_path / "two.csv"))
    assert status == 0 and found["status"] == "OK"
    assert found["theta"] == pytest.approx([0.0, 1.5**0.5], abs=1e-9)
    # half of the distance √2 arcosh 2, squared
    assert found["variance"] == pytest.approx(0.867189051136, rel=1e-9, abs=0.0)
    assert found["certificate"] < 1e-9
    status, found = answer(capsys, "mean", "gaussian", "--points", points, "--kind", "m")
    assert found["theta"][0] == pytest.approx(3.0)


def test_cluster_answers_labels_and_centres(capsys, points):
    chosen = ("--points", points, "--k", "2", "--engine", "reference")
    status, found = answer(capsys, "cluster", "gaussian", *chosen)
    assert status == 0 and found["labels"] == [0, 0, 1]
    assert found["centres"][1] == pytest.approx([9.0, 1.0])


@pytest.mark.parametrize("method", ["k-medoids", "average", "single"])
def test_cluster_by_distances_alone(capsys, points, method):
    chosen = ("--points", points, "--k", "2", "--method", method, "--engine", "reference")
    status, found = answer(capsys, "cluster", "gaussian", *chosen, "--distance", "hellinger")
    assert status == 0 and (found["method"], found["distance"]) == (method, "hellinger")
    assert found["labels"][0] == found["labels"][1] != found["labels"][2]
    assert len(found["silhouettes"]) == 3
    assert main(["cluster", "gaussian", *chosen]) == 0
    assert "left, right" in capsys.readouterr().out


def test_unknown_distances_are_named(capsys, tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("mu,sigma,label\n0,1,one\n1,1,two\n")
    chosen = ("--points", str(path), "--distance", "wasserstein", "--engine", "reference")
    assert main(["distances", "cauchy", *chosen]) == 1
    assert "unknown  one and two: NOT_RESOLVED" in capsys.readouterr().out


def test_distances_are_written_as_a_table(capsys, points, tmp_path):
    out = tmp_path / "out.csv"
    chosen = ("--points", points, "-o", str(out), "--engine", "reference")
    status, found = answer(capsys, "distances", "gaussian", *chosen)
    assert status == 0
    assert found["distances"][0][1] == pytest.approx(1.862459718, rel=1e-9, abs=0.0)
    assert found["statuses"][0] == ["OK"] * 3
    rows = list(csv.reader(out.read_text().splitlines()))
    assert rows[0] == ["label", "left", "right", "far"]
    assert float(rows[1][2]) == found["distances"][0][1]


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_distances_are_drawn(capsys, points, tmp_path, suffix):
    out = tmp_path / f"out.{suffix}"
    assert main(["distances", "gaussian", "--points", points, "-o", str(out)]) == 0
    begin = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[suffix]
    assert out.read_bytes().startswith(begin)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fit", "{samples}", "--family", "gamma", "--by", "g"), "name the column of the values"),
        (("fit", "{samples}", "--family", "beta", "--column", "x"), "must be between 0 and 1"),
        (("fit", "{samples}", "--family", "gamma", "--column", "y"), "columns g, x, n, got 'y'"),
        (("mean", "beta", "--points", "{points}"), "must have a column a"),
        (("cluster", "gaussian", "--points", "{points}", "--k", "4"), "3 different points, got 4"),
        (
            ("cluster", "gaussian", "--points", "{points}", "--k", "2", "--seed", "-1"),
            "seed must not",
        ),
        (
            (
                "fit",
                "{samples}",
                "--family",
                "gaussian",
                "--column",
                "x",
                "--bootstrap",
                "3",
                "--seed",
                "-1",
            ),
            "seed must not be negative, got -1",
        ),
        (
            ("cluster", "gaussian", "--points", "{points}", "--k", "2", "--restarts", "1000000"),
            "restarts must be from 1 to 10000, got 1000000",
        ),
        (("distances", "gaussian", "--points", "{points}", "-o", ""), "--output must name a file"),
        (("heads", "bank", "--table", ""), "--table must name a file, got ''"),
        (
            ("distances", "gaussian", "--points", "{points}", "-o", "a.txt"),
            "must end in .csv, .png",
        ),
        (
            ("cluster", "gaussian", "--points", "{points}", "--k", "2", "--distance", "hellinger"),
            "k-means has Fréchet means as centres",
        ),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(capsys, samples, points, arguments, words):
    named = [text.format(samples=samples, points=points) for text in arguments]
    assert main(named) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("fit", "{path}", "--family", "gamma", "--by", "label", "--column", "sigma"),
        ("cluster", "gaussian", "--points", "{path}", "--k", "1"),
        ("distances", "gaussian", "--points", "{path}"),
    ],
)
def test_labels_of_a_file_do_not_control_the_terminal(capsys, tmp_path, arguments):
    path = tmp_path / "points.csv"
    label = "\x1b[31mred\nand" + "y" * 1000
    path.write_text(f'mu,sigma,label\n0,1,"{label}"\n1,2,"{label}"\n')
    assert main([text.format(path=path) for text in arguments]) == 0
    said = capsys.readouterr().out
    assert "\ufffd[31mred and" in said and "\x1b" not in said and "y" * 100 not in said
