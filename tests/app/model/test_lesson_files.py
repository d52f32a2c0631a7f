"""Lessons that teachers write: messages about their mistakes, with the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.model.lessons import catalogue
from app.model.lessons.lesson import NotALesson, parse
from app.parts.proofreading import Proofreader
from app.views.text.markdown import NotTypeset, page

TEXT = """# A lesson

## A step

Words of the first paragraph.

More words.

```scene
family: gaussian
A: (0, 1)
B: (1, 1)
map: entropy
colours: magma
```

```do
Do it.

And this.

check: layer spray on
answer: layers: +spray
```
"""


def read(text: str = TEXT):
    return parse(text, "mine.md", Path())


def test_it_is_right(reference_engine):
    assert Proofreader(reference_engine).problems(read()) == []


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("map: entropy", "map: foo", 13, "map: expected one of entropy"),
        ("colours: magma", "colours: mud", 14, "colours: colormap must be one of"),
        ("B: (1, 1)", "B: (1, -1)", 12, "B: a pin must lie in"),
        ("## A step", "## A step of $5", 3, "a title is plain text without formulas"),
        ("# A lesson", "# A $lesson$", 1, "a title is plain text without formulas"),
        ("# A lesson", "# " + "A" * 301, 1, "a title has at most 300 characters"),
        ("And this.", "this, " * 2000, 18, "a step's text has at most 8000 characters"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_line_of_its_key(before, after, line, words):
    with pytest.raises(NotALesson) as told:
        read(TEXT.replace(before, after))
    assert str(told.value).startswith(f"mine.md:{line}: {words}")


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("More words.", "It costs $5.", 7, "a dollar sign as \\$"),
        ("More words.", "$\\foo$", 7, "foo"),
        ("And this.", "![cat](cat.png)", 20, "cannot contain a picture"),
        ("And this.", "### Sub", 20, "cannot contain a heading below the level of a step"),
        ("More words.", "| a | b |", 7, "cannot contain a table"),
        ("More words.", "> said", 7, "cannot contain a block quotation"),
        ("More words.", "[x](http://x.org)", 7, "cannot contain a link to other than https://"),
    ],
)
def test_what_cannot_be_set_is_said_with_the_line_of_its_paragraph(
    before, after, line, words, reference_engine
):
    (told,) = Proofreader(reference_engine).problems(read(TEXT.replace(before, after)))
    assert told[0] == line and words in told[1]


def test_a_dollar_is_a_dollar():
    assert page(r"from \$5 to \$6, and $x$").startswith("<p>from $5 to $6, and <span")
    with pytest.raises(NotTypeset, match="a single \\$"):
        page("$5")
    assert page("`a | b` and $|x|$") and page("a - b > c")


def test_a_mark_of_byte_order_is_no_text_and_a_missing_file_has_no_lines(tmp_path):
    file = tmp_path / "bom.md"
    file.write_text("\ufeff" + TEXT, encoding="utf-8")
    assert catalogue.load(file).title == "A lesson"
    with pytest.raises(NotALesson, match=r"none\.md: no such file"):
        catalogue.load(tmp_path / "none.md")
