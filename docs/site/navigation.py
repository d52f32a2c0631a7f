"""The order of the site's pages, and the place of each file of the repository on it."""

from __future__ import annotations

from pathlib import PurePosixPath

HOME = "README.md"
# pages of the repository by section, as paths from its root
SECTIONS = {
    "The program": (
        "docs/README.md",
        "docs/guide.md",
        "docs/gallery.md",
        "docs/heads.md",
        "docs/page.md",
    ),
    "Lessons": ("lessons/index.md", "docs/lessons.md"),
    "Mathematics": (
        "docs/mathematics.md",
        "docs/families.md",
        "docs/numerics.md",
        "docs/table.md",
        "docs/coverage.md",
    ),
    "Python": ("interface/index.md", "docs/names.ipynb", "docs/packages.md"),
    "Trust": (
        "docs/reliability.md",
        "docs/security.md",
        "docs/platforms.md",
        "docs/licences.md",
        "assets/heads/README.md",
    ),
    "The project": (
        "CITATION.cff",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "ARCHITECTURE.md",
        "docs/style.md",
    ),
}
# pages that are made, not copied
MADE = ("lessons/index.md", "interface/index.md")
# titles in the contents where those of the pages need their context
_TITLES = {
    "docs/README.md": "Overview",
    "docs/lessons.md": "Lessons of your own",
    "docs/names.ipynb": "A notebook of all names",
    "assets/heads/README.md": "Heads that come with it",
    "docs/style.md": "Style",
}
_NAMES = {
    HOME: "index.md",
    "docs/README.md": "overview.md",
    "docs/names.ipynb": "names.md",
    "assets/heads/README.md": "bundled-heads.md",
    "CITATION.cff": "cite.md",
    **{name: name for name in MADE},
}


def copied() -> list[str]:
    """Return the pages that are files of the repository."""
    return [HOME, *(page for pages in SECTIONS.values() for page in pages if page not in MADE)]


def place(path: str) -> str:
    """Return the place on the site of a file of the repository."""
    if path in _NAMES:
        return _NAMES[path]
    pure = PurePosixPath(path)
    if path in copied():
        return pure.name if pure.parent.name == "docs" else pure.name.lower()
    return f"files/{path}"


def contents() -> str:
    """Return the sections as directives of Sphinx."""
    return "\n".join(
        f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n"
        + "".join(f"{_line(page)}\n" for page in pages)
        + "```\n"
        for title, pages in SECTIONS.items()
    )


def _line(page: str) -> str:
    name = place(page).removesuffix(".md")
    return f"{_TITLES[page]} <{name}>" if page in _TITLES else name
