r"""Words with formulas $…$ as one line of letters, for labels of the canvas and of figures.

The formulas are those of lessons (`formulas`): letters in italics with
their accents, sub- and superscripts; a fraction has no bar.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from itertools import groupby

from app.views.text.formulas import ACCENTS, NotTypeset, inline
from app.views.text.mathematics import italic, nested, script, scripted, slanted, upright
from compute.core.refusal import shown

_DOLLAR = "\x00"
_FORMULA = re.compile(r"\$([^$]*)\$")
_ACCENTS = {accent: name for name, accent in ACCENTS.items()}
_MARKS = {"": "", "sub": "_", "super": "^"}
_SPACES = re.compile("[\u2003-\u200a]+")
# a script with more than letters and digits
_COMPOSED = re.compile(r"[^\w]")
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


def spoken(text: str) -> str:
    """Return a text with formulas as plain characters, for screen readers: g_ij, x^2."""
    parts = []
    for (kind, _), group in groupby(line_or_text(text), key=_kind):
        letters = "".join(scripted(char)[1] if kind else char for char in group)
        plain = "".join(upright(char) or char for char in letters)
        composed = kind and _COMPOSED.search(plain)
        plain = "".join(f" {_ACCENTS[char]}" if char in _ACCENTS else char for char in plain)
        parts.append(f"{_MARKS[kind]}({plain})" if composed else f"{_MARKS[kind]}{plain}")
    return _SPACES.sub(" ", "".join(parts))


def _kind(char: str) -> tuple[str, bool]:
    """Return "sub" or "super" for a letter of a private plane, else ""."""
    return (scripted(char)[0], True) if ord(char) > 0xEFFFF else ("", False)


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
    return made


def _raised(letter: str, is_above: bool) -> str:
    """Return a letter as a script, which may hold Unicode's own scripts.  Raises NotTypeset."""
    kind, plain = scripted(letter)
    if not kind:
        return script(letter, is_above)
    if found := nested(letter, is_above):
        return found
    mark = "^" if kind == "super" else "_"
    plain = upright(plain) or plain
    raise NotTypeset(f"{mark} within a script cannot set {plain} in a note: write exp(…) for e^…")


def _within(tag: str, letters: str) -> str:
    """Return what stands between a tag and its end."""
    match tag:
        case "<i>":
            return slanted(letters)
        case "<sub>" | "<sup>":
            return "".join(_raised(letter, tag == "<sup>") for letter in letters)
        case '<span class="root">':
            return letters if len(letters) == 1 or letters.startswith("(") else f"({letters})"
    return letters
