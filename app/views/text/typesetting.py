r"""Words with formulas $…$ as one line of letters, for labels of the canvas and of figures.

The formulas are those of lessons (`formulas`): letters in italics, sub- and superscripts, no bars.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape

from app.views.text.formulas import NotTypeset, inline
from app.views.text.mathematics import italic, script, scripted, slanted, upright
from compute.core.refusal import shown

_DOLLAR = "\x00"
_FORMULA = re.compile(r"\$([^$]*)\$")
_TOKEN = re.compile(r"<[^>]*>|&[^;]*;|[^<&]")


@lru_cache(maxsize=512)
def line(text: str) -> str:
    """Return a text as letters: symbols italic, scripts small.  Raises NotTypeset for a formula that
    cannot be read.
    """
    parts = _FORMULA.split(text.replace(r"\$", _DOLLAR))
    if any("$" in part for part in parts[::2]):
        raise NotTypeset(f"write a formula as $…$ and a dollar sign as \\$, got {shown(text)}")
    made = [_letters(part) if i % 2 else italic(part) for i, part in enumerate(parts)]
    return "".join(made).replace(_DOLLAR, "$")


def line_or_text(text: str) -> str:
    """Return a text as letters; unchanged if a formula cannot be read."""
    try:
        return line(text)
    except NotTypeset:
        return text


def is_symbol(char: str) -> bool:
    """Whether a letter is an italic symbol or a script, which only the canvas's font writes."""
    return bool(upright(char) or scripted(char)[0])


def _letters(formula: str) -> str:
    """Return the letters of a formula, from the rich text that lessons show."""
    outer: list[tuple[str, str]] = []  # tags around, with the letters before each
    made = ""
    for token in _TOKEN.findall(inline(formula)):
        if not token.startswith("<"):
            made += unescape(token)
        elif not token.startswith("</"):
            outer.append((token, made))
            made = ""
        else:
            tag, before = outer.pop()
            made = before + _within(tag, made)
    if any(unicodedata.combining(char) for char in made):
        raise NotTypeset(f"a note has accents over Latin letters only, got ${formula}$")
    return made


def _within(tag: str, letters: str) -> str:
    """Return what stands between a tag and its end."""
    match tag:
        case "<i>":
            return slanted(unicodedata.normalize("NFC", letters))
        case "<sub>" | "<sup>":
            if any(scripted(letter)[0] for letter in letters):
                raise NotTypeset(
                    "a note cannot have a script within a script: write exp(…) for e^…"
                )
            return script(letters, tag == "<sup>")
        case '<span class="root">':
            return letters if len(letters) == 1 or letters.startswith("(") else f"({letters})"
    return letters
