"""Results that show themselves in notebooks, by whichever installed package draws them.

Nothing here draws.  An entry point of the group ``attention_geodesics.pictures`` names a function that
takes a result and returns its picture as SVG, or None for a result that it does not draw.  A function
that cannot be loaded is left out with a warning.
"""

from __future__ import annotations

import base64
import re
import unicodedata
import warnings
from collections.abc import Callable
from functools import lru_cache
from html import escape

from compute.core import packages

Painter = Callable[[object], str | None]
_SIGNS = {"′": "'", "·": r"\cdot ", "−": "-", "√": r"\surd ", "∂": r"\partial ", "∞": r"\infty "}
_WORDS = re.compile(r"[a-z]{3,}")
_KINDS = {"<super>": "raised", "<sub>": "lowered"}


@lru_cache(maxsize=1)
def painters() -> tuple[Painter, ...]:
    """Return the functions of the installed packages that draw results; warn of those left out."""
    found, problems = packages.functions(packages.PICTURES)
    for problem in problems:
        warnings.warn(problem, stacklevel=2)
    return tuple(found)


def picture_of(thing: object) -> str | None:
    """Return a result as SVG, or None if no installed package draws it."""
    drawn = (paint(thing) for paint in painters())
    return next((svg for svg in drawn if svg is not None), None)


class Pictured:
    """A result with a picture and facts; a number stands there with its status."""

    def facts(self) -> dict[str, str]:
        """Return the lines beside the picture: a name and a text each."""
        return {}

    def formula(self) -> str:
        """Return LaTeX without dollar signs, or "" for none."""
        return ""

    def _repr_svg_(self) -> str | None:
        return picture_of(self)

    def _repr_latex_(self) -> str | None:
        return f"$\\displaystyle {self.formula()}$" if self.formula() else None

    def _repr_html_(self) -> str:
        # a picture by address: elements of two pictures in one page may have the same names
        svg = picture_of(self)
        image = ""
        if svg is not None:
            content = base64.b64encode(svg.encode("utf-8")).decode("ascii")
            image = f'<img alt="" style="max-width:100%" src="data:image/svg+xml;base64,{content}">'
        rows = "".join(
            f'<tr><th style="text-align:left;padding-right:1em">{escape(name, quote=False)}</th>'
            f"<td>{escape(text, quote=False)}</td></tr>"
            for name, text in self.facts().items()
        )
        return f"<div>{image}<table>{rows}</table></div>"


def latex(text: str) -> str:
    """Return a formula of plain characters as LaTeX.

    >>> latex("ds² = (dμ² + 2 dσ²)/σ²")
    'ds^{2} = (d\\mu ^{2} + 2 d\\sigma ^{2})/\\sigma ^{2}'
    """
    shapes = {"raised": "^{{{}}}", "lowered": "_{{{}}}", "plain": "{}"}
    upright = _WORDS.sub(lambda word: f"\x00{word[0]}\x01", text)
    pieces = (shapes[kind].format("".join(run)) for kind, run in _runs(upright))
    return "".join(pieces).replace("\x00", r"\mathrm{").replace("\x01", "}")


def _runs(text: str) -> list[tuple[str, list[str]]]:
    """Return runs of raised, lowered and other characters, each as LaTeX."""
    runs: list[tuple[str, list[str]]] = []
    for letter in text:
        tag, _, code = unicodedata.decomposition(letter).partition(" ")
        kind = _KINDS.get(tag, "plain")
        plain = chr(int(code, 16)) if kind != "plain" else letter
        if runs and runs[-1][0] == kind:
            runs[-1][1].append(_written(plain))
        else:
            runs.append((kind, [_written(plain)]))
    return runs


def _written(letter: str) -> str:
    """Return one character as LaTeX; Greek letters by their names."""
    name = unicodedata.name(letter, "")
    if name.startswith("GREEK ") and " WITH " not in name:
        word = name.rpartition(" ")[2].lower().replace("lamda", "lambda")
        return f"\\{word.capitalize() if letter.isupper() else word} "
    return _SIGNS.get(letter, letter)
