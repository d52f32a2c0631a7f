"""Incomplete installations: the package that is missing or cannot be loaded, in one line."""

from __future__ import annotations

from importlib.util import find_spec

# what the window imports, much of it only when it is first shown, with what that needs in turn
NEEDED = (
    "PIL", "PySide6", "attrs", "cffi", "cmap", "colorama", "defusedxml", "fontTools", "fpdf",
    "freetype", "hsluv", "jsonschema", "jsonschema_specifications", "kiwisolver", "mpmath", "numpy",
    "packaging", "pyqtgraph", "qtawesome", "qtpy", "referencing", "rendercanvas", "rpds", "scipy",
    "shiboken6", "sympy", "vispy", "wgpu",
)  # fmt: skip
OWN = frozenset({"app", "assets", "compute", "shaders"})
REMEDY = (
    "install the program's wheel again (pip install --force-reinstall and its file), "
    "or run ./setup.sh in a checkout"
)


def check() -> None:
    """Raise ModuleNotFoundError if a package that the window needs is not installed."""
    for name in NEEDED:
        if find_spec(name) is None:
            raise ModuleNotFoundError(f"No module named {name}", name=name)


def missing(problem: ImportError) -> str:
    """Return what is missing and the remedy, or "" if the import of a module of the program failed
    for another reason, which is an error of the program.
    """
    while isinstance(problem.__cause__, ImportError):  # NumPy wraps it in pages of advice
        problem = problem.__cause__
    package = (problem.name or "").partition(".")[0]
    absent = isinstance(problem, ModuleNotFoundError)
    if package in OWN and not absent:
        return ""
    if absent:
        return f"the installation is incomplete: {problem.name} is missing; {REMEDY}"
    return f"{package or 'a package'} cannot be loaded: {' '.join(str(problem).split())}"
