"""Asks the package index which wheels `requirements.lock` names for each system, into `wheels.json`.

    .venv/bin/python docs/wheels.py

Nothing is installed.  To be run after a change of the lock; `tests/test_wheels.py` compares the two.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.test_project import dependencies_of, locked, plain  # noqa: E402

TARGET = ROOT / "docs" / "wheels.json"
PYTHONS = ("3.11", "3.12", "3.13")
OLD = "manylinux2014"


def linux(newest: int, machine: str) -> list[str]:
    """Return the platform tags of Linux with glibc 2.``newest``, newest first."""
    return [f"manylinux_2_{n}_{machine}" for n in range(newest, 16, -1)] + [f"{OLD}_{machine}"]


# the oldest versions that have the most wheels
SYSTEMS = {
    "linux-x86_64": linux(34, "x86_64"),
    "linux-aarch64": linux(39, "aarch64"),
    "macos-arm64": ["macosx_14_0_arm64"],
    "macos-x86_64": ["macosx_14_0_x86_64"],
    "windows-amd64": ["win_amd64"],
}
_LACKING = re.compile(r"No matching distribution found for ([\w-]+)==")


def report(lines: list[str], python: str, tags: list[str], folder: Path) -> tuple[Any, str]:
    """Return what pip would install of a lock, or None, and what pip says."""
    lock, found = folder / "lock", folder / "report.json"
    lock.write_text("\n".join(lines), "utf-8")
    command = [
        *(sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"),
        *("--no-deps", "--require-hashes", "--only-binary=:all:", "--python-version", python),
        *("--target", str(folder / "none"), "--report", str(found), "-r", str(lock)),
        *(word for tag in tags for word in ("--platform", tag)),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    return (json.loads(found.read_text("utf-8")) if done.returncode == 0 else None), done.stderr


def wheels(pins: dict[str, str], python: str, tags: list[str]) -> dict[str, list[str]]:
    """Return the wheel's name and digest of each package that has one there."""
    pins = dict(pins)
    with tempfile.TemporaryDirectory() as folder:
        while True:
            said, words = report([*pins.values()], python, tags, Path(folder))
            if said is not None:
                break
            lacking = _LACKING.search(words)
            if lacking is None:
                raise SystemExit(words)
            del pins[plain(lacking[1])]
    found = {}
    for item in said["install"]:
        came = item["download_info"]
        digest = came["archive_info"]["hashes"]["sha256"]
        found[plain(item["metadata"]["name"])] = [came["url"].rsplit("/", 1)[1], digest]
    return found


def main() -> None:
    """Write the wheels of all systems and versions of Python."""
    needed = dependencies_of("attention-geodesics") - {"attention-geodesics"}
    pins = {name: pin for name, pin in locked().items() if name in needed}
    stated: dict[str, dict[str, str]] = {name: {} for name in sorted(pins)}
    for system, tags in SYSTEMS.items():
        for python in PYTHONS:
            found = wheels(pins, python, tags)
            for name, (file, digest) in found.items():
                stated[name][file] = digest
            lacking = ", ".join(sorted(set(pins) - set(found)))
            sys.stdout.write(f"{system}, Python {python}: {lacking or 'nothing'} is missing\n")
            sys.stdout.flush()
    TARGET.write_text(json.dumps(stated, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
