r"""Typesetting of a small part of TeX as rich text: italics, scripts, roots, fractions.

    $g_{ij} = E[\partial_i\ell\,\partial_j\ell]$      $K = \frac14$      $\sqrt{2\log 2}$

An inline fraction is a/b; a displayed one has a bar.  Unknown commands are refused, never dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

MOST_CHARACTERS, DEEPEST = 600, 12
_GREEK = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau"
    " upsilon varphi chi psi omega epsilon phi ell partial"
)
_CAPITALS = "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
LETTERS = dict(zip(_GREEK.split(), "αβγδεζηθικλμνξπρστυφχψωεφℓ∂", strict=True))
# upright capitals and signs
SIGNS = {
    **dict(zip(_CAPITALS.split(), "ΓΔΘΛΞΠΣΦΨΩ", strict=True)), "infty": "∞", "nabla": "∇",
    "ldots": "…", "dots": "…", "cdots": "⋯", "prime": "′", "circ": "°", "angle": "∠", "hbar": "ħ",
    "langle": "⟨", "rangle": "⟩", "|": "‖", "Vert": "‖", "lbrace": "{", "rbrace": "}",
    "{": "{", "}": "}", "%": "%", "lvert": "|", "rvert": "|", "dagger": "†", "top": "ᵀ",
}  # fmt: skip
# operators before an expression, with a small space
LARGE = {"int": "∫", "iint": "∬", "oint": "∮", "sum": "Σ", "prod": "Π"}
RELATIONS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "sim": "∼",
    "to": "→", "mapsto": "↦", "in": "∈", "propto": "∝", "equiv": "≡", "perp": "⊥", "mid": "|",
    "ll": "≪", "gg": "≫", "Rightarrow": "⇒", "subset": "⊂", "simeq": "≃",
}  # fmt: skip
BINARIES = {"cdot": "·", "times": "×", "pm": "±", "mp": "∓", "otimes": "⊗", "wedge": "∧"}
_NAMED = (
    "log ln exp sin cos tan arccos arcsin arctan sinh cosh tanh arcosh arsinh det tr max min arg diag"
    " softmax KL grad div"
)
FUNCTIONS = frozenset(_NAMED.split())
SPACES = {",": "\u2009", ":": "\u2009", ";": "\u2005", " ": "\u2005", "!": "", "quad": "\u2003",
          "qquad": "\u2003\u2003"}  # fmt: skip
ACCENTS = {"bar": "\u0304", "hat": "\u0302", "dot": "\u0307", "ddot": "\u0308", "tilde": "\u0303",
           "vec": "\u20d7"}  # fmt: skip
UPRIGHT = ("mathrm", "text", "operatorname", "mathbf", "textbf")
DOUBLED = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "C": "ℂ", "E": "𝔼", "S": "𝕊", "H": "ℍ"}
VULGAR = {("1", "2"): "½", ("1", "4"): "¼", ("3", "4"): "¾", ("1", "3"): "⅓", ("2", "3"): "⅔",
          ("1", "8"): "⅛", ("3", "2"): "3⁄2"}  # fmt: skip
# what a script within a script may have
SMALL = {
    "sub": dict(zip("0123456789+−aeijkmnrtx", "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑᵢⱼₖₘₙᵣₜₓ", strict=True)),
    "sup": dict(zip("0123456789+−abcijkmnrtx", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃᵇᶜⁱʲᵏᵐⁿʳᵗˣ", strict=True)),
}
THIN, MEDIUM = "\u2009", "\u2005"
# no line ends at one, nor after a slash with one
JOINER = "\u2060"
SLASH = f"/{JOINER}"
_TOKEN = re.compile(r"\\([A-Za-z]+|.)\s*|\s+|(.)", re.DOTALL)


_SCRIPTS = r"((?:(?!</?su[bp]>).)*)"
_NESTED = re.compile(rf"(<su[bp]>{_SCRIPTS})<(su[bp])>{_SCRIPTS}</\3>")
# one letter, which may have accents
_LETTER = re.compile(rf"(<[ib]>)?(\w[{''.join(ACCENTS.values())}]*)(</[ib]>)?")
_TABLES = ((SIGNS, "word"), (LARGE, "large"), (RELATIONS, "relation"), (BINARIES, "binary"))


class NotTypeset(ValueError):
    """A formula or text that cannot be typeset; the message is one line."""


@dataclass(frozen=True)
class _Piece:
    """``html``; kind: "word", "open" (a sign may follow), "large" (with space at its right),
    "function", "binary", "relation" or "fraction".
    """

    html: str
    kind: str = "word"
    below: str = ""


def inline(formula: str) -> str:
    """Return a formula within a line, as rich text.  Raises NotTypeset."""
    return f'<span class="formula">{_joined(_FormulaReader(formula).whole())}</span>'


def display(formula: str) -> str:
    """Return a displayed formula.  Raises NotTypeset."""
    cells: list[str] = []
    run: list[_Piece] = []
    for piece in _FormulaReader(formula).whole():
        if piece.kind != "fraction":
            run.append(piece)
            continue
        cells += [_joined(run), _bar(piece)]
        run = []
    row = "".join(
        f'<td class="formula" valign="middle">{one_level(cell)}</td>'
        for cell in [*cells, _joined(run)]
        if cell
    )
    return f'<table class="display" align="center" cellspacing="0"><tr>{row}</tr></table>'


def one_level(html: str) -> str:
    """Return a formula in which a script within a script is of letters that are small by themselves,
    since rich text has one level of scripts.  Raises NotTypeset for other letters.
    """
    while found := _NESTED.search(html):
        letters, small = re.sub("<[^>]*>", "", found[4]), SMALL[found[3]]
        if missing := [letter for letter in letters if letter not in small]:
            raise NotTypeset(f"a script within a script cannot have {missing[0]}")
        short = "".join(small[letter] for letter in letters)
        html = f"{html[: found.start()]}{found[1]}{short}{html[found.end() :]}"
    return html


def _bar(piece: _Piece) -> str:
    return (
        f'<table cellspacing="0" cellpadding="1"><tr><td align="center">{piece.html}</td></tr>'
        f'<tr><td align="center" class="below">{piece.below}</td></tr></table>'
    )


def _joined(pieces: list[_Piece]) -> str:
    """Join pieces, with space around relations and binary operators."""
    parts: list[str] = []
    before = "open"
    for piece in pieces:
        if piece.kind == "relation":
            parts.append(f"{MEDIUM}{piece.html}{MEDIUM}")
        elif piece.kind == "binary" and before in ("word", "fraction"):
            parts.append(f"{THIN}{piece.html}{THIN}")
        elif before == "large" or (piece.kind in ("function", "large") and before == "word"):
            parts.append(f"{THIN}{JOINER}{_flat(piece)}")
        else:
            parts.append(_flat(piece))
        before = piece.kind
    return "".join(parts)


def _flat(piece: _Piece) -> str:
    """Return a piece within a line."""
    if piece.kind != "fraction":
        return piece.html
    top, below = piece.html, piece.below
    if (top, below) in VULGAR:
        return VULGAR[top, below]
    return f"{_guarded(top)}{SLASH}{_guarded(below)}"


def _in_one_line(html: str) -> str:
    """Return a piece within which no line ends."""
    return html.replace(THIN, THIN + JOINER).replace(MEDIUM, MEDIUM + JOINER)


def _guarded(html: str) -> str:
    """Put a piece in parentheses if it is composite."""
    compound = THIN in html or MEDIUM in html
    return f"({html})" if compound else html


class _FormulaReader:
    """Reads one formula from left to right."""

    def __init__(self, text: str) -> None:
        if len(text) > MOST_CHARACTERS:
            raise NotTypeset(f"a formula has at most {MOST_CHARACTERS} characters")
        self._text = text
        self._tokens = [match.group() for match in _TOKEN.finditer(text) if match.group().strip()]
        self._at = 0
        self._depth = 0

    def whole(self) -> list[_Piece]:
        """Return the pieces of the whole formula.  Raises NotTypeset for an extra brace."""
        pieces = self._sequence()
        if self._at < len(self._tokens):
            raise self._wrong("one } too many")
        return pieces

    def _wrong(self, words: str) -> NotTypeset:
        return NotTypeset(f"{words} in the formula ${self._text[:80]}$")

    def _peek(self) -> str:
        return self._tokens[self._at].strip() if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _sequence(self) -> list[_Piece]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._wrong(f"more than {DEEPEST} levels")
        pieces: list[_Piece] = []
        while self._peek() not in ("", "}"):
            pieces.append(self._scripted())
        self._depth -= 1
        return pieces

    def _scripted(self) -> _Piece:
        """Return an atom with its sub- and superscripts."""
        if self._peek() in ("^", "_"):
            raise self._wrong(f"{self._peek()} has nothing before it")
        piece = self._atom()
        scripts = ""
        while (mark := self._peek()) in ("^", "_", "'"):
            self._next()
            if mark == "'":
                scripts += "′"
                continue
            tag = "sup" if mark == "^" else "sub"
            scripts += f"<{tag}>{self._argument()}</{tag}>"
        if not scripts:
            return piece
        base = _guarded(_flat(piece)) if piece.kind == "fraction" else piece.html
        return _Piece(base + scripts, "word" if piece.kind == "fraction" else piece.kind)

    def _argument(self) -> str:
        """Read the argument of a script or a command: a group, or one atom."""
        if self._peek() in ("", "}"):
            raise self._wrong("the formula is incomplete")
        return _joined([self._atom()])

    def _atom(self) -> _Piece:
        token = self._next()
        if token == "{":
            inner = _joined(self._sequence())
            if self._next() != "}":
                raise self._wrong("a } is missing")
            return _Piece(inner)
        if token.startswith("\\"):
            return self._command(token[1:].strip() or " ")
        return _character(token)

    def _command(self, name: str) -> _Piece:
        for table, kind in _TABLES:
            if name in table:
                return _Piece(table[name], kind)
        if name in LETTERS:
            return _Piece(f"<i>{LETTERS[name]}</i>")
        if name in SPACES:
            return _Piece(SPACES[name])
        if name in FUNCTIONS:
            return _Piece(
                name if self._peek() in ("(", "^", "_", "", "}") else f"{name}{THIN}{JOINER}",
                "function",
            )
        if name in ("left", "right"):
            return _character(self._next())
        return self._applied(name)

    def _applied(self, name: str) -> _Piece:
        """Return a command with arguments."""
        if name in ("frac", "tfrac", "dfrac"):
            return _Piece(self._argument(), "fraction", self._argument())
        if name == "sqrt":
            return _Piece(f'√<span class="root">{_in_one_line(self._argument())}</span>')
        if name in ACCENTS:
            return self._accented(name)
        if name in UPRIGHT:
            return _Piece(self._upright(bold=name.endswith("bf")))
        if name == "mathbb" and (letter := re.sub("<[^>]*>", "", self._argument())) in DOUBLED:
            return _Piece(DOUBLED[letter])
        raise self._wrong(f"\\{name} is not known")

    def _accented(self, name: str) -> _Piece:
        """Return a letter with an accent over it."""
        found = _LETTER.fullmatch(self._argument())
        if found is None:
            raise self._wrong(f"\\{name} stands over one letter")
        opening, letter, closing = found.groups("")
        return _Piece(f"{opening}{letter}{ACCENTS[name]}{closing}")

    def _upright(self, bold: bool) -> str:
        letters = re.sub("</?i>", "", self._argument())
        return f"<b>{letters}</b>" if bold else letters


def _character(token: str) -> _Piece:
    """Return one character that stands for itself."""
    if token == "-":
        return _Piece("−", "binary")
    if token in "+·×±":
        return _Piece(token, "binary")
    if token in "=<>≤≥≈≠→∈∝":
        return _Piece(escape(token), "relation")
    if token == "/":
        return _Piece(SLASH)
    if token in "([":
        return _Piece(token, "open")
    if token == "|":
        return _Piece(f"|{JOINER}", "open")
    if token in ",;":
        return _Piece(f"{token}{THIN}", "open")
    upright = not token.isalpha() or token in "ΓΔΘΛΞΠΣΦΨΩ"
    return _Piece(escape(token) if upright else f"<i>{escape(token)}</i>")
