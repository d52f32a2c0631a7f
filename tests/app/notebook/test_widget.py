"""The live widget in a real browser, computed in a process of its own as in a notebook."""

import base64
import json
import subprocess
import sys
from importlib import resources

import pytest

from app.notebook.live_scene import SIZE
from tests.browser import Browser
from tests.exporting import environment

# a host of widgets as small as one can be: state, changes, and messages that wait to be taken
PAGE = """<!doctype html><meta charset="utf-8"><style>{css}</style><div id="cell"></div>
<script type="module">
import widget from "data:text/javascript;base64,{code}";
const state = {{ size: {size}, picture: null, pins: [], measures: [], status: "", arrived: false }};
const heard = {{}};
window.sent = [];
window.model = {{
  get: (name) => state[name],
  on: (name, call) => {{ (heard[name] ??= []).push(call); }},
  send: (message) => window.sent.push(message),
  set: (name, value) => {{ state[name] = value; }},
  save_changes: () => {{ window.saved = {{ ...state }}; }},
}};
window.put = (given) => {{
  const bytes = Uint8Array.from(atob(given.picture), (c) => c.charCodeAt(0));
  Object.assign(state, given, {{ picture: new DataView(bytes.buffer) }});
  for (const name of Object.keys(given)) for (const call of heard[`change:${{name}}`] ?? []) call();
}};
widget.render({{ model: window.model, el: document.getElementById("cell") }});
document.documentElement.dataset.ready = "first";
</script>"""


class Cell:
    """The widget in the browser, and the process behind it."""

    def __init__(self, page, scene):
        self.page = page
        self._host = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.app.notebook.host", scene],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def frame(self):
        """Take one frame from the process to the browser."""
        state = json.loads(self._host.stdout.readline())
        self.page.value(f"window.put({json.dumps(state)})")
        return state

    def serve(self):
        """Take what the browser has sent to the process, and frames back until the last is answered."""
        sent = self.page.value("window.sent.splice(0)")
        for message in sent:
            self._host.stdin.write(json.dumps(message) + "\n")
        self._host.stdin.flush()
        return sent

    def close(self):
        self._host.stdin.close()
        self._host.stdout.read()
        self._host.wait()
        self._host.stdout.close()


@pytest.fixture
def cell(tmp_path):
    folder = resources.files("assets").joinpath("notebook")
    code = base64.b64encode(folder.joinpath("scene.js").read_bytes()).decode("ascii")
    css = folder.joinpath("scene.css").read_text("utf-8")
    path = tmp_path / "cell.html"
    path.write_text(PAGE.format(css=css, code=code, size=list(SIZE)), "utf-8")
    browser = Browser()
    page = browser.open(path)
    page.ready()
    made = Cell(page, "gaussian")
    yield made
    made.close()
    browser.close()


def length(state):
    return float(dict(state["measures"])["Fisher–Rao length"])


@pytest.mark.parametrize("how", ["mouse", "keys"])
def test_a_pin_is_dragged_in_a_cell(cell, how):
    first = cell.frame()
    page = cell.page
    assert length(first) == pytest.approx(3.77505, abs=1e-4) and first["arrived"]
    page.value("document.querySelector('.pin-A').id = 'pin-a'")
    before = page.middle("pin-a")
    if how == "mouse":
        page.drag("pin-a", 60, -30)
    else:
        page.value("document.getElementById('pin-a').focus()")
        for _ in range(5):
            page.key("ArrowRight")
    sent = cell.serve()
    assert sent[-1]["pin"] == "A" and not sent[-1]["dragging"]
    x, y = sent[-1]["at"]
    while True:  # of many requests some are skipped, and the last is answered
        state = cell.frame()
        if state["pins"][0] == pytest.approx([x, y], abs=1e-3):
            break
    assert length(state) < length(first) - 0.1
    after = page.middle("pin-a")
    assert after[0] > before[0] + 20
    assert page.until("document.querySelector('img').naturalWidth") == SIZE[0]
    assert page.value("document.querySelector('.status').textContent") == "converged"
    assert page.faults() == []


def test_a_pin_is_not_dragged_out_of_the_picture(cell):
    first = cell.frame()
    page = cell.page
    page.value("document.querySelector('.pin-A').id = 'pin-a'")
    page.drag("pin-a", 0, 2000, steps=1)
    cell.serve()
    state = cell.frame()
    assert state["pins"][0] == pytest.approx(first["pins"][0], abs=1e-3)


