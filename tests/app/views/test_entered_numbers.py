"""Numbers and points as people enter them: read, refused, and written back."""

from __future__ import annotations

import math
import random

import pytest

from app.views.text.entered_numbers import number, point, written, written_point
from tests.claims import each


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        (" -1.5 ", -1.5),
        ("−2", -2.0),
        ("1e-3", 1e-3),
        ("sqrt(2)", math.sqrt(2.0)),
        ("-pi/3", -math.pi / 3),
        ("2^-2 + log(e)", 1.25),
    ],
)
def test_terms_of_numbers_are_numbers(text, value):
    assert number(text, "x") == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "got ''"),
        ("sqrt(2", "this ( has no matching )"),
        ("1,5", "write decimals as digits with a point"),
        ("1/0", "divides by zero"),
        ("μ", "μ is not known"),
        ("1e400", "numbers must lie between"),
        ("__import__('os')", "is not known"),
    ],
)
def test_what_is_no_number_is_named_with_what_was_expected(text, why):
    with pytest.raises(ValueError) as refused:
        number(text, "σ of A")
    words = str(refused.value)
    assert words.startswith("σ of A must be a number such as 0.5, sqrt(2) or pi/3, got ")
    assert why in words and "\n" not in words


@pytest.mark.parametrize(
    "text",
    [
        *("0.5, 1", "(0.5; 1)", "0.5\t1", "[0.5, 1]", "A = (0.5, 1)", "0.5 1", "0.5\n1\n"),
        *("{0.5,1}", "[[0.5, 1]]", "(1/2, sqrt(1))", "(0,5; 1)", "0,5\t1,0", "(1)/(2), (1)"),
    ],
)
def test_a_point_is_read_as_it_is_copied_elsewhere(text):
    assert point(text, "A") == (0.5, 1.0)


@pytest.mark.parametrize("text", ["", "1", "1, 2, 3", "(1, 2", "0,5, 1", "one, two"])
def test_what_is_no_point_is_refused_in_one_line(text):
    with pytest.raises(ValueError, match=r"^A must be (a number|two numbers) such as .* got "):
        point(text, "A")


def test_what_is_written_is_read_again_to_the_last_digit():
    draw = random.Random(7)
    values = [draw.uniform(-1, 1) * 10.0 ** draw.randint(-12, 12) for _ in range(200)]
    assert each(number(written(value), "x") == value for value in values)
    assert point(written_point((values[0], values[1])), "x") == (values[0], values[1])
    assert written_point((0.0, -1.0)) == "(0, -1)"
    assert written(-0.0) == "0"
