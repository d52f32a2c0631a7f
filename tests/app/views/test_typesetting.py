"""Notes as letters: formulas in italics, with sub- and superscripts, in every renderer."""

from __future__ import annotations

import pytest

from app.export.sheet import runs
from app.export.tikz import tex
from app.views.canvas import typeface
from app.views.canvas.display_list import Label
from app.views.text.formulas import NotTypeset
from app.views.text.mathematics import scripted
from app.views.text.typesetting import is_symbol, line, line_or_text, spoken

INK = (0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("text", "letters", "written"),
    [
        ("mean μ", "mean 𝜇", r"mean $\mu $"),
        (r"$K = -\frac12$ here", "𝐾\u2005=\u2005−½ here", r"$K$\ =\ $-\frac12 $ here"),
        (r"3 \$", "3 $", r"3 \$"),
        (r"$\sqrt{2\alpha}$", "√(2𝛼)", r"$\surd $(2$\alpha $)"),
        (r"$\hat\theta_n$", "𝜃\u0302\U000fe05b", r"$\hat{\theta}_{n}$"),
        (
            r"$\ddot x, \vec{\mathrm{v}}$",
            "𝑥\u0308,\u2009v\u20d7",
            r"$\ddot{x}$,\,$\vec{\mathrm{v}}$",
        ),
        (r"$e^{\bar\eta}$", "𝑒\U0010e302\U00100304", r"$e^{\bar{\eta}}$"),
    ],
)
def test_words_and_formulas_are_one_line_of_letters(text, letters, written):
    assert line(text) == letters
    assert tex(line(text)) == written


def test_any_letter_can_be_a_script():
    made = line(r"$x_{\mathrm{max}}^{2\beta}$")
    kinds = [scripted(char) for char in made[1:]]
    assert kinds == [*(("sub", c) for c in "max"), ("super", "2"), ("super", "𝛽")]
    assert tex(made) == r"$x_{\mathrm{m}\mathrm{a}\mathrm{x}}^{2\beta }$"
    assert all(map(is_symbol, made)) and not is_symbol("x")
    found = runs(Label(made, (0.0, 0.0), 10.0, INK))[0]
    assert [(run.text, run.italic) for run in found] == [
        ("x", True), ("max", False), ("2", False), ("β", True),
    ]  # fmt: skip
    assert [run.size for run in found] == pytest.approx([10.0, 6.8, 6.8, 6.8])
    assert found[1].shift > 0.0 > found[2].shift == found[3].shift
    # the canvas measures the same letters
    width = sum(run.size for run in found)
    assert 0.0 < typeface.width(made, 10.0) < width
    assert typeface.writable(made) == made


@pytest.mark.parametrize(
    ("formula", "written", "sizes"),
    [
        ("e^{-x^2}", "$e^{-x^{2}}$", (10.0, 6.8, 6.8, 6.8)),
        ("g_{i_1}", "$g_{i_{1}}$", (10.0, 6.8, 4.624)),
        ("x^{a_n}", "$x^{a_{\\mathrm{n}}}$", (10.0, 6.8, 4.624)),
    ],
)
def test_a_script_may_hold_a_script_that_unicode_has(formula, written, sizes):
    made = line(f"${formula}$")
    assert tex(made) == written
    assert typeface.writable(made) == made
    found = [run.size for run in runs(Label(made, (0.0, 0.0), 10.0, INK))[0] for _ in run.text]
    assert found == pytest.approx(sizes)


@pytest.mark.parametrize(
    ("formula", "words"),
    [(r"x^{y^\beta_\omega}", "_ within a script cannot set ω"),
     (r"\hat{ab}", r"\\hat stands over one letter"), (r"\bar{x_i}", r"\\bar stands over one letter"),
     (r"x^{a^{b^2}}", r"\^ within a script cannot set")],
)  # fmt: skip
def test_a_refusal_names_the_command(formula, words):
    with pytest.raises(NotTypeset, match=words):
        line(f"${formula}$")


@pytest.mark.parametrize("text", ["$x", "$\\foo$", "a $x_$", r"$\hat{xy}$"])
def test_what_cannot_be_set_is_refused_in_a_note_and_shown_as_it_is_in_a_file(text):
    with pytest.raises(NotTypeset):
        line(text)
    assert line_or_text(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [("a $g_{ij}$", "a g_ij"), (r"$e^{-x^2}$", "e^(−x²)"), (r"$\sigma^2 = \frac12$", "σ^2 = ½"),
     (r"$e^{\hat p}$", "e^(p hat)"), (r"mean $\mu_1$ at 5 \$", "mean μ_1 at 5 $"), ("$x", "$x")],
)  # fmt: skip
def test_a_formula_is_told_in_plain_characters(text, told):
    assert spoken(text) == told
