"""The documentation: quoted names exist, and shown output is what the program prints."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest

import compute
from app.cli import main
from app.cli.parser import parser
from compute.families import families

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
METHODS = (
    *("fisher_rao_metric", "christoffel_symbols", "compute_path", "compute_paths", "all_paths"),
    *("shoot", "transport_attention", "operators", "evolve_attention", "metric_field"),
    *("singularities", "optimize_attention", "path_action", "vary_path", "attend", "process_image"),
)


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make", DOCS / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(make):
    return make.pages()


def test_every_test_that_a_page_names_is_there(pages):
    named = {found for page in pages.values() for found in TEST.findall(page)}
    files = {file for file, _ in named}
    there = {
        (file, node.name)
        for file in files
        if (ROOT / file).is_file()
        for node in ast.parse((ROOT / file).read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert len(named) > 30 and named - there == set()


def test_every_promise_of_reliability_names_its_test(pages):
    promised, _, _ = pages["reliability.md"].partition("## What is not promised")
    bullets = re.findall(r"^- (.*?)(?=\n- |\n\n)", promised, re.MULTILINE | re.DOTALL)
    assert len(bullets) > 25
    assert [text for text in bullets if not TEST.search(text)] == []


def test_every_picture_is_made_by_a_command_of_its_page_and_is_small(make, pages):
    for name, page in pages.items():
        shown = {link for link in LINK.findall(page) if link.startswith("pictures/")}
        assert shown == {made for args in make.commands(page) if (made := make.made(args))}, name
    assert {p.name for p in (DOCS / "pictures").iterdir()} == {
        Path(made).name
        for page in pages.values()
        for a in make.commands(page)
        if (made := make.made(a))
    }
    assert [p.name for p in (DOCS / "pictures").glob("*.png") if p.stat().st_size > 200_000] == []
    assert [p.name for p in (DOCS / "pictures").glob("*.svg") if p.stat().st_size > 500_000] == []


def test_every_command_that_is_quoted_is_one(make, pages):
    readme = (ROOT / "README.md").read_text("utf-8")
    quoted = [args for page in (*pages.values(), readme) for args in make.commands(page)]
    assert len(quoted) > 30
    for arguments in quoted:
        if not arguments[0].endswith((".png", ".pdf", ".svg")):
            parser().parse_args(main.joined(arguments))


def test_tables_say_what_the_program_says(make, pages):
    assert [name for name, page in pages.items() if make.filled(page) != page] == []


def test_every_public_name_is_in_the_guide(make, pages):
    guide = pages["guide.md"]
    names = [*compute.__all__, *METHODS]
    assert [name for name in names if name not in guide] == []
    assert [name for name in families() if f"`{name}`" not in pages["families.md"]] == []


def test_every_panel_is_in_the_guide(pages):
    from app.views.qt.panels.registry import PANELS

    assert [s.title for s in PANELS if f"- **{s.title}**" not in pages["guide.md"]] == []


def test_the_notebook_prints_what_it_shows(make):
    text = make.NOTEBOOK.read_text("utf-8")
    shown = json.loads(text)
    assert make.executed(json.loads(text)) == shown
    used = "".join(line for cell in shown["cells"] for line in cell["source"])
    unused = [
        n for n in (*compute.__all__, *METHODS) if n not in used and n not in ("Engine", "Path")
    ]
    # what needs PyTorch is shown in tests/models, what needs anywidget in tests/app/notebook
    assert unused == ["NoAdapter", "capture_sdpa", "show"]


def test_the_family_of_the_page_is_the_one_that_it_says(pages, tmp_path, monkeypatch):
    """x ↦ x/(1 + x) carries it to Beta distributions, and so all of its geometry."""
    code = re.search(r"<!-- family -->\n```python\n(.*?)```", pages["families.md"], re.DOTALL)[1]
    (tmp_path / "beta_prime.py").write_text(code, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    stated = importlib.import_module("beta_prime").FAMILY
    made, beta = stated.build("beta_prime"), families()["beta"].build("beta")
    theta = np.array([[1.5, 0.7], [4.0, 2.0]])
    found, wanted = made.geometry(theta), beta.geometry(theta)
    assert found.metric == pytest.approx(wanted.metric, rel=1e-12, abs=0.0)
    assert made.curvature(theta) == pytest.approx(beta.curvature(theta), rel=1e-9, abs=0.0)
    assert len(code.splitlines()) < 50


def test_the_formula_of_the_page_is_the_example_of_the_program(pages):
    text = re.search(r"```json\n(.*?)```", pages["families.md"], re.DOTALL)[1]
    assert json.loads(text) == json.loads((ROOT / "assets/custom.example.json").read_text("utf-8"))
