"""The lines about the checks of a lesson's step, such as "σ of B: now 0.919, wanted > 1"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import dist

from app.jobs.subject import Subject
from app.model.lessons.changes import token_of
from app.model.lessons.checks import WORDS, Check, Quantity, compared, holds
from app.model.lessons.wording import plain
from app.model.scene import DISTANCE, Pin, Scene
from app.parts.image import AS, SHOWN
from app.presenters.flow_form import BOUNDARIES, INITIAL, MASS, MODES
from app.presenters.scene_panels import LAYER_WORDS, chart_words
from app.views.interface.lesson import Reading
from app.views.text.mathematics import powers
from app.views.text.number_format import NOT_KNOWN
from app.views.text.scalar_names import words_of
from compute.families import families
from compute.manifold.manifold import Manifold

# a value, its unit, and whether it belongs to an earlier scene
Found = tuple[float, str, bool]
DIGITS, MOST_DIGITS = 4, 9
PERCENT = " %"  # the only unit without which a number would be another
_SIGNS = {"<=": "≤", ">=": "≥"}
_TITLES = {
    "chart": "Chart",
    "map": "Map",
    "family": "Family",
    "head": "Head",
    "mode": "Equation of the flow",
    "initial": "Initial field",
    "boundary": "Boundary of the flow",
    "picture": "Picture",
    "picture map": "Map on the picture",
    "picture of": "Patches of the picture",
    "alpha": "α",
    "playhead": "Moving point t",
    "time": "Time of the flow",
    "picture layer": "Layer of the picture’s head",
    "picture head": "Head of the picture",
    "norm": "Norm of the flow, relative to time 0",
    "distance": "Distance on the picture",
    "patches": "Patches on the path",
}
_CHOICES = {
    "mode": {choice.value: choice.words for choice in MODES},
    "initial": {choice.value: choice.words for choice in (*INITIAL, *MASS)},
    "boundary": {choice.value: choice.words for choice in BOUNDARIES},
    "picture map": SHOWN,
    "picture of": {choice.value: choice.words for choice in AS},
}


def reading(
    check: Check, subject: Subject, before: Scene, find: Callable[[Quantity], Found | None]
) -> Reading:
    """Return the line of one check; ``before``: the scene at the start of the step; ``find`` returns a
    quantity of the scene, or None if it is not known.  Never raises.
    """
    scene, manifold = subject.scene, subject.manifold
    try:
        if check.quantity is not None:
            return _of_number(check, manifold, find(check.quantity))
        words, now, wanted = _of_scene(check, scene, before, manifold)
        done = holds(check, scene, before, lambda asked: None)
    except ValueError:  # this family has no such thing
        words = _called(check.quantity, manifold) if check.quantity else _named(check)
        return Reading(words, NOT_KNOWN, _wanted(check), None)
    return Reading(words, now, wanted, done)


def _of_number(check: Check, manifold: Manifold, found: Found | None) -> Reading:
    assert check.quantity is not None
    words = _called(check.quantity, manifold)
    if found is None:
        return Reading(words, NOT_KNOWN, _wanted(check), None)
    number, unit, late = found
    wanted = _wanted(check) + (unit if unit == PERCENT else "")
    return Reading(words, _written(check, number) + unit, wanted, compared(check, number), late)


def _written(check: Check, number: float) -> str:
    """Return a number with enough digits that it compares like the number itself."""
    for digits in range(DIGITS, MOST_DIGITS):
        text = f"{number + 0.0:.{digits}g}"
        if compared(check, float(text)) == compared(check, number):
            break
    return powers(text)


def _wanted(check: Check) -> str:
    if check.kind == "compare":
        return f"{_SIGNS.get(check.sign, check.sign)} {check.word.replace('-', '−')}"
    if check.kind in ("near", "spot"):
        return f"≤ {check.bound:g}"
    return "drawn" if check.kind == "loop" else check.word


def _called(asked: Quantity, manifold: Manifold) -> str:
    """Return the words for a quantity."""
    match asked.kind:
        case "count":
            return f"{asked.name}, their number"
        case "gap":
            return f"{asked.name}, second − first"
        case "scalar":
            at = asked.at if isinstance(asked.at, str) else _place(asked.at)
            return f"{words_of(asked.name)} at {at}"
        case "coordinate":
            at_number = asked.name in ("1", "2")
            name = manifold.coordinates[int(asked.name) - 1] if at_number else asked.name
            return f"{name} of {asked.at}"
        case "normals":
            return f"{asked.name} between the normals"
        case _:
            return _TITLES.get(asked.name or asked.kind, asked.name)


def _place(point: tuple[float, ...]) -> str:
    return f"({', '.join(f'{x:g}'.replace('-', '−') for x in point)})"


def _named(check: Check) -> str:
    return f"Token of {check.pin}" if check.kind == "token" else check.text


def _of_scene(
    check: Check, scene: Scene, before: Scene, manifold: Manifold
) -> tuple[str, str, str]:
    """Return words for a check of the scene itself, its state now and the one that is wanted."""
    pin = scene.start if check.pin == "A" else scene.end
    match check.kind:
        case "near" | "spot":
            spot = scene.photograph.start if check.pin == "A" else scene.photograph.end
            assert pin is not None
            here = pin.theta if check.kind == "near" else spot
            away = f"{dist(here, check.point):.3g}"
            return f"Distance of {check.pin} from {_place(check.point)}", away, _wanted(check)
        case "token":
            labels = manifold.landmarks.labels if manifold.landmarks is not None else ()
            numbered = check.word not in labels and check.word.isdigit()
            number = token_of(manifold, check.word) if numbered else 0
            words = f"{number} {labels[number]}" if numbered else check.word
            return _named(check), _token(pin, labels, numbered), words
        case "layer":
            is_on = bool(getattr(scene.layers, check.name))
            words = LAYER_WORDS.get(check.name, (check.name,))[0]
            return f"Layer {words}", "on" if is_on else "off", check.word
        case "loop":
            is_drawn = bool(scene.loop) and scene.loop != before.loop
            return "Your own loop", "drawn" if is_drawn else "not drawn", "drawn"
        case _:
            chosen = plain(WORDS[check.name](scene))
            now, wanted = (_choice(check.name, it, manifold) for it in (chosen, check.word))
            return _TITLES[check.name], now, wanted


def _token(pin: Pin | None, labels: Sequence[str], numbered: bool) -> str:
    """Return the label of a pin's token, after its number if that is what is wanted."""
    if pin is None or pin.token is None or not labels:
        return "none"
    return f"{pin.token} {labels[pin.token]}" if numbered else labels[pin.token]


def _choice(name: str, value: str, manifold: Manifold) -> str:
    """Return the words of a picker's choice."""
    if name == "chart":
        return chart_words(manifold, value)
    if name == "map":
        return words_of(value) if value in (*manifold.scalars, DISTANCE) else value
    if name == "family":
        return families()[value].title if value in families() else value
    return _CHOICES.get(name, {}).get(value, value)
