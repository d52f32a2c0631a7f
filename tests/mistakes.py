"""Mistakes that a hand might make in a module or a shader, drawn by a seed.

A comparison or an operator exchanged, a number changed, a condition turned round, a call or a keyword
left out, two arguments swapped.
"""

from __future__ import annotations

import ast
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT
from tests.reach import sources

COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
COMBINED: dict[type[ast.operator], str] = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.BitAnd: "|", ast.BitOr: "&",
}  # fmt: skip
# what may stand in for what in a shader
WGSL = {" + ": " - ", " - ": " + ", " * ": " / ", " < ": " <= ", " > ": " >= ", " && ": " || "}


@dataclass(frozen=True)
class Mistake:
    """Characters ``begin`` to ``end`` of a file become ``new``."""

    file: Path
    begin: int
    end: int
    new: str

    @property
    def line(self) -> int:
        """The line where it begins."""
        return (ROOT / self.file).read_text("utf-8").count("\n", 0, self.begin) + 1

    def described(self) -> str:
        """The place, what stood there and what stands there now."""
        text = (ROOT / self.file).read_text("utf-8")
        old = " ".join(text[self.begin : self.end].split())
        new = " ".join(self.new.split()) or "(removed)"
        return f"{self.file}:{self.line}: `{old[:80]}` → `{new[:80]}`"

    def plant(self, tree: Path) -> None:
        """Change the file of the copy."""
        text = (ROOT / self.file).read_text("utf-8")
        (tree / self.file).write_text(text[: self.begin] + self.new + text[self.end :], "utf-8")

    def remove(self, tree: Path) -> None:
        """Restore the file of the copy."""
        shutil.copyfile(ROOT / self.file, tree / self.file)


class _Places(ast.NodeVisitor):
    """Collects the mistakes that one module has room for, by their kind."""

    def __init__(self, file: Path, text: str) -> None:
        self._file, self._text = file, text
        lines = text.splitlines(keepends=True)
        self._lines, self._starts = lines, [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line))
        self.found: dict[str, list[Mistake]] = {}

    def _at(self, line: int, column: int) -> int:
        """The character at a line and a column of UTF-8 bytes."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def _span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        begin = self._at(node.lineno, node.col_offset)
        return begin, self._at(node.end_lineno, node.end_col_offset)

    def _add(self, kind: str, begin: int, end: int, new: str) -> None:
        self.found.setdefault(kind, []).append(Mistake(self._file, begin, end, new))

    def _between(self, kind: str, left: ast.expr, right: ast.expr, new: str) -> None:
        """Replace the operator between two operands, which may stand in parentheses."""
        begin, end = self._span(left)[1], self._span(right)[0]
        match = re.search(r"[^\s()#]+( (in|not)\b)?", self._text[begin:end])
        if match and "#" not in self._text[begin:end]:
            self._add(kind, begin + match.start(), begin + match.end(), new)

    def visit_Compare(self, node: ast.Compare) -> None:
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            self._between("comparison", left, right, COMPARED[type(operator)])
            left = right
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in COMBINED and not isinstance(node.left, ast.JoinedStr):
            self._between("operator", node.left, node.right, COMBINED[type(node.op)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = "or" if isinstance(node.op, ast.And) else "and"
        self._between("condition", node.values[0], node.values[1], other)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub):
            begin, _ = self._span(node)
            # a bracket that the operand stands in is closed behind it
            sign = "not " if isinstance(node.op, ast.Not) else "-"
            self._add("condition", begin, begin + len(sign), "")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        begin, end = self._span(node)
        if isinstance(node.value, bool):
            self._add("number", begin, end, str(not node.value))
        elif isinstance(node.value, int):
            self._add(
                "number", begin, end, str(node.value + 1 if node.value < 10 else 2 * node.value)
            )
        elif isinstance(node.value, float):
            self._add("number", begin, end, repr(1.5 * node.value or 0.5))

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self._add("call", *self._span(node), "pass")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            begin, end = self._span(keyword)
            after = re.match(r"\s*,\s*", self._text[end:])
            if keyword.arg and after:
                self._add("keyword", begin, end + after.end(), "")
        if len(node.args) == 2 and not any(isinstance(a, ast.Starred) for a in node.args):
            (a, b), (c, d) = map(self._span, node.args)
            swapped = self._text[c:d] + self._text[b:c] + self._text[a:b]
            if swapped != self._text[a:d]:
                self._add("arguments", a, d, swapped)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if not node.orelse and isinstance(node.body[-1], ast.Return | ast.Continue | ast.Raise):
            self._add("guard", *self._span(node.test), "False")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Its decorators say how a class behaves, where a mistake changes nothing."""
        for child in node.body:
            self.visit(child)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """An annotation is no place for a mistake that runs."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for child in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
            self.visit(child)


def mistakes(file: Path) -> dict[str, list[Mistake]]:
    """All mistakes that a module or a shader has room for, by their kind."""
    text = (ROOT / file).read_text("utf-8")
    if file.suffix == ".wgsl":
        code = re.sub(r"//.*", lambda match: " " * len(match[0]), text)
        found = (
            Mistake(file, at.start(), at.end(), new)
            for old, new in WGSL.items()
            for at in re.finditer(re.escape(old), code)
        )
        return {"shader": list(found)}
    places = _Places(file, text)
    places.visit(ast.parse(text))
    return places.found


def chosen(seed: int, count: int) -> Iterator[Mistake]:
    """Draw mistakes: a file by its size, a kind of mistake, and a place."""
    files = sorted(sources())
    sizes = [(ROOT / file).stat().st_size for file in files]
    draw = random.Random(seed)
    while count:
        found = mistakes(draw.choices(files, sizes)[0])
        if kinds := sorted(kind for kind, places in found.items() if places):
            yield draw.choice(found[draw.choice(kinds)])
            count -= 1
