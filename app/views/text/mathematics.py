"""Text of figures set as mathematics: italic symbols, powers of ten, true minus signs.

An italic letter is Unicode's mathematical one, 𝜃 for θ; renderers draw it as θ of an italic font.
A sub- or superscript is Unicode's own where there is one, else a letter of a private plane.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

SUPERSCRIPTS = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")
_LATIN, _GREEK = 0x1D44E - ord("a"), 0x1D6FC - ord("α")
_CAPITALS = 0x1D434 - ord("A")
_PLANCK = {"h": "ℎ"}  # Unicode has this one as Planck's constant
_NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([-−+]?)0*(\d+)")
_MINUS = re.compile(r"(?<![\w)])-(?=[\d.])")
_LONG = re.compile(r"\d+\.\d{7,}")
# places where a line of a formula may break
_BREAK = re.compile(r" (?=[+−/] )")
# characters after which a line would break within a product
_LOOSE = re.compile(r"(?<=[/)·′])(?=\S)")
NO_BREAK, JOINER = "\u00a0", "\u2060"
# a single Latin letter, unless it is an article, a possessive, a differential's d or a mean's E;
# the letter after a differential's d; every small Greek letter
_SYMBOL = re.compile(
    r"(?<![A-Za-z’'])(?!a [a-z]{3}|A (?!and|to|or)[a-z]{2}|d[α-ω]|E[ \[(])[A-Za-z](?![A-Za-z])"
    r"|(?<=(?<![A-Za-z])d)(?!o\b)[a-z](?![A-Za-z])|[α-ω]"
)


# combining marks that mathematics puts over letters
ACCENTS = {"\u0302": "ˆ", "\u0303": "˜", "\u0304": "ˉ", "\u0307": "˙", "\u0308": "¨", "\u20d7": "→"}
# private planes of subscripts and superscripts; mathematical letters stand in their private areas
_BELOW, _ABOVE = 0xF0000, 0x100000
_MATHEMATICAL, _PRIVATE = 0x1D400, 0xE000
_OWN_SCRIPTS = (
    0xB2,
    0xB3,
    0xB9,
    *range(0x2B0, 0x2E5),
    *range(0x1D2C, 0x1D6B),
    *range(0x2070, 0x209D),
)


@lru_cache(maxsize=1024)
def italic(text: str) -> str:
    """Return a text with its symbols in italics; words and functions stay upright."""
    return _SYMBOL.sub(lambda found: _slanted(found.group()), text)


def as_html(text: str) -> str:
    """Return a text as HTML with its symbols in italics, for labels of the window."""
    italics = _SYMBOL.sub(r"<i>\g<0></i>", html.escape(text, quote=False))
    return italics.replace("\n", "<br>")


def slanted(letters: str) -> str:
    """Return letters in italics, without a look at the words that they make."""
    return "".join(
        _slanted(c) if "a" <= c.lower() <= "z" or "α" <= c <= "ω" else c for c in letters
    )


def _slanted(letter: str) -> str:
    if letter in _PLANCK:
        return _PLANCK[letter]
    if letter.isascii():
        return chr(ord(letter) + (_LATIN if letter.islower() else _CAPITALS))
    return chr(ord(letter) + _GREEK)


def upright(char: str) -> str:
    """Return the plain letter of a mathematical italic one; "" for any other character."""
    named = unicodedata.name(char, "").startswith("MATHEMATICAL ITALIC") or char in "ℎℓ"
    return chr(int(unicodedata.decomposition(char).split()[1], 16)) if named else ""


def script(text: str, is_above: bool) -> str:
    """Return a text as superscript or subscript letters."""
    plane = _ABOVE if is_above else _BELOW
    return "".join(chr(plane + _slot(ord(c))) for c in text)


def nested(letter: str, is_above: bool) -> str:
    """Return a sub- or superscript letter as Unicode's own, which can be a script once more; "" if it
    has none.
    """
    kind, base = scripted(letter)
    found = _own_scripts().get((kind, upright(base) or base), "")
    return script(found, is_above) if found else ""


@lru_cache(maxsize=1)
def _own_scripts() -> dict[tuple[str, str], str]:
    """Return Unicode's sub- and superscripts, by kind and letter."""
    made = {("super", "−"): "⁻", ("sub", "−"): "₋"}
    for code in _OWN_SCRIPTS:
        kind, _, found = unicodedata.decomposition(chr(code)).partition(" ")
        if kind in ("<sub>", "<super>") and " " not in found:
            made.setdefault((kind[1:-1], chr(int(found, 16))), chr(code))
    return made


def _slot(code: int) -> int:
    return code if code < 0x10000 else code - _MATHEMATICAL + _PRIVATE


@lru_cache(maxsize=1024)
def scripted(char: str) -> tuple[str, str]:
    """Return "sub", "super" or "" for a letter, and the letter that is set as such."""
    code = ord(char)
    if code < _BELOW:
        kind, _, found = unicodedata.decomposition(char).partition(" ")
        is_script = kind in ("<sub>", "<super>")
        return (kind[1:-1], chr(int(found, 16))) if is_script else ("", char)
    slot = code & 0xFFFF
    if _PRIVATE <= slot < _PRIVATE + 0x400:
        slot += _MATHEMATICAL - _PRIVATE
    return ("super" if code >= _ABOVE else "sub"), chr(slot)


def accent_of(char: str) -> str:
    """Return the spacing accent, or "→", of a combining mark that mathematics uses; "" for any other
    character.
    """
    return ACCENTS.get(scripted(char)[1], "") if char > "\x7f" else ""


def with_short_numbers(formula: str) -> str:
    """Return a formula with four digits of each number that has more than six decimals."""
    return _LONG.sub(lambda found: f"{float(found.group()):.4g}", formula)


def unbroken(formula: str, widest: int = 28) -> str:
    """Return a formula whose lines break only before +, − and / with spaces around them, outside of
    brackets as far as lines of ``widest`` characters allow.  Its minus signs are true ones.
    """
    return "\n".join(_kept(line, 0, widest) for line in formula.replace("-", "−").split("\n"))


def _kept(text: str, depth: int, widest: int) -> str:
    """Return a part of a formula with breaks only within ``depth`` brackets, or more if it is long."""
    if len(text) <= widest or depth > text.count("("):
        return _LOOSE.sub(JOINER, text.replace(" ", NO_BREAK)) if len(text) <= widest else text
    places = [
        found.start()
        for found in _BREAK.finditer(text)
        if text.count("(", 0, found.start()) - text.count(")", 0, found.start()) == depth
    ]
    ends = zip((0, *(place + 1 for place in places)), (*places, len(text)), strict=True)
    return " ".join(_kept(text[start:end], depth + 1, widest) for start, end in ends)


def powers(text: str) -> str:
    """Return a text with true minus signs and powers of ten: 2.0·10⁻⁶ for 2.0e-06.

    Every digit stays, since a zero at the end is a known digit; 1e-06 is 10⁻⁶.
    """
    return _MINUS.sub("−", _NUMBER.sub(_power, text))


def _power(found: re.Match[str]) -> str:
    mantissa, sign, digits = found.groups()
    if float(mantissa) == 0.0:
        return "0"
    power = f"10{(sign.strip('+') + digits).translate(SUPERSCRIPTS)}"
    return power if mantissa == "1" else f"{mantissa}·{power}"
