"""Between classes of app: private names stay private, and every shared value has a type."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app"
PARTNERS = {"window", "canvas", "settings", "controller", "program", "runner", "store"}


@pytest.fixture(scope="module")
def nodes() -> list[tuple[str, ast.AST]]:
    files = [path for path in APP.rglob("*.py") if path != APP / "bench" / "flow.py"]
    return [
        (place, node)
        for place, text in ((str(path.relative_to(APP)), path.read_text("utf-8")) for path in files)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute | ast.Assign | ast.AnnAssign | ast.arg)
    ]


def is_own(holder: ast.expr) -> bool:
    """Whether an attribute belongs to self, super() or the module os."""
    named = holder.func if isinstance(holder, ast.Call) else holder
    return isinstance(named, ast.Name) and named.id in ("self", "super", "os")


def attributes_set(node: ast.AST) -> Iterator[ast.Attribute]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (part for part in ast.walk(target) if isinstance(part, ast.Attribute))


def test_no_class_reaches_for_what_is_private_to_another(nodes):
    reached = [
        (place, node.lineno)
        for place, node in nodes
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and not is_own(node.value)
    ]
    assert reached == []


def test_no_function_is_put_into_another_object(nodes):
    hooks = {
        node.target.attr
        for _, node in nodes
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Attribute)
        and ast.unparse(node.annotation).startswith("Callable")
    }
    assert hooks
    put = [
        (place, node.lineno)
        for place, node in nodes
        for target in attributes_set(node)
        if target.attr in hooks and not is_own(target.value)
    ]
    assert put == []


def test_partners_have_a_type(nodes):
    untyped = [
        (place, node.lineno)
        for place, node in nodes
        if isinstance(node, ast.arg)
        and node.arg in PARTNERS
        and (node.annotation is None or "Any" in ast.unparse(node.annotation))
    ]
    assert untyped == []


def test_a_window_starts_without_what_only_exports_need():
    """A library that is loaded at the start delays every window by its own time."""
    code = (
        "import pkgutil, sys, app.desktop, app.main, app.controller.controller\n"
        "import app.views.qt.panels.registry, app.views.qt.window.window\n"
        "for found in pkgutil.iter_modules(app.desktop.__path__, 'app.desktop.'):\n"
        "    __import__(found.name)\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "app.desktop.documents" in loaded
    slow = {"fpdf", "av", "pyqtgraph", "scipy.stats", "scipy.cluster", "torch", "matplotlib"}
    slow |= {"scipy.integrate", "scipy.optimize"}
    slow |= {"app.views.qt.panels.console_panel", "rlcompleter", "codeop"}
    assert not loaded & slow
