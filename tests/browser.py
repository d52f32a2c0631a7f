"""Chromium for tests: a skip without one, and in CI a failure."""

import os

import pytest

from app.bench import browser
from app.bench.browser import NO_WEBGPU as NO_WEBGPU
from app.bench.browser import WEBGPU as WEBGPU


class Browser(browser.Browser):
    """Chromium, if this machine has it; in CI it must."""

    def __init__(self, *flags: str) -> None:
        if not browser.chromium() and os.environ.get("CI"):
            pytest.fail("Chromium is missing: setup.sh test installs it")
        if not browser.chromium():
            pytest.skip("there is no Chromium")
        super().__init__(*flags)
