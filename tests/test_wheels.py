"""Wheels of the lock by system: those that `docs/wheels.json` names, and none is missing."""

from __future__ import annotations

import json
import re

import pytest
from packaging.utils import parse_wheel_filename

from tests import ROOT
from tests.test_project import dependencies_of, locked

PAGE = (ROOT / "docs" / "platforms.md").read_text("utf-8")
# tags of a wheel that the system takes: of the versions that the page names, or older
SYSTEMS = {
    "linux-x86_64": r"manylinux_2_(\d+)_x86_64",
    "linux-aarch64": r"manylinux_2_(\d+)_aarch64",
    "macos-arm64": r"macosx_(\d+)_\d+_(?:arm64|universal2)",
    "macos-x86_64": r"macosx_(\d+)_\d+_(?:x86_64|universal2)",
    "windows-amd64": r"win_amd(64)",
}
PYTHONS = ("3.11", "3.12", "3.13")
ROW = re.compile(r"^\| `([\w-]+)` \| (?:[a-zA-Z]+ (?:2\.)?(\d+) )?\| ?(.*?) ?\|$", re.MULTILINE)


@pytest.fixture(scope="module")
def stated() -> dict[str, dict[str, str]]:
    return json.loads((ROOT / "docs" / "wheels.json").read_text("utf-8"))


def runs(interpreter: str, abi: str, python: str) -> bool:
    """Whether a wheel with these tags is one of a version of Python."""
    minor = int(python[2:])
    if interpreter.startswith("py"):
        return interpreter == "py3" and abi == "none"
    number = int(interpreter.removeprefix("cp3"))
    return (number == minor and abi == interpreter) or (number <= minor and abi == "abi3")


def fits(file: str, system: str, python: str, most: int) -> bool:
    """Whether a wheel is one of a version of Python and of a system no newer than ``most``."""
    for tag in parse_wheel_filename(file)[3]:
        found = re.fullmatch(SYSTEMS[system], tag.platform)
        there = tag.platform == "any" or bool(found and int(found[1]) <= most)
        if there and runs(tag.interpreter, tag.abi, python):
            return True
    return False


def test_wheels_are_those_of_the_lock(stated):
    """A lock that has changed: run docs/wheels.py."""
    pins = locked()
    assert set(stated) == dependencies_of("attention-geodesics") - {"attention-geodesics"}
    strange = [
        file
        for name, files in stated.items()
        for file, digest in files.items()
        if parse_wheel_filename(file)[0] != name or f"sha256:{digest}" not in pins[name]
    ]
    assert strange == []


def test_every_package_has_wheels_but_for_those_that_the_page_names(stated):
    rows = {system: (version, lacking) for system, version, lacking in ROW.findall(PAGE)}
    assert set(rows) == set(SYSTEMS)
    for system, (version, lacking) in rows.items():
        for python in PYTHONS:
            without = {
                name
                for name, files in stated.items()
                if not any(fits(file, system, python, int(version or 64)) for file in files)
            }
            assert without == set(filter(None, lacking.split(", "))), (system, python)


@pytest.mark.parametrize(
    ("file", "system", "python", "most", "wanted"),
    [
        ("a-1-py3-none-any.whl", "macos-arm64", "3.13", 14, True),
        ("a-1-py2-none-any.whl", "macos-arm64", "3.13", 14, False),
        ("a-1-cp312-cp312-win_amd64.whl", "windows-amd64", "3.12", 64, True),
        ("a-1-cp312-cp312-win_amd64.whl", "windows-amd64", "3.13", 64, False),
        ("a-1-cp312-cp312-win_arm64.whl", "windows-amd64", "3.12", 64, False),
        ("a-1-cp310-abi3-manylinux_2_34_x86_64.whl", "linux-x86_64", "3.13", 34, True),
        ("a-1-cp310-abi3-manylinux_2_34_x86_64.whl", "linux-x86_64", "3.13", 31, False),
        ("a-1-cp313-abi3-macosx_11_0_arm64.whl", "macos-arm64", "3.12", 14, False),
        ("a-1-cp311-cp311-macosx_15_0_universal2.whl", "macos-x86_64", "3.11", 14, False),
    ],
)
def test_a_wheel_fits_by_its_tags(file, system, python, most, wanted):
    assert fits(file, system, python, most) is wanted
