"""Results that show themselves in a notebook: pictures, lines and formulas, each with its status."""

import re
from importlib.metadata import EntryPoint, entry_points

import numpy as np
import pytest
from defusedxml import ElementTree

import compute
from app.export import result_picture
from app.model import scene_file
from compute.core import packages, pictured
from compute.core.pictured import latex
from compute.core.status import Status

GAUSSIAN = compute.family("gaussian")


@pytest.fixture(autouse=True)
def drawn(monkeypatch):
    monkeypatch.setattr(pictured, "painters", lambda: (result_picture.picture,))


def shown(thing, kind):
    """The representation of a result that a notebook asks for."""
    return getattr(thing, f"_repr_{kind}_")()


def flow():
    field = np.random.default_rng(1).normal(size=(12, 12, 2))
    return compute.AttentionFlow(GAUSSIAN, 12).evolve(field, 0.05)


THINGS = {
    "manifold": lambda: GAUSSIAN,
    "head of one's own": lambda: compute.attention_manifold(np.eye(4, 3)),
    "path": lambda: compute.AttentionGeodesic(GAUSSIAN).compute_path((-1, 0.5), (2, 1)),
    "points": lambda: compute.Points(GAUSSIAN, [[0, 1], [1, 2]], ["left", "right"]),
    "fits": lambda: compute.fit({"x": [1.0, 2.0, 4.0], "y": [2.0, 2.0, 2.0]}, "gamma"),
    "flow": flow,
    "scene": lambda: scene_file.load("gaussian"),
}


@pytest.mark.parametrize("name", THINGS)
def test_a_result_has_a_picture_and_lines(name):
    thing = THINGS[name]()
    picture = ElementTree.fromstring(shown(thing, "svg"))
    assert picture.tag.endswith("svg") and len(picture) > 3
    assert shown(thing, "html").startswith("<div><img")


def test_numbers_stand_with_their_status():
    path = compute.AttentionGeodesic(GAUSSIAN).compute_path((-1, 0.5), (2, 1))
    html = shown(path, "html")
    assert f"{path.length:.10g}" in html and Status.OK.words in html
    assert shown(path, "latex") == rf"$\displaystyle L = {path.length:.10g}\quad\text{{(OK)}}$"
    fits = compute.fit({"x": [1.0, 2.0, 4.0], "y": [2.0, 2.0, 2.0]}, "gamma")
    assert Status.LEFT_DOMAIN.words in shown(fits, "html")


def test_a_path_that_is_no_geodesic_is_dashed():
    short = compute.AttentionGeodesic(GAUSSIAN).shoot((0, 1), (0, -50))
    assert short.status == Status.LEFT_DOMAIN
    assert "stroke-dasharray" in shown(short, "svg") or "boundary" in shown(short, "html")
    assert short.status.words in shown(short, "html")


def test_a_picture_shows_the_path_itself():
    # longer than the family's view, and the picture grows with it
    far = compute.AttentionGeodesic(GAUSSIAN).compute_path((-30, 1), (30, 1))
    numbers = re.findall(r">([−\d]+)<", shown(far, "svg"))
    assert {"−20", "20"} <= set(numbers)


def test_no_points_have_a_picture():
    none = compute.Points(GAUSSIAN, np.zeros((0, 2)), [])
    assert "<svg" in shown(none, "svg") and shown(none, "html")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("ds² = 4 dφ²", r"ds^{2} = 4 d\phi ^{2}"),
        ("√(θ₁ − ½)", r"\surd (\theta _{1} - ½)"),
        ("softmax(b + Tθ)", r"\mathrm{softmax}(b + T\theta )"),
        ("e⁻ˣ", "e^{-x}"),
    ],
)
def test_formulas_become_latex(text, expected):
    assert latex(text) == expected


def test_what_draws_is_installed_with_the_program():
    (entry,) = entry_points(group=packages.PICTURES)
    assert entry.value == "app.export.result_picture:picture"


def test_show_says_what_it_lacks(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "anywidget", None)
    monkeypatch.delitem(__import__("sys").modules, "app.notebook.scene_widget", raising=False)
    with pytest.raises(ImportError, match="show needs anywidget"):
        compute.show("gaussian")


@pytest.mark.parametrize("value", ["nowhere:draw", "math:pi"])
def test_a_painter_that_cannot_be_used_is_named_and_the_rest_draws(monkeypatch, value):
    own = EntryPoint("own", "app.export.result_picture:picture", packages.PICTURES)
    wrong = EntryPoint("wrong", value, packages.PICTURES)
    monkeypatch.undo()
    monkeypatch.setattr(packages, "stated", lambda group: ([own, wrong], []))
    pictured.painters.cache_clear()
    with pytest.warns(UserWarning, match="picture wrong of package unknown: "):
        found = pictured.painters()
    pictured.painters.cache_clear()
    assert found == (result_picture.picture,)
