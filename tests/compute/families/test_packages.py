"""Families of installed packages: the example of the documentation, and packages that fail."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from importlib.metadata import distributions

import numpy as np
import pytest

from compute.families import manifold as manifold_of
from compute.families.packages import GROUP, load
from tests import ROOT
from tests.installed import install, install_example

# the package `compute` has a function of the module's name
registry = import_module("compute.families")
EXAMPLE = ROOT / "docs" / "family_package"
BROKEN = {
    "absent": (
        "no_such_module:FAMILY",
        "",
        "ModuleNotFoundError: No module named 'no_such_module'",
    ),
    "raising": ("raising:FAMILY", "raise RuntimeError('no licence')", "RuntimeError: no licence"),
    "aborting": (
        "aborting:FAMILY",
        "class Abort(BaseException):\n    pass\nraise Abort('now')",
        "Abort: now",
    ),
    "mute": (
        "mute:FAMILY",
        "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\nraise Mute",
        "Mute",
    ),
    "leaving": ("leaving:FAMILY", "raise SystemExit(3)", "SystemExit: 3"),
    "number": ("number:FAMILY", "FAMILY = 3", "number:FAMILY must be a Family, got 3"),
    "taken": (
        "taken:FAMILY",
        "from dataclasses import replace\nfrom compute.families.beta import FAMILY as beta\n"
        "FAMILY = replace(beta, title='Mine')",
        "the name 'beta' is taken by this program",
    ),
    "spaced": (
        "spaced:FAMILY",
        "from dataclasses import replace\nfrom compute.families.beta import FAMILY as beta\n"
        "FAMILY = replace(beta, name='two words')",
        "its name must be a word in lower case, got 'two words'",
    ),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the example and the broken packages, as an installer leaves them."""
    folder = tmp_path_factory.mktemp("site")
    install_example(folder, EXAMPLE)
    for name, (value, text, _) in BROKEN.items():
        install(folder, f"{name}-package", {GROUP: {name: value}})
        if text:
            (folder / f"{name}.py").write_text(text, "utf-8")
    return folder


@pytest.fixture
def installed(site, monkeypatch):
    """The registry with the packages of the folder."""
    monkeypatch.syspath_prepend(site)
    registry.forget()
    yield
    registry.forget()
    for name in ("beta_prime_family", *BROKEN):
        sys.modules.pop(name, None)


def test_the_example_is_a_family_like_any_other(installed):
    assert registry.package_of("beta_prime") == "beta-prime-family"
    made, beta = manifold_of("beta_prime"), manifold_of("beta")
    theta = np.array([[1.5, 0.7], [4.0, 2.0]])
    found, wanted = made.geometry(theta), beta.geometry(theta)
    np.testing.assert_allclose(found.metric, wanted.metric, rtol=1e-12)
    np.testing.assert_allclose(made.curvature(theta), beta.curvature(theta), rtol=1e-9)


def test_what_cannot_be_loaded_is_named_and_the_rest_goes_on(installed):
    lines = registry.problems()
    wanted = [
        f"family {name} of package {name}-package: {words}"
        for name, (_, _, words) in BROKEN.items()
    ]
    assert sorted(lines) == sorted(wanted)
    assert "beta_prime" in registry.families() and registry.package_of("beta") == ""
    with pytest.raises(ValueError, match=r"^family raising of package raising-package: Runtime"):
        manifold_of("raising")


def test_the_picker_of_the_window_has_it(installed):
    from app.presenters.scene_panels import in_groups

    listed = in_groups({f.name: f.title for f in registry.families().values()})
    assert ("beta_prime", "Beta prime distributions") in [(c.value, c.words) for c in listed]


def test_the_command_line_lists_it_and_what_failed(site):
    paths = os.pathsep.join([str(site), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "app", "families", "--json"],
        env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    (mine,) = (f for f in answer["families"] if f["name"] == "beta_prime")
    assert done.returncode == 0 and mine["package"] == "beta-prime-family"
    assert len(answer["failed"]) == len(BROKEN) == len(done.stderr.splitlines())
    assert "attention-geodesics: family number of package number-package: " in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("raise ZeroDivisionError('in its formulas')", "ZeroDivisionError: in its formulas"),
        ("raise SystemExit(7)", "SystemExit: 7"),
        ("return 3", "TypeError: build must return a Manifold, got 3"),
    ],
)
def test_a_package_that_fails_later_is_named(installed, monkeypatch, text, words):
    from dataclasses import replace

    made: dict = {}
    exec(f"def build(key, **chosen):\n    {text}", made)
    broken = replace(registry.families()["beta_prime"], build=made["build"])
    monkeypatch.setitem(registry.families(), "beta_prime", broken)
    with pytest.raises(ValueError, match=rf"^family beta_prime of package .*: {words}"):
        manifold_of("beta_prime")


