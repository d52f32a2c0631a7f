"""Makes what the pages show: pictures by the commands printed beside them, tables, the notebook, and
the reference table (`docs.reference`).

A picture of a page is the output of a command of that page, so that neither can be there without the
other.  Tables stand between ``<!-- made: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
NOTEBOOK = HERE / "names.ipynb"
WINDOW = HERE.parent / "assets" / "pictures" / "window.png"
_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> dict[str, str]:
    """Return the text of every page by its name."""
    return {path.name: path.read_text("utf-8") for path in sorted(HERE.glob("*.md"))}


def commands(page: str) -> Iterator[list[str]]:
    """Yield the arguments of every command of the program that a page quotes."""
    for block in _FENCE.findall(page):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("attention-geodesics "):
                yield shlex.split(line)[1:]


def made(arguments: Sequence[str]) -> str:
    """Return the picture that a command of a page writes, or ""."""
    return next((word for word in arguments if word.startswith("pictures/")), "")


def draw(wanted: Sequence[str]) -> None:
    """Run the commands of all pages that make pictures, or those of the ``wanted`` names."""
    for page in pages().values():
        for arguments in filter(made, commands(page)):
            if not wanted or Path(made(arguments)).stem in wanted:
                subprocess.run([sys.executable, "-m", "app", *arguments], cwd=HERE, check=True)


def picture_examples() -> None:
    """Draw the small pictures of the gallery of examples, with few colours, of which small areas such
    as pins and curves keep theirs.
    """
    from PIL import Image

    from app.model.examples import examples

    for example in examples():
        file = HERE.parent / "assets" / "scenes" / f"{example.name}.png"
        command = ["render", example.name, "-o", str(file), "--size", "480x330"]
        subprocess.run([sys.executable, "-m", "app", *command], cwd=HERE.parent, check=True)
        with Image.open(file) as drawn:
            small = drawn.convert("RGB").resize((240, 165), Image.Resampling.LANCZOS)
        few = small.quantize(256, method=Image.Quantize.FASTOCTREE)
        few.save(file, optimize=True)


# --- tables ------------------------------------------------------------------------------------
def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '∣') for cell in row)} |\n" for row in lines)


def keys() -> str:
    """Return the commands that have a key, as the command table says."""
    from app.controller.command_table import COMMANDS

    return table(
        ("Key", "Command", "What it does"),
        [(c.shortcut, f"{c.menu} › {c.text.rstrip('…')}", c.hint) for c in COMMANDS if c.shortcut],
    )


def gestures() -> str:
    """Return the table of gestures on the canvas."""
    from app.controller.gesture_table import GESTURES

    return table(("Gesture", "What it does"), GESTURES)


def subcommands() -> str:
    """Return the command line, as its parser says."""
    from app.cli.parser import parser

    listed: Any = next(a for a in parser()._actions if a.dest == "COMMAND" or a.choices)
    words = {action.dest: action.help for action in listed._choices_actions}
    return table(
        ("Command", "What it does"), [(f"`{n}`", words.get(n, "")) for n in listed.choices]
    )


def families() -> str:
    """Return the families, as they describe themselves."""
    from compute.families import families as registry

    return table(
        ("Name", "Family", "Coordinates", "Curvature K", "Closed forms"),
        [
            (
                f"`{f.name}`",
                f.title,
                ", ".join(f.coordinates),
                f.curvature,
                ", ".join(f.closed_forms),
            )
            for f in registry().values()
        ],
    )


def scenes() -> str:
    """Return the scenes that come with the program."""
    from app.model import scene_file

    return table(
        ("Name", "Title"), [(f"`{n}`", scene_file.load(n).title) for n in scene_file.names()]
    )


TABLES: dict[str, Callable[[], str]] = {
    make.__name__: make for make in (keys, gestures, subcommands, families, scenes)
}


def filled(page: str) -> str:
    """Return a page with its tables as they are now."""
    return _TABLE.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}", page)


# --- the notebook ------------------------------------------------------------------------------
def executed(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook with the output of its cells, run in order in a namespace of their own."""
    space: dict[str, Any] = {}
    for number, cell in enumerate(c for c in notebook["cells"] if c["cell_type"] == "code"):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec("".join(cell["source"]), space)
        cell["execution_count"] = number + 1
        text = said.getvalue().splitlines(keepends=True)
        cell["outputs"] = (
            [{"output_type": "stream", "name": "stdout", "text": text}] if text else []
        )
    return notebook


def main(wanted: Sequence[str]) -> None:
    """Make everything, or the pictures of these names alone; "tables": all but pictures.

    "window" is the one of the README; "examples": those of the gallery in the window; "table": the
    reference table, of all families or of those named after it.
    """
    if not wanted or wanted[0] == "table":
        from docs.reference import page

        page.write(wanted[1:])
        if wanted:
            return
    if not wanted or "tables" in wanted:
        for name, page in pages().items():
            (HERE / name).write_text(filled(page), "utf-8")
        notebook = executed(json.loads(NOTEBOOK.read_text("utf-8")))
        NOTEBOOK.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if not wanted or "window" in wanted:
        subprocess.run([sys.executable, HERE / "window.py", WINDOW], cwd=HERE.parent, check=True)
    if not wanted or "examples" in wanted:
        picture_examples()
    if list(wanted) not in (["tables"], ["examples"]):
        draw(wanted)


if __name__ == "__main__":
    main(sys.argv[1:])
