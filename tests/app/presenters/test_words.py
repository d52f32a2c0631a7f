"""Words of panels: explanations of measures, the list of families, formulas on several lines."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from app.jobs import studies, verification
from app.jobs.studies import dual_paths
from app.presenters import measures
from app.presenters.scene_panels import GROUPS, OWN, in_groups
from app.views.interface.choices import SEPARATOR
from app.views.qt.dialogs.sheet import section_of
from app.views.text.mathematics import (
    JOINER,
    NO_BREAK,
    as_html,
    unbroken,
    with_short_numbers,
)
from compute.families import families

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "mathematics.md").read_text("utf-8")
SECTIONS = {section_of(line.lstrip("# ")) for line in PAGE.splitlines() if line.startswith("#")}


def test_every_section_that_a_measure_names_is_on_the_page():
    named = {
        *(kind.section for kind in studies.kinds()), dual_paths.OTHER, verification.SECTION,
        measures.CONVENTIONS, measures.GEODESICS, measures.CERTIFICATE, measures.DISTANCES,
        measures.OTHER, measures.TRANSPORT, measures.CONJUGATE,
    }  # fmt: skip
    assert "distances-and-divergences" in named and named <= SECTIONS


def test_every_measure_names_a_section():
    calls = [
        (path.name, node)
        for path in sorted((ROOT / "app").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Measure"
    ]
    # measures of a study without one have the study's
    without = {
        name for name, call in calls if "section" not in {word.arg for word in call.keywords}
    }
    with_study = {f"{kind.layer()}.py" for kind in studies.kinds()}
    # the page says nothing of what a package measures
    assert len(calls) > 20 and without <= with_study | {"of_package.py"}


def test_the_page_of_the_window_is_that_of_the_documentation():
    assert (ROOT / "assets" / "mathematics.md").read_text("utf-8") == PAGE


def test_families_are_listed_in_groups_and_the_own_one_last():
    titles = {family.name: family.title for family in families().values()} | {"x": "Xylophones"}
    listed = in_groups(titles)
    assert {choice.value for choice in listed} - {""} == set(titles)
    assert [choice.value for choice in listed[:3]] == ["attention", "", "gaussian"]
    assert [choice.value for choice in listed[-4:]] == ["", "x", "", OWN]
    assert listed.count(SEPARATOR) == len(GROUPS) + 1
    assert in_groups({"gamma": "Gamma", "custom": "Own"})[1] == SEPARATOR


@pytest.mark.parametrize("family", families().values(), ids=lambda family: family.name)
def test_lines_of_a_line_element_do_not_end_within_a_product(family):
    for formula in family.line_element.split(",  "):
        shown = unbroken(formula, 28)
        assert shown.replace(NO_BREAK, " ").replace(JOINER, "") == formula
        assert "′(" not in shown, "a line ends between a function and its bracket"
        first, *lines = shown.split(" ") if len(formula) > 28 else [shown]
        assert " " not in first and all(line[0] in "+−/" for line in lines)
        # brackets that are short stay whole
        assert not any("(ν" in line and "3)" not in line for line in lines)


def test_no_line_ends_after_the_sign_of_a_factor():
    assert unbroken("exp(-a/2)") == f"exp(−a/{JOINER}2)"


def test_long_decimals_are_shortened_in_a_formula():
    assert with_short_numbers("0.8660254037844386*b + 0.25*a2") == "0.866*b + 0.25*a2"


def test_a_quotient_by_a_product_has_brackets():
    named = {family.name: family.line_element for family in families().values()}
    assert named["student_t"].endswith("/ ((ν + 3)σ²)")
    assert named["cauchy"].endswith("/ (2σ²)")


def test_labels_of_the_window_have_their_symbols_in_italics():
    shown = as_html("ds² = k dλ²/λ²\nK < 0 & so on")
    assert shown == "d<i>s</i>² = <i>k</i> d<i>λ</i>²/<i>λ</i>²<br><i>K</i> &lt; 0 &amp; so on"
