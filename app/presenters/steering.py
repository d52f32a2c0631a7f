"""The steering bench in words: filmstrip, lumped key, measures."""

from __future__ import annotations

from functools import lru_cache

from app.views.interface.steering import SteeringState
from app.views.text.token_names import isolated, numbered
from compute.core.status import Status
from compute.families import parse
from compute.heads import output_file, output_head
from compute.heads.output_head import WordChoice
from compute.steering.bench import Steering
from compute.steering.route import Route

# words of a point in the filmstrip
WORDS = 4


@lru_cache(maxsize=16)
def lumped_note(family: str) -> str:
    """Return the mass of the lumped key of an output layer, for the canvas; "" for other
    families.
    """
    name, stated = parse(family)
    if name != "attention" or not stated.get("output"):
        return ""
    choice = output_head.chosen(output_file.load(stated["source"]), stated["output"])
    return lumped(choice) if choice.left else ""


def lumped(choice: WordChoice) -> str:
    """Return which words the lumped key holds, and its mass at both tokens."""
    if not choice.left:
        return f"All {len(choice.chosen)} words are keys."
    a, b = (isolated(choice.layer.labels[i]) for i in (choice.a, choice.b))
    return (
        f"One key stands for {choice.left} other words: {_percent(choice.rest[0])} of the mass at "
        f"“{a}”, {_percent(choice.rest[1])} at “{b}”"
    )


def leak_remark(choice: WordChoice) -> str:
    """Return why the leak is approximate, where a row of the layer stands for many words; else ""."""
    if not choice.layer.others:
        return ""
    return (
        f"The file has one row for {choice.layer.others} words: the leak counts them as one word, and "
        "between tokens it may be far from that of all words"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share >= 1e-6 else "under 0.0001 %"


def rows(found: Steering) -> list[dict[str, object]]:
    """Return a row for each point of each path, by the names that tables and JSON have."""
    return [_row(found, path, i) for path in found.routes for i in range(len(path.t))]


def _row(found: Steering, path: Route, i: int) -> dict[str, object]:
    likeliest = zip(path.top[i], path.p[i], strict=True)
    words = {
        name: value
        for n, (j, p) in enumerate(likeliest, 1)
        for name, value in (
            (f"word_{n}", found.choice.layer.word(int(j))),
            (f"p_{n}", float(p)),
        )
    }
    return {
        "path": path.kind,
        "t": float(path.t[i]),
        "leak": float(path.leak[i]),
        "kl_from_a": float(path.kl[i]),
        "rest": float(path.rest[i]),
        "rest_lumped": float(path.lumped[i]),
        "bend": float(path.bend[i]),
        "status": Status(int(path.status[i])).name,
        **words,
    }


def state(found: Steering, path: str, on_canvas: bool) -> SteeringState:
    """Return the panel's state for the paths of a pair."""
    choice = found.choice
    chosen = next(each for each in found.routes if each.kind == path)
    return SteeringState(
        tokens=tuple(map(numbered, range(len(choice.layer.labels)), choice.layer.labels)),
        a=choice.a,
        b=choice.b,
        path=path,
        on_canvas=on_canvas,
        t=chosen.t,
        leaks={each.kind: each.leak for each in found.routes},
        film=tuple(_point(choice, chosen, i) for i in range(len(chosen.t))),
        lumped=". ".join(filter(None, (lumped(choice), leak_remark(choice)))),
        lines=_measures(found),
    )


def _point(choice: WordChoice, path: Route, i: int) -> str:
    """Return the next words at a point, and its status if that is not OK."""
    top = zip(path.top[i][:WORDS], path.p[i][:WORDS], strict=True)
    words = "  ".join(f"{isolated(choice.layer.word(int(j)))} {p:.2f}" for j, p in top)
    status = Status(int(path.status[i]))
    warning = "" if status == Status.OK else f"  ⚠ {status.words}"
    return f"{path.t[i]:.3g}:  {words}{warning}"


def _measures(found: Steering) -> tuple[str, ...]:
    r, m = found.radii, found.routes[1]
    third = numbered(found.third, found.choice.layer.labels[found.third])
    length = (
        f"{found.length:.4g}" if found.length_status == Status.OK else found.length_status.words
    )
    return (
        f"Fisher–Rao distance in all of hidden space: {found.lower:.4g} to {found.most:.4g}; in the "
        f"plane with “{third}”: {length}.",
        f"The mean of all words on the m-path is off a straight line by {m.bend.max():.1g} of its "
        f"length; the path leaves the plane by {found.off:.2g} |AB|.",
        f"KL from A reaches {r.budget:g} at {r.ball:.3g} |AB|, by the quadratic at {r.quadratic:.3g}. "
        f"The quadratic is wrong by 10 % from {r.failed:.3g} |AB| on ({r.cubic:.3g} by the next "
        f"term; surely not within {r.safe:.2g}).",
        f"Cosine of B − A and the change of the mean: {found.cosine:.3f}.",
    )
