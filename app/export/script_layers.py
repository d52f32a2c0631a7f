"""The part of an exported script that recomputes layers: constructions, means, regions, clusters.

Each layer is a few lines for the public API of `compute`, and expressions whose values must be those of
the figure's measures, to the digits that these state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.jobs.answers import Answer
from app.jobs.studies.points_mean import TITLES, PointsMeanJob
from app.jobs.studies.regions import MOST as DRAWN
from app.jobs.studies.regions import RegionsJob
from app.jobs.studies.study import StudyAnswer
from app.model.data_points import DataPoint, standing
from app.model.data_settings import DataSettings
from app.model.scene import Scene
from app.views.interface.views import Measure
from compute.core.arrays import Floats
from compute.families import manifold as manifold_of
from compute.statistics.likelihood_region import is_summarised

# a number as a measure states it
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])")
# measures that state how well a mean is known
CERTIFICATES = ("Mean logarithm", "Mean unit logarithm")
# boundary points of each region that a script checks, and maximum number of regions
RING, MOST = 8, 20


@dataclass(frozen=True)
class _Layer:
    """code: the lines that compute; values: expressions by the name of their measure; count: how many
    numbers of the measure, if not all.
    """

    code: str
    values: Mapping[str, str]
    count: Mapping[str, int] = field(default_factory=dict)


def _projection(kind: str, divergence: str, left: str, right: str) -> tuple[str, dict[str, str]]:
    name = f"{kind}_projection"
    return f'{name} = compute.project(manifold, START, END, THIRD, kind="{kind}")\n', {
        f"{kind}-projection of C": f"{name}.theta",
        f"{divergence}, {kind}-projection": f"{name}.divergence",
        left: f"{name}.left",
        right: f"{name}.right",
    }


_M = _projection("m", "KL(C‖Q)", "KL(C‖B)", "KL(C‖Q) + KL(Q‖B)")
_E = _projection("e", "KL(Q‖C)", "KL(B‖C)", "KL(Q‖C) + KL(B‖Q)")
_FOOT = "foot = compute.foot(manifold, START, END, THIRD)\n"
_ANGLES = {f"Angle at {name}": 1 for name in "ABC"}

LAYERS: Mapping[str, _Layer] = {
    "midpoint": _Layer(
        "middle = compute.midpoint(manifold, START, END)\n", {"Midpoint": "middle.theta"}
    ),
    "bisector": _Layer(
        "middle = compute.midpoint(manifold, START, END)\n"
        "lengths = 2.0 * middle.distance * np.linspace(-1.0, 1.0, 49)\n"
        "bisector = compute.bisector(manifold, START, END, lengths)\n"
        "known = np.isfinite(bisector.theta).all(axis=-1)\n"
        "aside = (bisector.theta - bisector.perpendicular)[known]\n"
        "g = geodesic.fisher_rao_metric(bisector.perpendicular[known])\n"
        'off = np.sqrt(np.einsum("ni,nij,nj->n", aside, g, aside)).max()\n',
        {"Bisector off the perpendicular": "off"},
    ),
    "perpendicular": _Layer(
        _FOOT,
        {
            "Foot of the perpendicular": "foot.theta",
            "Place of the foot": "foot.t",
            "Distance of C from AB": "abs(foot.distance)",
        },
        {"Distance of C from AB": 1},
    ),
    "triangle": _Layer(
        "triangle = compute.triangle(manifold, START, END, THIRD)\n",
        {
            "Sides BC · CA · AB": "triangle.sides",
            **{f"Angle at {name}": f"triangle.angles[{i}]" for i, name in enumerate("ABC")},
            "Angle sum − π": "triangle.excess",
            "∫K dA": "triangle.total_curvature",
            "Area of ABC": "triangle.area",
        },
        _ANGLES,
    ),
    "parallel": _Layer(
        "parallel = compute.parallel(manifold, START, END, THIRD)\n" + _FOOT,
        {"Parallel through C": "parallel.velocity", "Equidistant curve": "abs(foot.distance)"},
    ),
    "projection": _Layer(_M[0] + _E[0], {**_M[1], **_E[1]}),
    "points_mean": _Layer(
        "mean = compute.FrechetMean(manifold, MEAN).fit(POINTS)\n",
        {**dict.fromkeys(TITLES.values(), "mean.theta_"), "Variance": "mean.variance_"},
    ),
}

_CHECK = '''

def check(name, value, stated, tolerance={digits!r}):
    """Compare a value with the figure, to the digits that it states."""
    print(f"{{name}}: {{value}}")
    np.testing.assert_allclose(
        value, stated, rtol=tolerance, atol=0.1 * tolerance, err_msg=name
    )

'''
# relative tolerance of numbers with six digits
DIGITS = 1e-5
_CLUSTERS = """
# distances of the points, and their silhouettes in the groups of the figure
GROUPS = {groups}
distances = compute.Points(manifold, POINTS).distances(engine)
silhouettes = compute.silhouette_samples(distances, np.unique(GROUPS, return_inverse=True)[1])
print(f"mean silhouette {{silhouettes.mean():.6g}}, distances {{distances.worst.name}}")
"""
_RING = """
# the boundary of a likelihood-ratio region, 2n KL(fit || theta) = chi2
fitted, ring = np.array([{centre}]), np.array({ring})
check("Region of " + {label}, 2.0 * {n} * manifold.divergence(fitted, ring), {level}, 1e-4)
"""


def layers(scene: Scene, found: Sequence[Answer]) -> str:
    """Return the lines that recompute the layers of a completed scene, as far as they have numbers."""
    chunks = [*_points(scene, found), *_measured(found), *_regions(found), *_clusters(scene)]
    if not chunks:
        return ""
    assert scene.third
    third = f"THIRD = {_plain(scene.third.theta)}\n"
    return _CHECK.format(digits=DIGITS) + third + "".join(chunks)


def _studies(found: Sequence[Answer]) -> Iterator[StudyAnswer]:
    return (answer for answer in found if isinstance(answer, StudyAnswer) and not answer.problem)


def _points(scene: Scene, found: Sequence[Answer]) -> Iterator[str]:
    used = any(isinstance(answer.job, PointsMeanJob) for answer in _studies(found))
    if standing(scene.points) and (used or _groups(scene)):
        yield f"POINTS = np.array({[list(p.theta) for p in standing(scene.points)]})\n"
        yield "MEAN = " + ascii(scene.data.mean) + "\n"


def _measured(found: Sequence[Answer]) -> Iterator[str]:
    """Return the lines of each layer whose measures have numbers."""
    for answer in _studies(found):
        layer = LAYERS.get(answer.job.layer())
        if layer is not None:
            checks = "".join(_checks(layer, answer.measures))
            yield f"\n# {answer.job.layer()}\n{layer.code}{checks}" if checks else ""


def _checks(layer: _Layer, measures: Sequence[Measure]) -> Iterator[str]:
    tolerance = _tolerance(measures)
    for measure in measures:
        expression = layer.values.get(measure.name)
        numbers = numbers_in(measure.value)[: layer.count.get(measure.name)]
        if expression and numbers:
            stated = numbers[0] if len(numbers) == 1 else numbers
            yield f"check({measure.name!a}, {expression}, {stated}{tolerance})\n"


def _tolerance(measures: Sequence[Measure]) -> str:
    """Return the last argument of a check of a mean, which is known to its certificate."""
    found = [numbers_in(measure.value) for measure in measures if measure.name in CERTIFICATES]
    error = 10.0 * max((numbers[0] for numbers in found if numbers), default=0.0)
    return f", {error:g}" if error > DIGITS else ""


def numbers_in(words: str) -> tuple[float, ...]:
    """Return the numbers of a measure's value; none for one that is only approximate."""
    return () if words.startswith("≈") else tuple(map(float, _NUMBER.findall(words)))


