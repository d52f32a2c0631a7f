"""Small pictures of scenes with their answers, as plain shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from app.jobs import studies
from app.jobs.answers import Answer
from app.jobs.subject import Subject
from app.presenters import drawing
from app.views.canvas.layers.key import USUAL
from app.views.canvas.picture import picture
from app.views.canvas.plot import Plot
from app.views.interface.picture import Picture
from app.views.interface.theme import Theme

# logical pixels of the smallest picture
LEAST = (60, 40)


def drawn(
    subject: Subject, found: Sequence[Answer], size: tuple[int, int], theme: Theme
) -> Picture:
    """Return the picture of a scene; its lines have no key, which would cover it."""
    kinds = frozenset(chain(USUAL, *studies.curves_of_layers().values()))
    width, height = (max(side, least) for side, least in zip(size, LEAST, strict=True))
    plot = Plot((width, height), replace(theme, named=kinds))
    drawing.show_scene(plot, subject)
    for answer in found:
        drawing.show_answer(plot, subject, answer)
    scene, chart = subject.scene, subject.chart
    assert scene.start and scene.end
    pins = {
        name: tuple(map(float, chart.forward(np.array(pin.theta))))
        for name, pin in (("A", scene.start), ("B", scene.end))
    }
    return picture(plot, pins)
