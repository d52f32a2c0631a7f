"""Mouse and keyboard through the window system: what a user's hands do, in one window of its own.

The window runs in a process of its own, under an X server and a window manager of its own, since what
goes wrong here (a focus that nobody gives, a release that a menu swallows) no toolkit's tests can see.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests import ROOT
from tests.screen import own_screen

pytestmark = pytest.mark.window
PATIENCE = 120.0
CANVAS = "Manifold with pins A and B"
# clicks at most, and looks after each; how far apart they are, so that no two are a double click
CLICKS, LOOKS = 5, 50
APART = 24
HERE = ROOT


class Hands:
    """Moves the mouse, presses keys, and reads the state that the window reports."""

    def __init__(self, display: str, program: subprocess.Popen[str]) -> None:
        self._display, self._program = display, program
        self._clicks = 0

    def do(self, *words: object) -> None:
        """Run xdotool, for example do("key", "ctrl+k")."""
        environment = {**os.environ, "DISPLAY": self._display}
        subprocess.run(["xdotool", *map(str, words)], env=environment, check=True)

    def look(self) -> dict[str, Any]:
        """The current state of the window."""
        assert self._program.stdin and self._program.stdout
        self._program.stdin.write("\n")
        self._program.stdin.flush()
        seen: dict[str, Any] = json.loads(self._program.stdout.readline())
        return seen

    def until(self, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The state of the window once a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not reached(seen := self.look()):
            assert time.monotonic() < deadline, f"the window did not get there: {seen}"
        return seen

    def rest(self) -> dict[str, Any]:
        """The state of the window once everything is computed."""
        return self.until(lambda seen: seen["rested"])

    def dialog(self, kind: str) -> None:
        """Wait until a dialog is open and has the keyboard."""
        self.until(lambda seen: kind in seen["dialogs"] and seen["active"] == kind)

    def alone(self) -> dict[str, Any]:
        """The state of the window once no dialog is open and it has the keyboard again."""
        return self.until(lambda seen: not seen["dialogs"] and seen["active"] == "MainFrame")

    def key(self, *keys: str) -> None:
        self.do("key", *keys)

    def type(self, words: str) -> None:
        self.do("type", words)

    def click(self, at: list[int], button: int = 1) -> None:
        self.do("mousemove", *at, "click", button)

    def invoke(self, words: str) -> None:
        """Find a command in the palette and run it."""
        self.key("ctrl+k")
        self.until(lambda seen: seen["popup"] == "Palette" and seen["focus"] == "Command")
        self.type(words)
        self.key("Return")
        self.until(lambda seen: not seen["popup"])

    def drag(self, at: tuple[int, int]) -> None:
        """Move the mouse, after the window has received the previous move."""
        self.look()
        self.do("mousemove", *at)
        self.look()

    def stroll(self, at: list[int]) -> None:
        """Move the mouse about with no button pressed."""
        for i in range(1, 6):
            self.do("mousemove", at[0] + 15 * i, at[1] - 9 * i)

    def canvas(self) -> list[int]:
        """A place in the domain with nothing to drag."""
        left, top, right, bottom = self.look()["box"]
        return [left + (right - left) // 2, bottom - (bottom - top) // 4]

    def settle(self) -> None:
        """Wait until the window manager has placed the window: a click is a drag of what moves."""
        box, looks = None, 0
        while looks < LOOKS:
            now = self.look()["box"]
            box, looks = now, looks + 1 if now == box else 0

    def focus_canvas(self) -> None:
        """Click beside everything; again if the window manager had not placed the window yet."""
        for _ in range(CLICKS):
            self.settle()
            x, y = self.canvas()
            self._clicks += 1
            self.click([x + APART * (self._clicks % 5), y])
            for _ in range(LOOKS):
                if self.look()["focus"] == CANVAS:
                    return
        raise AssertionError(f"the canvas did not get the focus: {self.look()}")


@pytest.fixture(scope="module")
def hands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hands]:
    folder = tmp_path_factory.mktemp("hands")
    with own_screen((1150, 790)) as display:
        environment = {
            **os.environ,
            "DISPLAY": display,
            "PYTHONPATH": str(HERE),
            "HOME": str(folder),
        }
        manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
        program = subprocess.Popen(
            [sys.executable, "-m", "tests.driven", str(folder), "disk"],
            cwd=folder, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            made = Hands(display, program)
            made.until(lambda seen: seen["framed"] and seen["rested"])
            made.settle()
            made.focus_canvas()
            yield made
            assert program.stdin
            program.stdin.close()
            assert program.wait(PATIENCE) == 0
        finally:
            for process in (program, manager):
                with process:  # and its pipes
                    process.kill()


def test_a_loop_that_leaves_the_domain_is_cut(hands):
    left, top, right, bottom = hands.look()["box"]
    middle, low = (left + right) // 2, top + 3 * (bottom - top) // 4
    hands.do("mousemove", middle, low, "keydown", "shift", "mousedown", 1)
    for at in ((middle + 80, low), (middle + 80, bottom - 2), (middle, bottom - 2), (middle, low)):
        hands.drag(at)
    hands.do("mouseup", 1, "keyup", "shift")
    seen = hands.until(lambda seen: seen["layers"]["loop"])
    assert len(seen["loop"]) >= 3 and not seen["dialogs"]
    assert seen["status"] == "the loop was cut where it left the domain"
    hands.key("ctrl+z")
    hands.until(lambda seen: not seen["layers"]["loop"])


def test_after_a_right_click_the_view_stays(hands):
    at, before = hands.canvas(), hands.look()
    hands.click(at, 3)
    hands.until(lambda seen: seen["popup"] == "QMenu")
    hands.key("Escape")
    hands.until(lambda seen: not seen["popup"])
    hands.stroll(at)
    seen = hands.look()
    assert seen["view"] == before["view"] and not seen["holds"]
    hands.click(at, 3)
    hands.until(lambda seen: seen["popup"] == "QMenu")
    hands.key("Down", "Return")
    moved = hands.until(lambda seen: seen["at"][0] != before["at"][0])
    hands.stroll(at)
    seen = hands.look()
    assert seen["view"] == before["view"] and seen["at"] == moved["at"] and not seen["holds"]
    hands.key("ctrl+z")
    hands.until(lambda seen: seen["at"] == before["at"])


def test_the_palette_has_the_keyboard_at_once_and_gives_it_back(hands):
    grid = hands.look()["layers"]["grid"]
    hands.invoke("layer grid")
    assert hands.until(lambda seen: seen["layers"]["grid"] != grid)
    hands.focus_canvas()
    before = hands.look()
    hands.key("ctrl+k")
    hands.until(lambda seen: seen["popup"] == "Palette" and seen["focus"] == "Command")
    hands.key("Escape")
    hands.until(lambda seen: not seen["popup"] and seen["focus"] == before["focus"])
    hands.key("a", "Left")
    hands.until(lambda seen: seen["at"][0] != before["at"][0])
    assert hands.look()["layers"] == before["layers"]


def test_the_window_by_keyboard_alone(hands):
    def walk(key: str, name: str) -> dict[str, Any]:
        for _ in range(40):
            seen = hands.look()
            if seen["focus"] == name:
                return seen
            hands.key(key)
        raise AssertionError(f"{key} does not reach {name}: {seen}")

    hands.focus_canvas()
    walk("F6", "Scalar map")
    before = walk("Tab", "Coordinate grid")["layers"]["grid"]
    hands.key("space")  # of the box, not of the timeline
    seen = hands.until(lambda seen: seen["layers"]["grid"] != before)
    assert not seen["playing"]
    hands.key("space")
    hands.until(lambda seen: seen["layers"]["grid"] == before)
    walk("shift+Tab", "Colour map")
    hands.key("k")  # it searches the list, and sets no keyframe
    assert hands.rest()["timeline"] is None
    walk("F6", CANVAS)
    hands.key("b")
    hands.until(lambda seen: seen["described"].startswith("Pin B: "))
    hands.key("Menu")
    hands.until(lambda seen: seen["popup"] == "QMenu")
    hands.key("Escape")
    view = hands.until(lambda seen: not seen["popup"] and seen["focus"] == CANVAS)["view"]
    hands.key("plus")
    near = hands.until(lambda seen: seen["view"] != view)["view"]
    assert near["x0"] > view["x0"] and near["x1"] < view["x1"]
    hands.key("ctrl+Right")
    right = hands.until(lambda seen: seen["view"] != near)["view"]
    assert right["x0"] > near["x0"] and right["y0"] == pytest.approx(near["y0"], abs=1e-12)
    hands.key("ctrl+0")
    hands.key("alt+v")
    hands.until(lambda seen: seen["popup"] == "QMenu")
    hands.key("Escape", "Escape")
    hands.until(lambda seen: not seen["popup"])
    hands.key("ctrl+i")
    hands.until(lambda seen: seen["focus"] == "The chart in words")
    hands.key("Escape")
    hands.alone()
    hands.focus_canvas()


def test_home_and_end_belong_to_what_has_the_focus(hands):
    hands.focus_canvas()
    hands.key("End")
    hands.until(lambda seen: seen["playhead"] == 1.0)
    hands.key("Home")
    hands.until(lambda seen: seen["playhead"] == 0.0)
    hands.click(hands.look()["places"]["Alpha of the connection"])
    hands.until(lambda seen: seen["focus"] == "Alpha of the connection")
    hands.key("End")
    assert hands.until(lambda seen: seen["alpha"] == 1.0)["playhead"] == 0.0
    hands.key("Home")
    assert hands.until(lambda seen: seen["alpha"] == -1.0)["playhead"] == 0.0
    hands.focus_canvas()
    hands.key("ctrl+z")
    hands.until(lambda seen: seen["alpha"] == 0.0)


def test_points_are_typed_and_taken_back(hands):
    hands.focus_canvas()
    before = hands.look()["at"][0]
    hands.key("ctrl+shift+p")
    hands.until(lambda seen: seen["focus"] == "μ of A")
    hands.type("0")
    hands.key("Tab")
    hands.until(lambda seen: seen["focus"] == "σ of A" and seen["at"][0] == [0.0, before[1]])
    hands.type("sqrt(2)/2")
    hands.key("Return")
    hands.until(lambda seen: seen["at"][0] == [0.0, math.sqrt(2.0) / 2])
    hands.type("sqrt(")
    hands.key("Return")
    seen = hands.until(lambda seen: "σ of A must be a number" in seen["described"])
    assert seen["at"][0] == [0.0, math.sqrt(2.0) / 2] and not seen["dialogs"]
    hands.key("Escape")
    hands.until(lambda seen: not seen["described"])
    hands.key("Up", "Up")
    hands.until(lambda seen: seen["at"][0][1] == pytest.approx(math.sqrt(2.0) / 2 + 0.02))
    hands.key("ctrl+z")
    hands.until(lambda seen: seen["at"][0] == [0.0, math.sqrt(2.0) / 2])
    hands.key("ctrl+z", "ctrl+z")
    hands.until(lambda seen: seen["at"][0] == before)


def test_points_are_copied_and_pasted(hands):
    hands.focus_canvas()
    before = hands.look()["at"]
    hands.key("a", "ctrl+c")
    x, y = (f"{value!r}".removesuffix(".0") for value in before[0])
    hands.until(lambda seen: seen["clipboard"] == f"({x}, {y})")
    hands.key("b", "ctrl+v")
    hands.until(lambda seen: seen["at"] == [before[0], before[0]])
    hands.key("ctrl+z")
    hands.until(lambda seen: seen["at"] == before)


def test_ctrl_held_in_a_drag_puts_a_pin_on_the_grid(hands):
    before = hands.rest()
    x, y = before["pins"]["A"]
    hands.do("mousemove", x, y, "mousedown", 1, "keydown", "ctrl")
    for i in range(1, 5):
        hands.drag((x + 20 * i, y + 9 * i))
    mu, sigma = hands.until(lambda seen: seen["at"][0] != before["at"][0])["at"][0]
    hands.do("mouseup", 1, "keyup", "ctrl")
    z = complex(mu / math.sqrt(2.0), sigma)
    halves = 2 * (z - 1j) / (z + 1j)  # the disk's lines are half a unit apart
    assert abs(halves - complex(round(halves.real), round(halves.imag))) < 1e-12
    assert hands.until(lambda seen: not seen["holds"])["at"][0] == [mu, sigma]
    hands.key("ctrl+z")
    hands.until(lambda seen: seen["at"] == before["at"])


def test_keyframes_are_set_aside_with_their_family_and_playing_ends(hands):
    hands.focus_canvas()
    hands.key("k")
    shown = hands.until(lambda seen: seen["timeline"] is not None)
    hands.click(shown["places"]["Duration"])
    hands.until(lambda seen: seen["focus"] == "Duration")
    hands.key("Home")
    assert hands.look()["time"] == shown["time"] > 0.0, "Home moves within the number"
    hands.focus_canvas()
    hands.key("Home", "space")
    assert hands.until(lambda seen: seen["playing"])["pause"]
    hands.invoke("family exponential")
    hands.until(lambda seen: "come back with it" in seen["status"])  # for a few seconds
    seen = hands.until(lambda seen: "exponential" in seen["family"] and seen["rested"])
    assert not seen["playing"] and not seen["pause"] and seen["timeline"] is None
    hands.invoke("family normal distributions")
    hands.until(lambda seen: seen["family"] == "gaussian" and seen["timeline"] is not None)


def test_escape_ends_a_gesture_then_popups_then_the_lecture(hands):
    hands.focus_canvas()
    hands.key("F11")
    hands.until(lambda seen: seen["presents"] and seen["full"])
    hands.settle()
    before = hands.rest()
    at = before["pins"]["A"]
    hands.do("mousemove", *at, "mousedown", 1, "mousemove", at[0] + 60, at[1] - 40)
    hands.until(lambda seen: seen["holds"] and seen["at"][0] != before["at"][0])
    hands.key("Escape")
    seen = hands.until(lambda seen: not seen["holds"])
    assert seen["presents"]
    assert np.allclose(seen["at"], before["at"], rtol=0, atol=1e-9), "but for rounding in the chart"
    hands.do("mouseup", 1)
    hands.key("ctrl+k")
    hands.until(lambda seen: seen["popup"] == "Palette")
    hands.key("Escape")
    assert hands.until(lambda seen: not seen["popup"])["presents"]
    hands.key("F1")
    hands.dialog("TextPage")
    hands.key("Escape")
    assert hands.alone()["presents"]
    hands.key("Escape")
    hands.until(lambda seen: not seen["presents"])


def test_a_file_dialog_suggests_a_name(hands):
    hands.key("ctrl+shift+s")
    hands.dialog("QFileDialog")
    hands.key("Return")
    seen = hands.alone()
    assert seen["window"].split(" — ")[0].endswith(".json")


def test_a_lesson_its_title_its_undo_and_its_end(hands):
    hands.invoke("lessons hyperbolic")
    first = hands.until(lambda seen: bool(seen["lesson"]) and seen["rested"])
    assert first["title"].endswith("The half-plane") and first["title"] in first["window"]
    hands.focus_canvas()
    hands.key("space")
    hands.until(lambda seen: seen["playing"])
    hands.key("ctrl+Next")
    second = hands.until(lambda seen: seen["step"] == 1)
    assert second["title"] in second["window"] and second["title"] != first["title"]
    assert not second["playing"], "or the playhead of the step would be overwritten"
    hands.key("ctrl+z")
    back = hands.until(lambda seen: seen["step"] == 0)
    assert back["title"] == first["title"] and back["title"] in back["window"]
    hands.key("ctrl+shift+z")
    hands.until(lambda seen: seen["step"] == 1 and seen["title"] == second["title"])
    hands.key("ctrl+n")
    seen = hands.until(lambda seen: not seen["lesson"])
    assert second["title"] not in seen["window"]
