r"""A sheet as TikZ: curves as paths, labels as nodes in the document's font, maps as PNG files.

It needs only ``\usepackage{tikz}``.  The scene follows ``\endinput``, where TeX stops reading.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from app.export.files import beside
from app.export.sheet import PER_INCH, Group, Item, Lettering, Raster, Sheet, runs
from app.model.file_formats import PNG, TEX
from app.views.canvas.accents import clusters
from app.views.canvas.display_list import Label
from app.views.canvas.projections.frame import Pixels
from app.views.canvas.typeface import CAP_HEIGHT
from app.views.interface.shapes import Area, Disc, Line
from app.views.interface.theme import RGBA
from app.views.text.formulas import ACCENTS, BINARIES, LETTERS, RELATIONS, SIGNS
from app.views.text.mathematics import scripted, upright

_ACCENTS = {mark: name for name, mark in ACCENTS.items()}
POINTS = 72.0 / PER_INCH
EACH_LINE = 8  # points of a path on a line of the file
WHITE = (1.0, 1.0, 1.0, 1.0)
_HEAD = r"""% Needs \usepackage{tikz}; pictures lie beside this file.
\providecommand*\agletter[2]{\ifdefined\Umathchar#1\else{\tiny U+#2}\fi}%
"""
_DOCUMENT = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{fix-cm,tikz}
\usepackage[paperwidth=%.3fbp,paperheight=%.3fbp,margin=0pt]{geometry}
\pagestyle{empty}\parindent=0pt\topskip=0pt
\renewcommand\familydefault{\sfdefault}
\begin{document}
"""
# special characters as LaTeX text; those that only mathematics has switch to it
_IN_TEXT = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "_": r"\_", "%": r"\%", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "–": "--", "—": "---", "’": "'", "‘": "`", "“": "``", "”": "''", "…": r"\ldots{}",
    "\u00a0": "~", "\u2003": r"\quad{}", "\u2005": r"\ ", "\u2009": r"\,", "\u2011": "-",
    "·": r"$\cdot$",
}  # fmt: skip
_SIGNS = {"−": "-", "√": r"\surd ", "Σ": r"\Sigma ", "∂": r"\partial ", "∫": r"\int ", "′": "'",
          "½": r"\frac12 ", "¼": r"\frac14 ", "¾": r"\frac34 ", "ℓ": r"\ell ",
          "°": r"^{\circ}"}  # fmt: skip
_COMMANDS = {
    **{sign: rf"\{name} " for table in (SIGNS, RELATIONS, BINARIES) for name, sign in table.items()
       if name.isalpha() and not sign.isascii()},
    **{letter: rf"\{name} " for name, letter in LETTERS.items()},
    "‖": r"\| ", **_SIGNS,
}  # fmt: skip
# two scripts of one kind side by side, with at most one pair of braces inside
_ADJACENT = re.compile(r"([_^])\{((?:[^{}]|\{[^{}]*\})*)\}\1\{")


def write(sheet: Sheet, target: Path, stated: str) -> None:
    """Write a TikZ picture, and its rasters as PNG files beside it.

    A target with the suffix .tex becomes a whole document.  ``stated``: the scene, appended as a
    comment.
    """
    prefix = re.sub(r"[^A-Za-z0-9]+", "-", target.stem).strip("-") or "figure"
    text, pictures = tikz(sheet, prefix)
    if target.suffix.lower() == TEX:
        width, height = (POINTS * side for side in sheet.size)
        text = f"{_DOCUMENT % (width, height)}{text}\\end{{document}}\n"
    for name, content in pictures.items():
        with beside(target.with_name(name)) as temporary:
            temporary.write_bytes(content)
    with beside(target) as temporary:
        temporary.write_text(f"{text}\\endinput\n% {stated}\n", "utf-8")


def tikz(sheet: Sheet, prefix: str) -> tuple[str, dict[str, bytes]]:
    """Return the TikZ picture, and the contents of its PNG files by name.

    The file names begin with ``prefix``.  Lengths are in big points (bp), y upwards.
    """
    page = _Page(sheet, prefix)
    width, height = (POINTS * side for side in sheet.size)
    ground = []
    if sheet.ground is not None and sheet.ground != WHITE:
        paint = page.paint("fill", sheet.ground)
        ground = [rf"\fill[{paint}] (0,0) rectangle ({width:.2f},{height:.2f});"]
    drawn = [line for group in sheet.groups for line in page.group(group)]
    lines = [
        *(rf"\definecolor{{{name}}}{{HTML}}{{{code}}}%" for code, name in page.colours.items()),
        r"\begin{tikzpicture}[x=1bp,y=1bp,line join=round]",
        rf"\path[use as bounding box] (0,0) rectangle ({width:.2f},{height:.2f});",
        *ground,
        *drawn,
        r"\end{tikzpicture}%",
    ]
    return _HEAD + "\n".join(lines) + "\n", page.pictures