def _regions(found: Sequence[Answer]) -> Iterator[str]:
    """Return checks of the drawn boundaries by the equation of the region."""
    for answer in _studies(found):
        job = answer.job
        if not isinstance(job, RegionsJob) or not is_summarised(manifold_of(job.family)):
            continue
        if "region" in answer.curves:
            rings = _rings(answer.curves["region"], min(len(job.points), DRAWN))
            for point, ring in zip(job.points[:MOST], rings, strict=False):
                yield _region(point, ring, job.data) if ring else ""


def _region(point: DataPoint, ring: list[list[float]], data: DataSettings) -> str:
    return _RING.format(
        label=ascii(point.label),
        n=repr(float(point.n * data.times)),
        centre=_plain(point.theta),
        ring=ring,
        level=repr(float(-2.0 * np.log1p(-data.level))),
    )


def _rings(curve: Floats, count: int) -> list[list[list[float]]]:
    """Return some points of each of ``count`` boundaries of one size, NaN between them."""
    size = (len(curve) + 1) // count
    rings = (curve[i * size : (i + 1) * size - 1 : (size - 1) // RING] for i in range(count))
    return [ring[np.isfinite(ring).all(axis=1)].tolist() for ring in rings]


def _clusters(scene: Scene) -> Iterator[str]:
    if groups := _groups(scene):
        yield _CLUSTERS.format(groups=ascii(groups))


def _groups(scene: Scene) -> list[str]:
    """Return the groups of the points, if each has one and there are two to compare."""
    groups = [point.group for point in standing(scene.points)]
    whole = all(groups) and 2 <= len(set(groups)) < len(groups)
    return groups if whole else []


def _plain(values: Sequence[float]) -> str:
    return repr(tuple(float(value) for value in values))
