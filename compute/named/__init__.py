"""Attention Geodesics by one name of its own: ``import attention_geodesics as ag``.

The names are those of `compute`, which is imported when one of them is first used.  The wheel installs
this folder as the package ``attention_geodesics``.

>>> import attention_geodesics as ag
>>> ag.family("gaussian").title
'Normal distributions'
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """Return a public name of `compute`.  Raises AttributeError for any other."""
    compute = import_module("compute")
    if name == "__all__":
        return compute.__all__
    if name.startswith("_") or name not in compute.__all__:
        raise AttributeError(
            f"attention_geodesics has no {name}; it has {', '.join(compute.__all__)}"
        )
    return getattr(compute, name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(import_module("compute").__all__)