class _Page:
    """A page that turns items into lines of TeX and collects their colours and pictures."""

    def __init__(self, sheet: Sheet, prefix: str) -> None:
        self._height, self._prefix = sheet.size[1], prefix
        self.colours: dict[str, str] = {}
        self.pictures: dict[str, bytes] = {}

    def group(self, group: Group) -> Iterator[str]:
        """Yield the lines of a group's items, clipped to its box."""
        yield r"\begin{scope}"
        if group.box is not None:
            left, top, right, bottom = group.box
            yield rf"\clip {self._at(left, bottom)} rectangle {self._at(right, top)};"
        for item in group.items:
            yield from self._item(item)
        yield r"\end{scope}"

    def _item(self, item: Item) -> Iterator[str]:
        match item:
            case Line():
                cap = ",line cap=round" if item.capped else ""
                width = f"line width={POINTS * item.width:.3g}bp"
                yield rf"\draw[{self.paint('draw', item.colour)},{width}{cap}]"
                yield from (self._path(line) for line in item.lines)
                yield ";"
            case Area():
                yield rf"\fill[{self.paint('fill', item.colour)}]"
                yield f"{self._path(item.outline)} -- cycle;"
            case Disc():
                radius = f"circle[radius={POINTS * item.radius:.3f}bp]"
                yield rf"\fill[{self.paint('fill', item.colour)}] {self._at(*item.centre)} {radius};"
            case Raster():
                yield self._picture(item)
            case Label():
                yield self._node(item)
            case Lettering():
                yield self._node(item.label)

    def _at(self, x: float, y: float) -> str:
        return f"({POINTS * x:.2f},{POINTS * (self._height - y):.2f})"

    def _path(self, line: Pixels) -> str:
        closed = len(line) > 3 and bool(np.allclose(line[0], line[-1]))
        points = [self._at(float(x), float(y)) for x, y in (line[:-1] if closed else line)]
        rows = [" -- ".join(points[i : i + EACH_LINE]) for i in range(0, len(points), EACH_LINE)]
        return " --\n".join(rows) + (" -- cycle" if closed else "")

    def paint(self, kind: str, colour: RGBA) -> str:
        """Return the TikZ option for a colour and its opacity; ``kind``: "draw" or "fill"."""
        opacity = f",{kind} opacity={colour[3]:.3g}" if colour[3] < 1.0 else ""
        return f"{kind}={self._colour(colour)}{opacity}"

    def _colour(self, colour: RGBA) -> str:
        code = "".join(f"{round(255 * part):02X}" for part in colour[:3])
        return self.colours.setdefault(code, f"ag{code}")

    def _picture(self, raster: Raster) -> str:
        buffer = io.BytesIO()
        Image.fromarray(raster.pixels).save(buffer, format="PNG", optimize=True)
        name = f"{self._prefix}-{len(self.pictures) + 1}{PNG}"
        self.pictures[name] = buffer.getvalue()
        left, top, right, bottom = raster.box
        size = f"width={POINTS * (right - left):.2f}bp,height={POINTS * (bottom - top):.2f}bp"
        return (
            rf"\node[inner sep=0pt,anchor=south west,opacity={raster.opacity:.3g}] at "
            rf"{self._at(left, bottom)} {{\includegraphics[{size}]{{{name}}}}};"
        )

    def _node(self, label: Label) -> str:
        across = {0.0: "base west", 0.5: "base", 1.0: "base east"}.get(label.anchor[0])
        start = 0.0 if across else -label.anchor[0] * runs(label)[1]
        base = (1.0 - label.anchor[1]) * CAP_HEIGHT * label.size
        x, y = label.at
        at = self._at(x + base, y - start) if label.upright else self._at(x + start, y + base)
        size = POINTS * label.size
        options = [
            f"anchor={across or 'base west'}",
            "inner sep=0pt",
            f"text={self._colour(label.colour)},text opacity={label.colour[3]:.3g}",
            rf"font=\fontsize{{{size:.4g}}}{{{1.2 * size:.4g}}}\selectfont"
            + (r"\bfseries" if label.bold else ""),
        ]
        if label.upright:
            options.append("rotate=90")
        if label.halo[3]:
            options[1] = "inner sep=0.6pt,rounded corners=1pt," + self.paint("fill", label.halo)
        return rf"\node[{','.join(options)}] at {at} {{{tex(label.letters)}}};"


def tex(text: str) -> str:
    """Return a line of text as LaTeX; symbols, sub- and superscripts and signs as mathematics."""
    parts: list[tuple[bool, str]] = []
    for char, *marks in map(tuple, clusters(text)):
        is_math, words = _accented(char, marks) if marks else _letter(char)
        if parts and parts[-1][0] == is_math:
            parts[-1] = (is_math, parts[-1][1] + words)
        else:
            parts.append((is_math, words))
    return "".join(f"${_scripts(words)}$" if is_math else words for is_math, words in parts)


def _accented(char: str, marks: Sequence[str]) -> tuple[bool, str]:
    """Return a letter with accents as mathematics."""
    kind, base = scripted(char)
    if kind:
        return True, f"{'_' if kind == 'sub' else '^'}{{{_accented(base, marks)[1]}}}"
    is_math, words = _letter(char)
    words = words.strip() if is_math else rf"\mathrm{{{words}}}"
    for mark in marks:
        words = rf"\{_ACCENTS[scripted(mark)[1]]}{{{words}}}"
    return True, words


def _letter(char: str) -> tuple[bool, str]:
    """Return whether a character is mathematics, and its LaTeX."""
    symbol = upright(char)
    if symbol or char in _COMMANDS:
        return True, _COMMANDS.get(char) or _COMMANDS.get(symbol, symbol)
    kind, base = scripted(char)
    if kind:
        mark, words = "_" if kind == "sub" else "^", _letter(base)[1]
        if base.isascii() and base.isalpha():
            words = rf"\mathrm{{{words}}}"
        return True, f"{mark}{{{words}}}"
    if char in _IN_TEXT:
        return False, _IN_TEXT[char]
    if ord(char) < 0x180 and char.isprintable():
        return False, char
    if char < " " or "\x7f" <= char <= "\x9f":  # TeX reads no control characters
        return False, " " if char.isspace() else rf"{{\tiny U+{ord(char):04X}}}"
    return False, rf"\agletter{{{char}}}{{{ord(char):04X}}}"


def _scripts(words: str) -> str:
    """Merge adjacent subscripts, and adjacent superscripts: _{1}_{0} becomes _{10}."""
    while (joined := _ADJACENT.sub(r"\1{\2", words)) != words:
        words = joined
    return words
