"""Packages as an installer leaves them in a folder: those of the documentation, and wrong ones."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path


def install(folder: Path, package: str, groups: Mapping[str, Mapping[str, str]]) -> None:
    """Write what an installer writes for a package: its metadata and its entry points."""
    info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    stated = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
    (info / "METADATA").write_text(stated, "utf-8")
    lines = []
    for group, points in groups.items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join([*lines, ""]), "utf-8")


def install_example(folder: Path, source: Path) -> None:
    """Install a package of the documentation: its metadata, and the modules of its wheel."""
    stated = tomllib.loads((source / "pyproject.toml").read_text("utf-8"))
    install(folder, stated["project"]["name"], stated["project"]["entry-points"])
    wheel = stated["tool"]["hatch"]["build"]["targets"]["wheel"]
    for name in (*wheel.get("packages", ()), *wheel.get("only-include", ())):
        copy = shutil.copytree if (source / name).is_dir() else shutil.copy
        copy(source / name, folder / name)


def install_module(folder: Path, module: str, group: str, name: str, text: str) -> None:
    """Install a package of one module, ``w_`` and its name, whose P is offered in a group."""
    install(folder, f"wrong-{module.replace('_', '-')}", {group: {name: f"w_{module}:P"}})
    (folder / f"w_{module}.py").write_text(text, "utf-8")
