"""The site: its sources, its navigation and every link, without Sphinx (`make site`)."""

from __future__ import annotations

import posixpath
import re
import sys
import tomllib
from pathlib import Path

import pytest

import compute
from tests.claims import each

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from docs.site import check, gather, indices, interface, lesson_pages, navigation  # noqa: E402

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("assets/*/README.md"))
)


def prose(text: str) -> str:
    """A page without its code."""
    kept: list[str] = []
    gather.outside_code(text, lambda part: kept.append(part) or part)
    return re.sub(r"`[^`\n]*`", "`code`", "".join(kept))


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub and MyST make them."""
    kept: list[str] = []
    gather.outside_code(text, lambda part: kept.append(part) or part)
    headings = re.findall(r"^#{1,6} (.*)$", "".join(kept), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in headings}


def broken(pages: dict[str, str], exists) -> list[str]:
    """The links of pages, by their path, that lead to no file or to no heading."""
    found = []
    for path, text in pages.items():
        for link in LINK.findall(prose(text)):
            target, _, anchor = link.partition("#")
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            file = file if target else path
            if "://" in link or link.startswith("mailto:"):
                continue
            if not exists(file) or (anchor and anchor not in anchors(pages.get(file, ""))):
                found.append(f"{path}: {link}")
    return found


def test_every_link_of_the_repository_leads_to_a_file_and_a_heading():
    pages = {path: (ROOT / path).read_text("utf-8") for path in PAGES}
    assert sum(len(LINK.findall(prose(text))) for text in pages.values()) > 90
    assert broken(pages, lambda file: (ROOT / file).exists()) == []


@pytest.mark.parametrize(
    "link", ["none.md", "guide.md#no-such-heading", "#no-such-heading", "pictures/none.png"]
)
def test_a_broken_link_is_found(link):
    pages = {path: (ROOT / path).read_text("utf-8") for path in PAGES}
    pages["docs/gallery.md"] += f"\n![one]({link})\n"
    assert broken(pages, lambda file: (ROOT / file).exists()) == [f"docs/gallery.md: {link}"]


def test_the_navigation_names_every_page_once():
    named = [page for pages in navigation.SECTIONS.values() for page in pages]
    assert len(set(named)) == len(named)
    assert {*PAGES} - {*named} == {"README.md", "assets/data/README.md"}
    assert each((ROOT / page).is_file() for page in navigation.copied())


def test_the_overview_names_every_page():
    page = (ROOT / "docs" / "README.md").read_text("utf-8")
    others = [path.name for path in (ROOT / "docs").glob("*.md") if path.name != "README.md"]
    assert [name for name in others if f"]({name})" not in page] == []


def test_the_reference_has_every_public_name_once():
    listed = [name for _, names in interface.GROUPS.values() for name in names]
    assert sorted(listed) == sorted(compute.__all__)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    gather.gather(folder)
    interface.write(folder / "interface")
    lesson_pages.write(folder / "lessons")
    return folder


def test_every_link_of_the_site_leads_to_a_page_and_a_heading(sources):
    pages = {p.relative_to(sources).as_posix(): p.read_text("utf-8") for p in sources.rglob("*.md")}
    assert len(pages) > 40
    assert broken(pages, lambda file: (sources / file).is_file()) == []


def test_nothing_is_loaded_from_elsewhere(sources):
    loaded = re.compile(r"!\[[^\]]*\]\(\w+:|(?:src|href)=\"(?:\w+:)?//|@import|url\(")
    files = [*sources.rglob("*.md"), *(ROOT / "docs/site/static").iterdir()]
    assert [f for f in files if loaded.search(prose(f.read_text("utf-8")))] == []


def test_the_reference_states_signature_text_and_example(sources):
    page = (sources / "interface" / "families.md").read_text("utf-8")
    arguments = "family(specification: str, **parameters: Any)"
    assert f"{{py:function}} {arguments} -> compute.manifold.manifold.Manifold" in page
    assert "Return the manifold that a specification names\\." not in page
    assert "Return the manifold that a specification names." in page
    assert "```pycon\n>>> manifold(\"student_t:nu=5\").coordinates\n('μ', 'σ')" in page
    every = "".join(p.read_text("utf-8") for p in (sources / "interface").iterdir())
    assert each(f"}} {name}" in every for name in compute.__all__)
    assert "{py:function} open_engine(prefer: str = 'auto', adapter: str = '') -> Engine\n" in every
    assert "{py:class} Engine\n" in every and "{py:exception} NoAdapter\n" in every
    # a method of a base class, a property, a status with its words
    assert "{py:method} optimize_attention(" in every and "{py:property} theta" in every
    assert "{py:attribute} NOT_VERIFIED\n:value: 7\n\na rough, unverified value" in every


def test_what_is_returned_has_an_entry_and_is_linked(sources):
    names = [one.__name__ for one in interface.results()]
    assert {"Manifold", "Distances", "Triangle", "Evolution", "Attended"} <= {*names}
    assert not {*names} & {*compute.__all__}
    page = (sources / "interface" / "results.md").read_text("utf-8")
    assert each(f"{{py:class}} {name}" in page for name in names)
    points = (sources / "interface" / "points.md").read_text("utf-8")
    assert "-> compute.statistics.distance_matrix.Distances" in points


def test_signs_of_a_docstring_are_signs_on_its_page():
    names = {"fit": "compute.fit"}
    assert interface.prose("θ* and |a|_g, ``x_y``, `fit`, `z`", names) == (
        r"θ\* and \|a\|\_g, `x_y`, {py:obj}`fit <compute.fit>`, `z`"
    )


def test_a_formula_becomes_a_block_and_code_stays():
    text = "A.\n\n    K = −1\n    L\n\n```\na\n\n    code\n```\n\n- b\n\n      g_ij\n"
    assert gather.formulas(text) == (
        "A.\n\n```formula\nK = −1\nL\n```\n\n```\na\n\n    code\n```\n\n- b\n\n"
        "  ```formula\n  g_ij\n  ```\n"
    )


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("Γ^(α)_ij,k = 0", [("Γ", ""), ("(α)", "sup"), ("ij,k", "sub"), (" = 0", "")]),
        ("g_ij, g", [("g", ""), ("ij", "sub"), (", g", "")]),
        ("e^{−t}(η₀ − η_B)", [("e", ""), ("−t", "sup"), ("(η₀ − η", ""), ("B", "sub"), (")", "")]),
        ("θ''^k", [("θ''", ""), ("k", "sup")]),
        ("exp_{c(t)}(X)", [("exp", ""), ("c(t)", "sub"), ("(X)", "")]),
        ("exp_a(v)", [("exp", ""), ("a", "sub"), ("(v)", "")]),
        ("Cov_p(T)", [("Cov", ""), ("p", "sub"), ("(T)", "")]),
        ("Σ 2n_g KL", [("Σ 2n", ""), ("g", "sub"), (" KL", "")]),
        ("∇^i∇_i A", [("∇", ""), ("i", "sup"), ("∇", ""), ("i", "sub"), (" A", "")]),
        ("NOT_VERIFIED, dual_paths, labels_, 2^53", None),
    ],
)
def test_indices_are_those_of_formulas(text, wanted):
    made = joined(indices.pieces(text))
    assert made == (wanted or [(text, "")])
    assert indices.has_indices(text) is bool(wanted)


def joined(pieces):
    """Texts and kinds, where neighbours without an index are one."""
    made = []
    for piece in pieces:
        if made and not piece.kind and not made[-1][1]:
            made[-1] = (made[-1][0] + piece.text, "")
        elif piece.text:
            made.append((piece.text, piece.kind))
    return made


def test_no_index_of_mathematics_is_left_as_it_is_typed():
    text = (gather.ROOT / "docs" / "mathematics.md").read_text("utf-8")
    prose = re.sub(r"```.*?```|`[^`\n]*`|\]\([^)]*\)|\$[^$]*\$", "", text, flags=re.DOTALL)
    plain = "".join(piece.text for piece in indices.pieces(prose) if not piece.kind)
    statuses = r"[A-Z]+_[A-Z_]+"
    assert re.findall(r"\S*[^\W_]_[^\W_]\S*", re.sub(statuses, "", plain)) == []


def test_every_scene_of_the_gallery_can_be_opened_and_is_linked():
    from app.model import scene_file

    page = (ROOT / "docs" / "gallery.md").read_text("utf-8")
    scenes = sorted((ROOT / "docs" / "scenes").iterdir())
    assert each(scene_file.load(path).title for path in scenes)
    assert [path.name for path in scenes if f"](scenes/{path.name})" not in page] == []


@pytest.mark.parametrize(
    "name, text, fault",
    [
        ("a.html", '<a href="b.html#x">b</a> <a href="https://example.org">c</a>', ""),
        ("a.html", '<a class="x" href="none.html">b</a>', "links to none.html, which is not there"),
        ("a.html", '<img alt="" src="none.png">', "links to none.png, which is not there"),
        ("a.html", '<script src="https://example.org/x.js">', "loads https://example.org/x.js"),
        ("a.html", "<link rel='stylesheet' href='//example.org/x'>", "loads //example.org/x"),
        ("a.css", "a { background: url('https://example.org/x') }", "loads https://example.org/x"),
        ("a.css", '@import "https://example.org/x";', "loads https://example.org/x"),
        ("a.css", "a { background: url(data:image/png;base64,//8=) }", ""),
        ("a.inv", "/of/one/machine/x", "names /of/one"),
    ],
)
def test_a_built_site_is_checked(tmp_path, name, text, fault):
    (tmp_path / "b.html").write_text("<p id='x'>")
    (tmp_path / name).write_text(text)
    assert [*check.faults(tmp_path, "/of/one")] == ([f"{name} {fault}"] if fault else [])


def test_the_page_on_citing_has_what_the_file_says(sources):
    page = (sources / "cite.md").read_text("utf-8")
    for words in ("version = {{0.1.0}}", "year = {{2026}}", "author = {{the Attention Geodesics"):
        assert words in page
    assert (sources / "files/CITATION.cff").read_bytes() == (ROOT / "CITATION.cff").read_bytes()


def test_every_lesson_has_its_page_with_its_text(sources):
    from app.model.lessons import listing

    names = {path.stem for path in (sources / "lessons").glob("*.md")} - {"index"}
    assert names == {*listing.bundled()}
    page = (sources / "lessons" / "sink.md").read_text("utf-8")
    assert 'src="../pages/sink.html"' in page and "$$K(0) = \\frac14 + \\frac{M}{12}$$" in page
    assert "that is 8.583, more than" in page and "check:" not in page


def test_what_makes_the_site_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lock = (ROOT / "requirements-docs.lock").read_text("utf-8")
    wanted = project["optional-dependencies"]["docs"]
    assert each(re.search(rf"^{name}==", lock, re.MULTILINE) for name in wanted)
