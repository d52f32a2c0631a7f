"""Each lesson as a page that one can drag, with its text below for readers and for the search."""

from __future__ import annotations

import hashlib
from pathlib import Path

from docs.site.gather import ROOT

INDEX = """# Lessons to drag

Short tours with tasks. Each is a page on which A and B can be dragged, in a browser with WebGPU; the
browser computes every geodesic itself. In the program, the menu *Lessons* has them with everything else
that the window offers, and checks the tasks. Writing one needs [no Python](../lessons.md).

"""
# what the exported pages are made from
SOURCES = ("app", "compute", "shaders", "assets")


def digest() -> str:
    """Return a digest of all files that the pages are made from."""
    made = hashlib.sha256()
    for path in sorted(path for folder in SOURCES for path in (ROOT / folder).rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            made.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return made.hexdigest()


def export(folder: Path) -> None:
    """Write the page of every lesson that comes with the program, unless those in the folder are of the
    same sources.
    """
    from app.export import web_page
    from app.model.lessons import catalogue, listing
    from compute import open_engine

    stamp, now = folder.with_suffix(".sha256"), digest()
    if stamp.exists() and stamp.read_text() == now:
        return
    folder.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    engine = open_engine()
    for name in listing.bundled():
        lesson = catalogue.load(name)
        parts = web_page.of_lesson(lesson, engine, lambda remark: None)
        web_page.write(folder / f"{name}.html", lesson.title, parts)
    stamp.write_text(now)


def write(target: Path) -> None:
    """Write the list of lessons, and the page of each."""
    from app.model.lessons import catalogue, listing

    target.mkdir(parents=True, exist_ok=True)
    lessons = [catalogue.load(name) for name in listing.bundled()]
    rows = "".join(
        f"- [{lesson.title}]({lesson.name}.md): {lesson.summary}\n" for lesson in lessons
    )
    names = "".join(f"{lesson.name}\n" for lesson in lessons)
    (target / "index.md").write_text(
        f"{INDEX}{rows}\n```{{toctree}}\n:hidden:\n\n{names}```\n",
        "utf-8",
    )
    for lesson in lessons:
        steps = "".join(
            f"## {step.title}\n\n{step.text}\n\n"
            + (f"> **Task.** {step.task}\n\n" if step.task else "")
            for step in lesson.steps
        )
        (target / f"{lesson.name}.md").write_text(
            f"# {lesson.title}\n\n{lesson.summary}\n\n"
            f'<p><a href="../pages/{lesson.name}.html">The page alone</a>. In the program: '
            f"<code>attention-geodesics {lesson.name}</code></p>\n\n"
            f'<iframe class="lesson-page" src="../pages/{lesson.name}.html" loading="lazy" '
            f'title="The lesson as a page that one can drag"></iframe>\n\n{steps}',
            "utf-8",
        )