def test_two_packages_with_one_name(site, monkeypatch):
    monkeypatch.syspath_prepend(site)
    (point,) = (
        point
        for found in distributions(path=[str(site)])
        for point in found.entry_points
        if point.name == "beta_prime"
    )
    loaded = load(["gaussian"], [point, point])
    assert list(loaded.families) == ["beta_prime"]
    (line,) = loaded.problems
    assert line.endswith("the name 'beta_prime' is taken by package beta-prime-family")
    sys.modules.pop("beta_prime_family", None)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"parameters": 3}, "its parameters must be defaults by name, got 3"),
        ({"parameters": {1: 2}}, "its parameters must be defaults by name"),
        ({"parameters": {"nu": None}}, "its parameter nu must be text or a number, got None"),
        ({"numbers": (1,)}, "its numbers must be a tuple of Parameter"),
        ({"charts": "log"}, "its charts must be a tuple of names, got 'log'"),
        ({"closed_forms": (1,)}, "its closed_forms must be a tuple of names"),
    ],
)
def test_a_family_whose_fields_are_of_other_types_is_left_out(
    installed, monkeypatch, stated, words
):
    from dataclasses import replace

    import beta_prime_family

    family = replace(beta_prime_family.FAMILY, **stated)
    monkeypatch.setattr(beta_prime_family, "FAMILY", family)
    registry.forget()
    assert "beta_prime" not in registry.families()
    assert any(words in line for line in registry.problems())


def damage(folder, name, stated, metadata=b"Metadata-Version: 2.1\nName: damaged\n"):
    """Write a package with these bytes as its entry points and its metadata."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_bytes(metadata)
    (info / "entry_points.txt").write_bytes(stated)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (f"[{GROUP}]\nno_value\n".encode(), "package damaged: its entry points cannot be read: "),
        (b"\xff\xfe", "package damaged: its entry points cannot be read: 'utf-8' codec"),
    ],
)
def test_a_damaged_package_is_named_and_the_rest_goes_on(
    installed, tmp_path, monkeypatch, stated, words
):
    damage(tmp_path, "damaged", stated)
    monkeypatch.syspath_prepend(tmp_path)
    assert "beta_prime" in registry.families()
    (line,) = (line for line in registry.problems() if line.startswith("package"))
    assert line.startswith(words)


@pytest.mark.parametrize("metadata", [b"", b"Metadata-Version: 2.1\n", b"\xff\xfe\0"])
def test_a_package_without_a_name_is_unknown(installed, tmp_path, monkeypatch, metadata):
    damage(tmp_path, "damaged", f"[{GROUP}]\nabsent = gone:FAMILY\n".encode(), metadata)
    monkeypatch.syspath_prepend(tmp_path)
    assert "beta_prime" in registry.families()
    assert any(
        line.startswith("family absent of package unknown: ") for line in registry.problems()
    )


def test_the_first_of_two_installations_of_a_package_counts(installed, tmp_path, monkeypatch):
    (tmp_path / "second").mkdir()
    points = f"[{GROUP}]\nabsent = gone:FAMILY\n".encode()
    for folder in (tmp_path, tmp_path / "second"):
        damage(folder, "damaged", points)
        monkeypatch.syspath_prepend(folder)
    lines = [line for line in registry.problems() if "package damaged" in line]
    assert len(lines) == 1


def test_what_a_package_prints_is_not_part_of_an_answer(site, tmp_path):
    text = "print('Welcome!')\nfrom beta_prime_family import FAMILY"
    (tmp_path / "printing.py").write_text(text, "utf-8")
    damage(tmp_path, "damaged", f"[{GROUP}]\nprinting = printing:FAMILY\n".encode())
    done = subprocess.run(
        [sys.executable, "-m", "app", "families", "--json"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (tmp_path, site, ROOT)))},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert json.loads(done.stdout)["families"] and "Welcome!" in done.stderr
