"""A small subset of Markdown with formulas, as rich text; everything else is escaped."""

from __future__ import annotations

import re
from html import escape

from app.views.text.formulas import JOINER, NotTypeset, display, inline, one_level
from compute.core.refusal import shown

__all__ = ["NotTypeset", "page"]

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"(?<![\w*])[*_]([^*_]+?)[*_](?![\w*])")
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r'\[([^\[\]]+)\]\((https://[^\s()"]+)\)')
_DOLLAR = r"\$"
# the hyphen of a negative number, but not within an address
_MINUS = re.compile(r"(?<![\w)/=?&-])-(?=\.?\d)")
# the hyphen of an e-path or an α-geodesic, at which no line should end
_LETTER = re.compile(r"(?<![\w)/=?&.-])(\w)-(?=[^\W\d_])")
# unsupported Markdown, and the message about it
_REFUSED = {
    "a picture": re.compile(r"!\["),
    "a heading below the level of a step": re.compile(r"^#{1,6} ", re.MULTILINE),
    "a table": re.compile(r"^\s*\|", re.MULTILINE),
    "a block quotation": re.compile(r"^>", re.MULTILINE),
    "a link to other than https://…": re.compile(r"\]\((?!https://)"),
}
_JOINED = re.compile(f"[\u2005\u2009]{JOINER}")
_FORMULA = re.compile(r"\$([^$]+)\$")
_HELD = "\x00{}\x00"
_BULLET = re.compile(r"(?:[-*]|\d+\.) +")


def page(text: str) -> str:
    """Return a text of paragraphs, lists and formulas $…$ and $$…$$ as rich text.  Raises
    NotTypeset.
    """
    return "".join(_block(block) for block in re.split(r"\n\s*\n", text.strip()) if block.strip())


def _block(block: str) -> str:
    bare = block.strip()
    for what, pattern in _REFUSED.items():
        if pattern.search(_CODE.sub("", _FORMULA.sub("", bare))):
            raise NotTypeset(f"lessons cannot contain {what}, got {shown(bare)}")
    if bare.startswith("$$") and bare.endswith("$$") and len(bare) > 4:
        return display(" ".join(bare[2:-2].split()))
    lines = bare.split("\n")
    if all(_BULLET.match(line) or line.startswith("  ") for line in lines):
        return _list(lines)
    return f"<p>{sentence(' '.join(lines))}</p>"


def _list(lines: list[str]) -> str:
    items: list[str] = []
    for line in lines:
        if match := _BULLET.match(line):
            items.append(line[match.end() :])
        else:
            items[-1:] = [f"{items[-1] if items else ''} {line.strip()}"]
    kind = "ol" if lines[0][0].isdigit() else "ul"
    return f"<{kind}>{''.join(f'<li>{sentence(item)}</li>' for item in items)}</{kind}>"


def _kept(formula: str) -> str:
    """Return a formula with spaces at which Qt ends no line where one is followed by a joiner, which Qt
    disregards.
    """
    return _JOINED.sub("\u00a0", formula)


def sentence(text: str) -> str:
    """Return inline text with **bold**, *italic*, `code`, links and formulas."""
    held: list[str] = []

    def hold(html: str) -> str:
        held.append(html)
        return _HELD.format(len(held) - 1)

    bare = text.replace("\x00", "").replace(_DOLLAR, hold("$"))
    bare = _FORMULA.sub(lambda match: hold(_kept(one_level(inline(match[1])))), bare)
    if "$" in bare:
        raise NotTypeset(
            f"write a formula as $…$ and a dollar sign as \\$; got a single $ in {shown(text)}"
        )
    bare = _CODE.sub(lambda match: hold(f"<code>{escape(match[1])}</code>"), bare)
    made = _LETTER.sub("\\1\u2011", _MINUS.sub("−", escape(bare, quote=False)))
    made = _LINK.sub(r'<a href="\2">\1</a>', made)
    made = _ITALIC.sub(r"<i>\1</i>", _BOLD.sub(r"<b>\1</b>", made))
    return re.sub("\x00(\\d+)\x00", lambda match: held[int(match[1])], made)
