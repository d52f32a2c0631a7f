"""The page on platforms names the modules that ask for the system."""

from __future__ import annotations

import re

from tests import ROOT

PAGE = (ROOT / "docs" / "platforms.md").read_text("utf-8")


def test_modules_that_ask_for_the_system_are_those_of_the_page():
    asks = re.compile(
        r"\bsys\.platform\b|\bos\.name\b|\bplatform\.(system|machine)\("
        r"|\bimport (fcntl|resource|pwd|termios|msvcrt|winreg)\b|\bCDLL\("
        r"|\bos\.(kill|killpg|fork|setsid|uname|getuid|geteuid|mkfifo)\("
        r"|SIG(HUP|USR|KILL|PROF|ALRM|CHLD)\b|\bsetitimer\b|\bEGL_|[\"']/(proc|tmp|usr|etc|dev|var)/"
    )
    paths = [path for room in ("app", "compute") for path in (ROOT / room).rglob("*.py")]
    asking = {
        name
        for path in paths
        if asks.search(path.read_text("utf-8"))
        and not (name := path.relative_to(ROOT).as_posix()).startswith("app/bench/")
    }
    table = PAGE.partition("## What asks for the system")[2].partition("## ")[0]
    assert asking == set(re.findall(r"^\| `(\S+\.py)`", table, re.MULTILINE))
