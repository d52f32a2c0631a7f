"""Studies: layers around the geodesic, one file each.

A module that defines ``STUDY`` is found automatically; it defines the layer's name, its texts, its job
and its curves.  Layers of installed packages are further studies.  May import what `app.jobs` may.
"""

from __future__ import annotations

import importlib
from functools import cache

from app.jobs.studies import of_package
from app.jobs.studies.construction import Construction
from app.jobs.studies.study import Study
from app.model.study_folders import FOLDERS, study_names
from app.views.interface import curve_styles

__path__ = [str(folder) for folder in FOLDERS]


@cache
def kinds() -> tuple[type[Study], ...]:
    """Return all studies, in the order of the layers panel."""
    modules = [importlib.import_module(f"{__name__}.{name}") for name in study_names()]
    found = [*(module.STUDY for module in modules), *_offered()[0]]
    for kind in found:
        curve_styles.STYLES.update(kind.curves)
    return tuple(sorted(found, key=lambda kind: kind.place))


@cache
def _offered() -> tuple[tuple[type[Study], ...], tuple[str, ...]]:
    return of_package.load()


def problems() -> tuple[str, ...]:
    """Return one line for each layer of an installed package that was left out."""
    return _offered()[1]


def problems_met() -> tuple[str, ...]:
    """Return `problems` if layers were used in this process; () before."""
    return problems() if _offered.cache_info().currsize else ()


def constructions() -> tuple[type[Construction], ...]:
    """Return the studies that are constructions, in the order of the layers panel."""
    return tuple(kind for kind in kinds() if issubclass(kind, Construction))


@cache
def layers_of_third() -> tuple[str, ...]:
    """Return the layers of the studies that start from C, which is shown with them."""
    return tuple(kind.layer() for kind in kinds() if kind.uses_third)


def curves_of_layers() -> dict[str, tuple[str, ...]]:
    """Return the kinds of curve that belong to each study's layer."""
    return {kind.layer(): tuple(kind.curves) for kind in kinds()}
