"""Layers and panels of installed packages: the example of the documentation, and wrong ones.

The layers of a scene are known when it is imported, so a process of its own looks at them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from compute.core.packages import LAYERS, PANELS
from tests import ROOT
from tests.installed import install_example, install_module

EXAMPLE = ROOT / "docs" / "window_package"
HEAD = """
import numpy as np
from app.jobs.package_views import *
from app.views.interface.curve_styles import Style

LINE = {"line": Style(100, lambda theme: theme.vector)}
AB = np.array([[0.0, 1.0], [1.0, 1.0]])

def fails(shown):
    raise RuntimeError("no licence")
"""
GOOD = "Layer('a', 'b', LINE, lambda shown: Drawn({'line': AB}))"


def style(words: str) -> str:
    """A layer with another style."""
    return GOOD.replace("LINE", f"{{'line': Style(9, {words})}}").replace("C", "lambda t: t.text")


# group, name of the entry point, the object, and what is said of it at the start
LEFT_OUT = {
    "raising": (LAYERS, "l_one", "1 / 0", "ZeroDivisionError"),
    "no_layer": (LAYERS, "l_two", "3", "must be a Layer, got 3"),
    "shouted": (LAYERS, "Loud", GOOD, "its name must be a word of lower-case"),
    "own": (LAYERS, "spray", GOOD, "the name 'spray' is taken by this program"),
    "mute": (LAYERS, "l_three", "Layer('', 'b', LINE, fails)", "its title must have"),
    "bare": (LAYERS, "l_four", "Layer('a', 'b', {}, fails)", "its curves must be a dict of Style"),
    "red": (LAYERS, "l_red", style("lambda t: 'red'"), "colour must return #rrggbb, got 'red'"),
    "pale": (LAYERS, "l_pale", style("lambda t: t.pale"), "AttributeError"),
    "endless": (LAYERS, "l_wide", style("C, width=float('nan')"), "sizes of a style must be"),
    "dashed": (LAYERS, "l_dash", style("C, dash=(0, 5)"), "dash must be two lengths > 0, got (0"),
    "silent": (LAYERS, "l_word", style("C, words=None"), "words must have at most 300"),
    "plain": (LAYERS, "l_five", "Layer('a', 'b', {'line': 'red'}, fails)", "a dict of Style"),
    "fixed": (LAYERS, "l_six", "Layer('a', 'b', LINE, 3)", "its draw must be a function, got 3"),
    "greedy": (LAYERS, "l_seven", "Layer('a', 'b', LINE, fails, ('all',))", "its reads must be"),
    "panel": (PANELS, "p-one", GOOD, "must be a Panel, got Layer("),
    "taken": (PANELS, "console", "Panel(lambda shown: [])", "'Console' is taken by this program"),
    "named": (PANELS, "P_two", "Panel(lambda shown: [])", "its name must have at most 40"),
}
# what is said when it draws; whether it is then switched off
FAILING = {
    "broken": ("Layer('a', 'b', LINE, fails)", "is switched off: RuntimeError: no licence", True),
    "leaving": ("Layer('a', 'b', LINE, lambda s: exit(3))", "is switched off: SystemExit: 3", True),
    "empty": ("Layer('a', 'b', LINE, lambda s: None)", "must return a Drawn, got None", True),
    "flat": ("Layer('a', 'b', LINE, lambda s: Drawn({'line': AB[0]}))", "curve line must be", True),
    "other": ("Layer('a', 'b', LINE, lambda s: Drawn({'no': AB}))", "no style for 'no'", True),
    "rows": ("Layer('a', 'b', LINE, lambda s: Drawn({}, [('a', 1)]))", "two or three texts", True),
    "absent": (
        "Layer('a', 'b', LINE, lambda s: int('none here'))",
        "layer absent of package wrong-absent: invalid literal",
        False,
    ),
}
SCRIPT = """
import json, sys
from dataclasses import replace
from pathlib import Path

