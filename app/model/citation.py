"""Who wrote the program, under which licence, and how to cite it."""

from __future__ import annotations

from app import __version__

TITLE, AUTHORS, YEAR = "Attention Geodesics", "the Attention Geodesics authors", 2026
LICENCE = "BSD-3-Clause"
ABOUT = (
    "Shortest paths, parallel transport and curvature of families of distributions, and of the "
    "queries of a softmax head, under the Fisher–Rao metric."
)


def reference() -> str:
    """Return the reference in words."""
    return f"{AUTHORS[0].upper()}{AUTHORS[1:]}. {TITLE}, version {__version__}. Software, {YEAR}."


def bibtex() -> str:
    """Return the reference as an entry for BibTeX."""
    return (
        "@software{attention_geodesics,\n"
        f"  author  = {{{{{AUTHORS}}}}},\n"
        f"  title   = {{{TITLE}}},\n"
        f"  version = {{{__version__}}},\n"
        f"  year    = {{{YEAR}}},\n"
        f"  note    = {{{LICENCE}}},\n"
        "}\n"
    )
