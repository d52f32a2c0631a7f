"""The sources of the site: pages of the repository with their links led to the site's own places."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from docs.site import navigation

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s#]*)(#[^)\s]*)?\)")
_FENCE = re.compile(r"^ *(`{3,})")
_INDENTED = re.compile(r"(?<=\n\n)(?:^ {4,}\S.*\n)+", re.MULTILINE)


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Return a page with a change of what lies between its fences of code."""
    made, prose, fence = [], "", ""
    for line in text.splitlines(keepends=True):
        found = _FENCE.match(line)
        if fence or found:
            made += [change(prose), line]
            prose = ""
        else:
            prose += line
        if found and (not fence or found[1] >= fence):
            fence = "" if fence else found[1]
    return "".join([*made, change(prose)])


def led(text: str, path: str, target: Path) -> str:
    """Return the text of the page ``path`` with its links led to places of the site.

    Files that are no pages are copied.
    """
    here = posixpath.dirname(navigation.place(path))

    def moved(found: re.Match[str]) -> str:
        start, link, anchor = found[1], found[2], found[3] or ""
        if not link or "://" in link:
            return found[0]
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
        place = navigation.place(file)
        if place.startswith("files/"):
            if not (ROOT / file).is_file():
                raise SystemExit(f"{path} links to {link}, which is no file")
            _copy(file, target / place)
        return f"{start}{posixpath.relpath(place, here or '.')}{anchor})"

    return outside_code(text, lambda prose: LINK.sub(moved, prose))


def _copy(file: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / file, target)


def formulas(text: str) -> str:
    """Return a page with its indented formulas as blocks of their own, which are typeset."""

    def block(found: re.Match[str]) -> str:
        lines = found[0].splitlines()
        indent = min(len(line) - len(line.lstrip()) for line in lines)
        margin = " " * (indent - 4)
        inner = "".join(f"{margin}{line[indent:]}\n" for line in lines)
        return f"{margin}```formula\n{inner}{margin}```\n"

    return outside_code(text, lambda prose: _INDENTED.sub(block, prose))


def notebook(text: str) -> str:
    """Return a notebook as a page: its text, its code and what that prints."""
    made = []
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        made.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        made += [
            f"```text\n{''.join(output['text'])}```"
            for output in cell.get("outputs", ())
            if "text" in output
        ]
    return "\n\n".join(made) + "\n"


def citation(text: str) -> str:
    """Return how to cite: CITATION.cff in words, as BibTeX, and as it is."""
    value = dict(re.findall(r'^([\w-]+): "?(.*?)"?$', text, re.MULTILINE))
    authors = re.findall(r'^ +- name: "?(.*?)"?$', text, re.MULTILINE)
    year = value["date-released"][:4]
    bibtex = "".join(
        f"  {key} = {{{{{words}}}}},\n"
        for key, words in (
            ("author", " and ".join(authors)),
            ("title", value["title"]),
            ("version", value["version"]),
            ("year", year),
        )
    )
    return (
        f"# How to cite\n\n{value['message']}\n\n"
        f"> {', '.join(authors)} ({year}). *{value['title']}* (version {value['version']}). "
        f"{value['license']}.\n\n"
        f"```bibtex\n@software{{attention_geodesics,\n{bibtex}}}\n```\n\n"
        "The same in the citation file format, [CITATION.cff](files/CITATION.cff), which reference "
        f"managers read:\n\n```yaml\n{text}```\n"
    )


def page(path: str, target: Path) -> str:
    """Return the text of a page of the site."""
    text = (ROOT / path).read_text("utf-8")
    if path.endswith(".cff"):
        _copy(path, target / "files" / path)
        return citation(text)
    if path.endswith(".ipynb"):
        return notebook(text)
    made = led(formulas(text), path, target)
    return f"{made}\n{navigation.contents()}" if path == navigation.HOME else made


def gather(target: Path) -> None:
    """Write all pages that are files of the repository."""
    for path in navigation.copied():
        file = target / navigation.place(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(path, target), "utf-8")