def test_the_page_says_which_scene_it_has_seen(cell):
    cell.frame()
    page = cell.page
    page.value("window.put({ picture: '', followed: 3 })")
    assert page.value("window.saved.seen") == 3
    assert page.faults() == []


TWO = """
from queue import Queue
from app.model import scene_file
from app.notebook.live_scene import LiveScene
told = [Queue() for _ in range(3)]
live = [LiveScene(scene_file.load("gaussian"), frames.put, "reference") for frames in told]
for _ in range(2):
    assert all(frames.get(timeout=120).arrived for frames in told)
    for scene in live:
        scene.put(scene.scene)
for scene in live:
    scene.close()
"""


FAULTS = """
from dataclasses import replace
from queue import Queue
from app.model import scene_file
from app.notebook import live_scene
told, jobs = Queue(), live_scene.jobs
def planted(subject, viewport):
    if subject.scene.alpha == 0.5:
        raise ZeroDivisionError("planted")
    return jobs(subject, viewport)
live_scene.jobs = planted
def hear(frame):
    told.put(frame)
    if frame.scene.alpha == 0.25:
        raise KeyError("an observer's mistake")
fine = scene_file.load("gaussian")
live = live_scene.LiveScene(replace(fine, alpha=0.5), hear, "reference")
first = told.get(timeout=120)
assert first.problem == "ZeroDivisionError: planted" and first.picture == b"", first
for alpha in (0.0, 0.25, 0.0, 0.5):
    live.put(replace(fine, alpha=alpha))
    drawn = told.get(timeout=120)
    assert drawn.scene.alpha == alpha and drawn.arrived == (alpha != 0.5), drawn
assert drawn.problem == first.problem and drawn.picture and drawn.pins and not drawn.measures, drawn
live.close()
"""
CHANGES = """
from queue import Queue
from threading import Event
from tests.app.notebook import traits
traits.install()
from app.notebook import live_scene, scene_widget
begun, go, best = Event(), Event(), live_scene.best
def waits(engine, job, session):
    begun.set()
    assert go.wait(120)
    return best(engine, job, session)
live_scene.best = waits
widget, measured = scene_widget.show("gaussian", "reference"), Queue()
widget.observe(lambda change: measured.put(change["new"]), ["measures"])
assert begun.wait(120)
widget.start = (0.5, 1.25)
widget.alpha = 0.5
go.set()
first, second = measured.get(timeout=120), measured.get(timeout=120)
widget.close()
assert first != second and widget.measures == second
assert (widget.start, widget.alpha) == ((0.5, 1.25), 0.5), (widget.start, widget.alpha)
try:
    widget.end = (0.0, -1.0)
except ValueError as problem:
    assert str(problem).startswith("pin B must lie in"), problem
assert widget.end == widget.scene.end.theta and widget.end[1] > 0.0
"""
REFUSED = """
from pathlib import Path
from threading import active_count
from tests.app.notebook import traits
traits.install()
from app.notebook.scene_widget import show
cases = [
    (("none",), "a scene must be a file or one of"),
    (("",), ". cannot be read: "),
    ((None,), "scene must be a name, a file's path or a scene, got None"),
    (({"family": "beta"},), "scene must be a name, a file's path or a scene, got {'family': "),
    ((Path("none.json"),), "a scene must be a file or one of"),
    (("beta", "fastest"), "engine must be one of auto, gpu, reference, got 'fastest'"),
]
for given, words in cases:
    try:
        show(*given)
        said = "nothing"
    except ValueError as problem:
        said = str(problem)
    assert said.startswith(words), (given, said)
assert active_count() == 1
"""


def alone(script):
    """Run a script in a process of its own, and return its status and what it says."""
    ran = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=300,
    )
    return ran.returncode, ran.stderr


def test_cells_of_one_process_draw_in_turn():
    assert alone(TWO) == (0, "")


def test_a_fault_is_said_and_the_next_scene_is_drawn():
    status, said = alone(FAULTS)
    assert status == 0, said
    assert 'KeyError: "an observer\'s mistake"' in said, "an observer's mistake is not hidden"


def test_what_a_script_sets_while_a_picture_is_drawn_is_kept():
    assert alone(CHANGES) == (0, "")


def test_what_is_no_scene_or_engine_is_refused_at_once():
    assert alone(REFUSED) == (0, "")