from app.jobs import package_panels, plan, studies
from app.jobs.subject import Subject
from app.jobs.viewport import Viewport
from app.model import scene_file
from app.model.layers import Layers, layer_names
from app.parts import package_problems
from app.presenters import scene_panels
from compute.engine.reference import ReferenceEngine

folder, failing = Path(sys.argv[1]), json.loads(sys.argv[2])
scene = scene_file.load("gaussian")
off = replace(scene.layers, **dict.fromkeys(layer_names(), False))


def found(name):
    subject = Subject.of(replace(scene, layers=replace(off, **{name: True})))
    wanted = plan.jobs(subject, Viewport())
    job = next((job for kind, job in wanted.items() if kind.layers == (name,)), None)
    return None if job is None else job.answer(ReferenceEngine())


answers = {name: found(name).problem for name in failing}
quarters = found("quarters")
of = type(quarters.job).of
same = [
    of(replace(scene, **change), Viewport()) == quarters.job
    for change in ({}, {"playhead": 0.1}, {"layers": off}, {"alpha": 0.5}, {"start": scene.end})
]
shown = []
kind = package_panels.offered()[0]["speed-along-the-line"]
kind.of(scene).perform(ReferenceEngine(), shown.append, lambda: False)
words, plot, table = shown[0].state.blocks
bad = package_panels.offered()[0]["p-bad"]
bad.of(scene).perform(ReferenceEngine(), shown.append, lambda: False)
scene = replace(scene, layers=replace(off, quarters=True, geodesic=True, map=True))
scene_file.save(scene, folder / "scene.json")
assert scene_file.load(folder / "scene.json") == scene
print(json.dumps({
    "problems": package_problems.lines(),
    "answers": answers,
    "off": [name for name in failing if found(name) is None],
    "layers": list(layer_names()), "same": same,
    "dots": quarters.curves["quarters__dots"][::2].tolist(),
    "measures": [(m.name, m.value) for m in quarters.measures],
    "rows": [row.field for row in scene_panels.state(Subject.of(scene)).layers],
    "words": words.text, "speed": plot.curves["speed"].tolist(), "table": table.rows,
    "panel": [shown[1].state.problem, bad.of(scene) is None],
}))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the example and wrong packages, as an installer leaves them."""
    folder = tmp_path_factory.mktemp("site")
    install_example(folder, EXAMPLE)
    wrong = {name: (group, point, made) for name, (group, point, made, _) in LEFT_OUT.items()}
    wrong |= {name: (LAYERS, name, made) for name, (made, _, _) in FAILING.items()}
    wrong["bad"] = (PANELS, "p-bad", "Panel(lambda shown: [3])")
    for name, (group, point, made) in wrong.items():
        install_module(folder, name, group, point, f"{HEAD}\nP = {made}\n")
    return folder


def run(site, *command):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])}
    return subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, env=environment
    )


@pytest.fixture(scope="module")
def said(site):
    done = run(site, "-c", SCRIPT, site, json.dumps(list(FAILING)))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_what_cannot_be_used_is_named_and_the_rest_goes_on(said):
    kinds = {LAYERS: "layer", PANELS: "panel"}
    for name, (group, point, _, reason) in LEFT_OUT.items():
        begin = f"{kinds[group]} {point} of package wrong-{name.replace('_', '-')}: "
        (line,) = (line for line in said["problems"] if line.startswith(begin))
        assert reason in line and "\n" not in line and len(line) <= 300
    assert len(said["problems"]) == len(LEFT_OUT)
    assert {"quarters", *FAILING} <= set(said["layers"])


def test_a_layer_that_raises_is_named_and_switched_off(said):
    for name, (_, words, _) in FAILING.items():
        assert words in said["answers"][name]
        assert said["answers"][name].startswith(f"layer {name} of package wrong-{name}")
    assert said["off"] == [name for name, (_, _, off) in FAILING.items() if off]
    assert said["panel"] == [
        "panel p-bad of package wrong-bad is switched off: TypeError: a block must be Words, "
        "Table or Plot, got 3",
        True,
    ]


def test_what_a_package_raises_as_if_it_were_a_user_stopping_the_program_is_named():
    from concurrent.futures import ThreadPoolExecutor
    from types import SimpleNamespace

    from app.jobs.package_offers import of_package

    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no words")

    def told(problem: BaseException) -> tuple[str, bool]:
        offer = SimpleNamespace(called="layer a of package b", is_off=False)
        with pytest.raises(ValueError) as failure, of_package(offer):
            raise problem
        return str(failure.value), offer.is_off

    words = "layer a of package b is switched off: "
    with ThreadPoolExecutor(1) as worker:
        stopped = worker.submit(told, KeyboardInterrupt()).result()
    assert stopped == (words + "KeyboardInterrupt", True)
    assert told(Mute()) == (words + "Mute", True)
    with pytest.raises(KeyboardInterrupt), of_package(SimpleNamespace(called="", is_off=False)):
        raise KeyboardInterrupt  # on the main thread it is the user's


def test_the_layer_of_the_example_is_one_like_any_other(said):
    """A quarter of the length of the geodesic between (∓1.5, 0.6) is at arcs of a circle."""
    assert said["measures"] == [["A quarter of the length", f"{3.7750424432 / 4:.6g}"]]
    (a, middle, c) = said["dots"]
    assert middle[0] == pytest.approx(0.0, abs=1e-6)
    # √2 σ is the height in Poincaré's half plane: the middle of the arc is its top
    assert 2 * middle[1] ** 2 == pytest.approx(1.5**2 + 2 * 0.6**2, rel=1e-4)
    assert a[0] == pytest.approx(-c[0], abs=1e-6)
    assert "quarters" in said["rows"]
    assert said["same"] == [True, True, True, False, False], "it is drawn again for what it reads"


def test_the_panel_of_the_example_computes_what_it_says(said):
    """Along σ = 0.6 the speed is constant: 3/0.6."""
    assert said["words"].startswith("The speed of the line")
    assert [y for _, y in said["speed"]] == pytest.approx([5.0] * 65, rel=1e-12, abs=0.0)
    assert said["table"] == [["0.00", "5"], ["0.50", "5"], ["1.00", "5"]]


def test_the_layer_is_in_figures(said, site, tmp_path):
    done = run(
        site, "-m", "app", "render", site / "scene.json", "-o", tmp_path / "a.svg", "--legend"
    )
    assert done.returncode == 0, done.stderr
    assert ">quarters<" in (tmp_path / "a.svg").read_text("utf-8")
    assert "layer l_one of package wrong-raising: ZeroDivisionError" in done.stderr


def test_a_figure_says_which_layer_failed(said, site, tmp_path):
    text = (site / "scene.json").read_text("utf-8")
    scene = tmp_path / "broken.json"
    scene.write_text(text.replace('"broken": false', '"broken": true'), "utf-8")
    done = run(site, "-m", "app", "render", scene, "-o", tmp_path / "a.svg", "--legend")
    assert done.returncode == 1, "the figure is written, without a part of its scene"
    assert "layer broken of package wrong-broken is switched off: RuntimeError" in done.stderr
    assert ">quarters<" in (tmp_path / "a.svg").read_text("utf-8")


def test_without_the_package_the_layer_is_kept_in_the_file(said, site):
    from app.model import scene_file

    scene = scene_file.load(site / "scene.json")
    assert (("layers", "quarters"), True) in scene.unknown
    assert '"quarters": true' in scene_file.to_text(scene, site)


def test_the_page_shows_what_the_example_states():
    page = (ROOT / "docs" / "packages.md").read_text("utf-8")
    module = (EXAMPLE / "window_views.py").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert any(block in module and "QUARTERS = Layer(" in block for block in blocks)
    assert any(block in module and "SPEED = Panel(" in block for block in blocks)
    project = (EXAMPLE / "pyproject.toml").read_text("utf-8")
    assert any(block in project for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[1:])
