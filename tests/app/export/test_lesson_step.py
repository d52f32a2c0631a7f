"""The sentences at steps of the bundled lessons about what their page lacks."""

import re

import pytest

from app.export.lesson_step import absent
from app.model.lessons import catalogue
from app.model.panel_titles import ATLAS, IN_LESSONS


@pytest.mark.parametrize(
    "lesson, number, lacks",
    [
        ("straight-line", 1, ""),  # the playhead
        ("straight-line", 2, ""),  # pins
        ("straight-line", 3, "the measure “KL(A‖B)”"),
        ("hyperbolic", 1, "another map"),
        ("hyperbolic", 3, "another chart"),
        ("hyperbolic", 5, "other layers, the measure “Conjugate points on”"),
        ("hyperbolic", 6, "another family"),
        ("three-keys", 6, "other layers, a loop drawn by hand, the measure “Turn on the loop”"),
        ("alpha-geodesics", 6, ""),  # α
    ],
)
def test_a_task_that_the_page_cannot_do_says_why(lesson, number, lacks):
    step = catalogue.load(lesson).steps[number - 1]
    said = [f"The task is for the program: the page does not have {lacks}."] if lacks else []
    assert absent(step, ["Remark."]) == ["Remark.", *said]


def test_a_panel_that_the_page_lacks_is_named():
    step = catalogue.load("heads").steps[-1]
    assert step.panel == ATLAS and ATLAS in IN_LESSONS
    assert absent(step, [])[0] == "The panel Atlas is not on the page."


def test_every_change_of_a_bundled_task_has_a_name():
    steps = [step for name in catalogue.titles() for step in catalogue.load(name).steps]
    said = " ".join(words for step in steps for words in absent(step, []))
    assert len(steps) > 70
    # a field without a name stands in quotation marks, as measures do
    assert re.findall("(?<!measure )“.*?”", said) == []
