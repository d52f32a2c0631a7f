"""Strict by default: fixed seeds, floating-point errors raise, a missing adapter fails in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compute.engine.opening import open_engine
from compute.engine.reference import ReferenceEngine
from compute.requests.engine import Engine, NoAdapter
from tests.screen import own_screen, park_pointer

HERE = Path(__file__).parent
IN_CI = bool(os.environ.get("CI"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", default=str(HERE / "golden"), help="folder of golden files")
    parser.addoption(
        "--engine", choices=("gpu", "reference"), help="only this engine (default: both)"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine")
        metafunc.parametrize("engine", [chosen] if chosen else ["reference", "gpu"], indirect=True)


@pytest.fixture(autouse=True)
def strict_numbers() -> Iterator[None]:
    """Fix the seed; NaN and overflow raise."""
    np.random.seed(0)
    with np.errstate(all="raise", under="ignore"):
        yield


@pytest.fixture(scope="session")
def reference_engine() -> Engine:
    return ReferenceEngine()


@pytest.fixture(scope="session")
def gpu_engine() -> Engine:
    """The GPU engine; without an adapter a skip, or in CI a failure."""
    try:
        return open_engine("gpu")
    except NoAdapter as problem:
        return _absent(str(problem))


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    found: Engine = request.getfixturevalue(f"{request.param}_engine")
    return found


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Start a screen for a worker process of pytest, with a focus and a pointer of its own."""
    if shutil.which("Xvfb"):
        screen = ExitStack()
        node.workerinput["display"] = screen.enter_context(own_screen())
        node.config.add_cleanup(screen.close)


def pytest_configure(config: pytest.Config) -> None:
    """Open the windows of a worker process on its screen."""
    if display := getattr(config, "workerinput", {}).get("display"):
        os.environ["DISPLAY"] = display
        os.environ.pop("WAYLAND_DISPLAY", None)  # which Qt would prefer


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("window") and not os.environ.get("DISPLAY"):
        _absent("there is no display")


def _absent(what: str) -> Engine:
    if IN_CI:
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(autouse=True)
def undisturbed(request: pytest.FixtureRequest) -> None:
    """Keep Qt from closing the windows of later tests when no window is open for a moment, and the
    pointer from windows that open.
    """
    if request.node.get_closest_marker("window") is not None:
        from PySide6.QtWidgets import QApplication

        QApplication.setQuitOnLastWindowClosed(False)
        QApplication.instance() or QApplication(["test"])
        park_pointer()
