"""The gallery's examples are the bundled scenes, and the citation is that of the repository."""

from __future__ import annotations

import io
import json
import re
import tomllib
from pathlib import Path

from PIL import Image

from app import __version__
from app.controller.command_table import COMMANDS
from app.model import citation, scene_file
from app.model.examples import examples
from tests.claims import each

ROOT = Path(__file__).parents[3]


def test_each_bundled_scene_has_a_title_a_sentence_and_a_picture():
    assert tuple(it.name for it in examples()) == scene_file.names()
    for it in examples():
        scene = json.loads((ROOT / "assets" / "scenes" / f"{it.name}.json").read_text("utf-8"))
        assert it.title == scene["title"] and it.words.endswith(".") and it.words.count(". ") == 0
        with Image.open(io.BytesIO(it.picture)) as picture:
            assert picture.size == (240, 165)
            # a map or curves are on it: no colour covers almost all of it
            colours = picture.convert("RGB").getcolors(1 << 20)
            assert max(count for count, _ in colours) < 0.97 * 240 * 165
    names = {command.name for command in COMMANDS}
    assert each(f"example:{it.name}" in names for it in examples())


def test_the_citation_agrees_with_the_repository():
    told = (ROOT / "CITATION.cff").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f'version: "{__version__}"' in told and f"license: {project['license']}" in told
    assert project["license"] == citation.LICENCE
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert f"(c) {citation.YEAR}, {citation.AUTHORS}" in licence and citation.AUTHORS in told
    fields = dict(re.findall(r"(\w+) +?= +?\{+(.*?)\}+,", citation.bibtex().replace("  =", " =")))
    assert fields["author"] == citation.AUTHORS and fields["version"] == __version__
    assert citation.bibtex().count("{") == citation.bibtex().count("}")
