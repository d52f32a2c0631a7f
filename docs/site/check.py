"""``python -m docs.site.check FOLDER``: whether a site keeps what is promised of it.

It loads nothing from elsewhere, names no folder of the machine that built it, and its links lead to its
own files.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from docs.site.gather import ROOT

# what a browser fetches by itself, and what a reader may follow
_LOADED = re.compile(r"""<(?:script|img|iframe|source|link)\b[^>]*?\s(?:src|href)=["']([^"']+)""")
_FOLLOWED = re.compile(r"""<a\b[^>]*?\shref=["']([^"']+)""")
_FROM_ELSEWHERE = re.compile(r"^(?:\w+:)?//")
_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""")
_TEXTS = {".html", ".js", ".css", ".json", ".md", ".txt"}


def faults(site: Path, secret: str) -> Iterator[str]:
    """Yield the faults of all files; ``secret`` is a folder that none may name."""
    for file in sorted(path for path in site.rglob("*") if path.is_file()):
        name = file.relative_to(site).as_posix()
        if secret.encode() in file.read_bytes():
            yield f"{name} names {secret}"
        if file.suffix in _TEXTS:
            text = file.read_text("utf-8")
            yield from (f"{name} loads {link}" for link in _STYLE.findall(text))
            if file.suffix == ".html":
                yield from (f"{name} {fault}" for fault in _of_page(file, text))


def _of_page(file: Path, text: str) -> Iterator[str]:
    for link in _LOADED.findall(text):
        if _FROM_ELSEWHERE.match(link):
            yield f"loads {link}"
    for link in (*_LOADED.findall(text), *_FOLLOWED.findall(text)):
        path = unquote(unescape(link).partition("#")[0].partition("?")[0])
        if path and not re.match(r"\w+:|//", path) and not (file.parent / path).exists():
            yield f"links to {link}, which is not there"


if __name__ == "__main__":
    sys.exit("\n".join(faults(Path(sys.argv[1]), str(ROOT))) or 0)
