"""The panel Descents: its form, and the race in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.jobs.studies.descents import HINTS, TITLES, DescentsJob, Race
from app.jobs.studies.study import StudyAnswer
from app.model.descents import DIVERGENCE, LIKELIHOOD, RATES, STEPS, DescentSettings
from app.model.layers import is_shown
from app.model.scene import Scene
from app.views.interface.choices import Choice
from app.views.interface.descents import DescentLine, DescentsState
from app.views.interface.flow import Setting
from compute.core.status import Status
from compute.statistics.descent import Descent

LOSSES = (
    Choice(LIKELIHOOD, "− log-likelihood where there are data"),
    Choice(DIVERGENCE, "KL(B‖θ)"),
)
LOSS_HINT = (
    "What descends: the negative log-likelihood of all samples of the points of data, per value, in an "
    "exponential family; else, and without fitted points, KL(B‖θ)."
)
STARTS = (Choice("A", "A"), Choice("C", "C"))
ABSENT = "Press Play, or switch on the layer, to start the race."


def settings(descents: DescentSettings) -> tuple[Setting, ...]:
    """Return the rows of the form."""
    rates = (
        Setting(f"descents.{m}", f"γ {m}", HINTS[m], rate, limits=RATES)
        for m, rate in descents.rates.items()
    )
    return (
        Setting("descents.loss", "Loss", LOSS_HINT, descents.loss, LOSSES),
        Setting(
            "descents.start", "Start", "The pin of the first point.", descents.start, STARTS
        ),
        *rates,
        Setting("descents.steps", "steps", "The most steps.", descents.steps, limits=STEPS),
    )  # fmt: skip


def state(scene: Scene, answer: StudyAnswer | None, stale: bool, running: bool) -> DescentsState:
    """Return the panel's state; ``answer``: of the race, None if there is none; stale: it belongs to an
    earlier scene.
    """
    steps, shown = scene.descents.steps, is_shown(scene.layers, "descents")
    found = answer.detail if answer is not None and shown else None
    race = found if isinstance(found, Race) else None
    return DescentsState(
        settings(scene.descents),
        shown,
        running,
        int(scene.playhead * steps + 1e-6),  # the last whole one, as the marks
        steps,
        race.loss if race else "",
        _note(shown, answer),
        tuple(_line(method, run, race) for method, run in race.runs.items()) if race else (),
        stale,
    )


def _note(shown: bool, answer: StudyAnswer | None) -> str:
    """Say why there is no race; "" if there is one."""
    if not shown:
        return ABSENT
    if answer is None:
        return "computing the descents …"
    return f"⚠ {answer.problem}" if answer.problem else ""


def _line(method: str, run: Descent, race: Race) -> DescentLine:
    """Return one descent with the Fisher length of its steps."""
    path = race.paths.get(method)
    walked, fine = np.zeros(0), run.status in (Status.OK, Status.NOT_CONVERGED)
    made = len(run.theta) - 1
    words = f"{made} step{'' if made == 1 else 's'}"
    if run.status == Status.OK:
        words += ", converged"
    elif not fine:
        words += f", then {run.status.words}"
    if run.loss[-1] > run.loss[0]:
        words, fine = f"{words}; it diverges", False
    if path is not None and path.status == Status.OK:
        walked = np.concatenate([[0.0], np.cumsum(path.lengths)])
        words += f"; length {path.length:.4g}, geodesic {path.distance:.4g}"
    elif path is not None:
        words += f"; length: {path.status.words}"
    elif method not in race.paths:
        words += "; length on release"
    return DescentLine(method, TITLES[method], run.loss, walked, words, fine)


def is_current(wanted: DescentsJob | None, answer: StudyAnswer) -> bool:
    """Whether an answer is that of the job that the scene wants, in a drag or at rest."""
    return wanted is not None and answer.job in (
        replace(wanted, live=False),
        replace(wanted, live=True),
    )
