"""The checks of a lesson's tasks, and its quoted quantities: a small fixed grammar.

    check     = pin A within 0.3 of (0, 1) · pin B on token river · layer spray on · loop drawn
              | chart is disk · map is curvature · family is gaussian · head is 18·8 · mode is hodge
              | picture A within 0.05 of (0.4, 0.2) · picture map is heat
              | QUANTITY < 2.9 · > · <= · >= · = 1
    QUANTITY  = measure "Fisher–Rao length" [2] · count of measure "All geodesics" · gap of measure …
              | curvature at A · entropy at (0, 1) · σ of B · alpha · playhead · time · norm
              | picture distance · picture patches · normals "Wasserstein"

Nothing is executed; any other sentence is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import dist

from app.model.lessons.changes import LAYERS, token_of
from app.model.lessons.wording import plain, tuple_of, value
from app.model.scene import Pin, Scene
from compute.core.refusal import shown
from compute.families import families, parse
from compute.families import manifold as manifold_of
from compute.heads.head_selection import file_of, settings

Point = tuple[float, float]
LONGEST = 300


def _head(family: str) -> str:
    """Return the head of a model as its layer's number and its own, such as "18·8"; "none" without."""
    name, stated = parse(family)
    if "layer" not in families()[name].parameters:
        return "none"
    c = settings(stated)
    return f"{file_of(c).number_of(c['layer'])}·{c['head']}"


# text fields of the scene that a check may query
WORDS: dict[str, Callable[[Scene], str]] = {
    "chart": lambda scene: scene.chart,
    "map": lambda scene: scene.scalar,
    "family": lambda scene: parse(scene.family)[0],
    "head": lambda scene: _head(scene.family),
    "mode": lambda scene: scene.flow.mode,
    "initial": lambda scene: scene.flow.initial,
    "boundary": lambda scene: scene.flow.boundary,
    "picture": lambda scene: scene.photograph.source,
    "picture map": lambda scene: scene.photograph.shown,
    "picture of": lambda scene: scene.photograph.of,
}
# numbers of the scene itself
FIELDS: dict[str, Callable[[Scene], float]] = {
    "alpha": lambda scene: scene.alpha,
    "playhead": lambda scene: scene.playhead,
    "time": lambda scene: scene.flow.time,
    "picture layer": lambda scene: scene.photograph.layer,
    "picture head": lambda scene: scene.photograph.head,
}
# tolerance for a number that is set by hand
BY_HAND = 0.02


@dataclass(frozen=True)
class Quantity:
    """kind: "measure", "count", "gap", "scalar", "coordinate", "field", "norm", "picture" or "normals".

    name: of the measure, scalar, coordinate, field or path, or the property of a picture; index: which
    number of a measure, from 1; at: the pin, "A" or "B", or a point in the family's own coordinates.
    A gap is the second number of a measure minus the first.
    """

    kind: str
    name: str = ""
    index: int = 1
    at: str | Point = ""


@dataclass(frozen=True)
class Check:
    """kind: "near", "spot", "token", "layer", "loop", "is" or "compare"; ``text``: the original
    sentence.

    "near" checks a pin of the manifold, "spot" one of the picture.  word: what is wanted, as written.
    """

    kind: str
    text: str
    pin: str = ""
    point: Point = (0.0, 0.0)
    bound: float = 0.0
    name: str = ""
    word: str = ""
    sign: str = ""
    quantity: Quantity | None = None
    tolerance: float = 0.0


Known = Callable[[Quantity], float | None]

_NEAR = re.compile(r"(pin(?= [ABC])|picture(?= [AB])) (\w) within (\S+) of (\(.*\))")
_TOKEN = re.compile(r"pin ([ABC]) on token (.+)")
_LAYER = re.compile(r"layer (\S+) (on|off)")
_IS = re.compile(r"((?:picture )?\S+) is (\S+)")
_COMPARE = re.compile(r"(.+?)\s*(<=|>=|≤|≥|<|>|=|≈)\s*([^<>=≤≥≈]+)")
_MEASURE = re.compile(r"((?:count|gap) of )?measure [\"“]([^\"”]+)[\"”](?: (\d))?")
_SCALAR = re.compile(r"(\S+) at ([AB]|\(.*\))")
_COORDINATE = re.compile(r"(?:coordinate )?(\S+) of ([AB])")
_PICTURE = re.compile(r"picture (distance|patches)")
_NORMALS = re.compile(r"normals [\"“]([^\"”]+)[\"”]")


