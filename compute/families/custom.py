"""A user-defined family, from a definition in a file or in the specification itself.

``custom:FILE.json`` or ``custom:{"coordinates": …}``; alone, ``custom`` is the bundled example.
"""

from __future__ import annotations

from typing import Any

from compute.custom import definition
from compute.custom.custom_family import custom_family
from compute.definitions.family import Family
from compute.manifold.manifold import Manifold


def _settled(chosen: dict[str, Any]) -> dict[str, Any]:
    source = str(chosen.get("source", ""))
    stated = definition.read(source) if source else definition.example()
    return {**chosen, "source": definition.text_of(stated)}


def _build(key: str, source: str) -> Manifold:
    return custom_family(definition.read(source))


FAMILY = Family(
    name="custom",
    title="Your own family…",
    coordinates=("θ₁", "θ₂"),
    domain="as stated",
    line_element="as stated",
    curvature="varies",
    charts=("parameters",),
    closed_forms=(),
    build=_build,
    parameters={"source": ""},
    settled=_settled,
)
