"""A dragged pin is drawn at the end of the curve that is shown."""

from __future__ import annotations

import pytest

from app.presenters.shown_answers import GRACE_MS
from app.views.interface.events import PinMoved
from tests.app.controller.test_trips import Trips


class Seen:
    """The last pin and curve that a canvas was given."""

    def __init__(self, trips: Trips) -> None:
        self.trips = trips
        self.canvas = trips.control.canvas

    def pin(self) -> tuple[float, float]:
        return [c.args[1] for c in self.canvas.set_pin.call_args_list if c.args[0] == "A"][-1]

    def curve(self) -> tuple[float, float]:
        drawn = [c.args[1] for c in self.canvas.set_curve.call_args_list if c.args[0] == "geodesic"]
        return tuple(drawn[-1].xy[0])

    def lag(self) -> None:
        """Move the pin to −1.4 and then to −1.2; answer only the first move."""
        self.move(-1.4)
        answers = self.trips.answers()
        self.move(-1.2)
        for answer in answers:
            self.trips.control.on_message(answer)

    def move(self, x: float, done: bool = False) -> None:
        self.trips.control.on_event(PinMoved("A", (x, -0.4), done=done))


@pytest.fixture
def seen() -> Seen:
    return Seen(Trips())


def test_the_pin_is_where_the_curve_begins_when_the_hand_is_further(seen):
    seen.lag()
    assert seen.pin() == pytest.approx((-1.4, -0.4), abs=1e-12)
    assert seen.curve() == pytest.approx(seen.pin(), abs=1e-9)


def test_a_released_pin_is_where_the_hand_left_it(seen):
    seen.lag()
    seen.move(-1.2, done=True)
    assert seen.pin() == pytest.approx((-1.2, -0.4), abs=1e-12)
    seen.trips.answer()
    assert seen.curve() == pytest.approx(seen.pin(), abs=1e-9)


def test_a_pin_that_gets_no_answer_follows_the_hand_nevertheless(seen):
    """The call that greys the late curve also moves the pin."""
    seen.move(-1.4)
    seen.move(-1.2)
    (late,) = (
        c.args[1] for c in seen.trips.control.window.every.call_args_list if c.args[0] == GRACE_MS
    )
    late()
    assert seen.pin() == pytest.approx((-1.2, -0.4), abs=1e-12)