def quantity(text: str) -> Quantity:
    """Parse a phrase that names a quantity.  Raises ValueError."""
    phrase = " ".join(text.split())
    if match := _MEASURE.fullmatch(phrase):
        kind = match[1].split()[0] if match[1] else "measure"
        return Quantity(kind, match[2], int(match[3] or 1))
    if match := _SCALAR.fullmatch(phrase):
        return Quantity("scalar", match[1], at=_place(match[2]))
    if match := _COORDINATE.fullmatch(phrase):
        return Quantity("coordinate", match[1], at=match[2])
    if plain(phrase) in FIELDS:
        return Quantity("field", plain(phrase))
    if plain(phrase) == "norm":
        return Quantity("norm")
    if match := _PICTURE.fullmatch(plain(phrase)):
        return Quantity("picture", match[1])
    if match := _NORMALS.fullmatch(phrase):
        return Quantity("normals", match[1])
    raise ValueError(
        'a quantity must be measure "NAME", count of or gap of measure "NAME", SCALAR at A, '
        f'COORDINATE of A, {", ".join(FIELDS)}, norm, picture distance or normals "WAY", '
        f"got {shown(phrase)}"
    )


def _place(text: str) -> str | Point:
    if text in ("A", "B"):
        return text
    x, y = tuple_of(text, 2)
    return x, y


def check(text: str) -> Check:
    """Parse a sentence that states a check.  Raises ValueError."""
    sentence = " ".join(text.split())
    if len(sentence) > LONGEST:
        raise ValueError(f"a check has at most {LONGEST} characters, got {len(sentence)}")
    if plain(sentence) == "loop drawn":
        return Check("loop", sentence)
    if match := _NEAR.fullmatch(sentence):
        return _near(sentence, *match.groups())
    if match := _TOKEN.fullmatch(sentence):
        return Check("token", sentence, pin=match[1], word=match[2].strip())
    if match := _LAYER.fullmatch(sentence):
        if match[1] not in LAYERS:
            raise ValueError(f"a layer must be one of {', '.join(LAYERS)}, got {shown(match[1])}")
        return Check("layer", sentence, name=match[1], word=match[2])
    if match := _COMPARE.fullmatch(sentence):
        return _compare(sentence, *match.groups())
    if (match := _IS.fullmatch(sentence)) and match[1] in WORDS:
        return Check("is", sentence, name=match[1], word=plain(match[2]))
    raise ValueError(
        "a check must be like pin A within 0.3 of (0, 1), layer spray on, chart is disk, alpha = 1, "
        f'measure "Fisher–Rao length" < 2.9 or loop drawn, got {shown(sentence)}'
    )


def _near(sentence: str, what: str, pin: str, radius: str, place: str) -> Check:
    reach = value(radius)[0]
    if not reach > 0:
        raise ValueError(f"a pin must be within a positive distance, got {shown(radius)}")
    x, y = tuple_of(place, 2)
    kind = "near" if what == "pin" else "spot"
    return Check(kind, sentence, pin=pin, point=(x, y), bound=reach)


def _compare(sentence: str, left: str, sign: str, right: str) -> Check:
    bound, exact = value(right)
    return Check(
        "compare",
        sentence,
        bound=bound,
        word=right.strip(),
        sign={"≤": "<=", "≥": ">=", "≈": "="}.get(sign, sign),
        quantity=quantity(left),
        tolerance=BY_HAND if plain(left) in FIELDS else exact,
    )


def _pin(scene: Scene, name: str) -> Pin | None:
    return {"A": scene.start, "B": scene.end, "C": scene.third}[name]


def holds(asked: Check, scene: Scene, before: Scene, known: Known) -> bool | None:
    """Whether a check is satisfied in ``scene``; ``before``: the scene when the step began.

    None: the quantity is not computed yet, or not shown.  Raises ValueError if it never can be.
    """
    match asked.kind:
        case "near":
            pin = _pin(scene, asked.pin)
            assert pin is not None
            return dist(pin.theta, asked.point) <= asked.bound
        case "spot":
            it = scene.photograph
            return dist(it.start if asked.pin == "A" else it.end, asked.point) <= asked.bound
        case "token":
            pin = _pin(scene, asked.pin)
            return pin is not None and pin.token == token_of(manifold_of(scene.family), asked.word)
        case "layer":
            return bool(getattr(scene.layers, asked.name)) == (asked.word == "on")
        case "loop":
            return bool(scene.loop) and scene.loop != before.loop
        case "is":
            return plain(WORDS[asked.name](scene)) == asked.word
        case _:
            assert asked.quantity is not None
            found = known(asked.quantity)
            return None if found is None else compared(asked, found)


def compared(asked: Check, found: float) -> bool:
    """Whether a number satisfies a comparison."""
    match asked.sign:
        case "<":
            return found < asked.bound
        case ">":
            return found > asked.bound
        case "<=":
            return found <= asked.bound
        case ">=":
            return found >= asked.bound
        case _:
            return abs(found - asked.bound) <= asked.tolerance
