"""The reference of the Python interface, from the docstrings of the public names of `compute`."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import compute

# title and names of each page; every public name is on one
GROUPS = {
    "families": (
        "Families",
        ("family", "families", "custom_family", "attention_manifold"),
    ),
    "geodesics": (
        "Geodesics and transport",
        ("AttentionGeodesic", "Path", "TileTransport", "PathOptimization"),
    ),
    "constructions": (
        "Constructions",
        (
            *("midpoint", "perpendicular", "bisector", "foot", "triangle"),
            *("circumcentre", "incentre", "parallel", "project"),
        ),
    ),
    "flows": (
        "Flows and descent",
        ("AttentionFlow", "natural_gradient_flow", "descend"),
    ),
    "attention": (
        "Attention",
        (
            *("GeometricAttention", "capture", "capture_sdpa", "from_transformer_lens"),
            *("steer", "GeodesicViT"),
        ),
    ),
    "statistics": (
        "Samples and statistics",
        (
            *("fit", "Fits", "FrechetMean", "TangentPCA", "GeodesicRegression"),
            *("likelihood_ratio_test", "permutation_test"),
        ),
    ),
    "points": (
        "Points, distances and clusters",
        (
            *("Points", "KMeans", "KMedoids", "AgglomerativeClustering", "silhouette_samples"),
            *("NearestNeighbors", "KNeighborsClassifier", "ClassicalMDS"),
        ),
    ),
    "normals": ("Normals of any dimension", ("Normal", "normal_geodesic", "normal_paths")),
    "engines": (
        "Engines, statuses, scenes",
        ("open_engine", "Engine", "NoAdapter", "Status", "show", "scene_store"),
    ),
}
INDEX = """# Python interface

These names are stable; everything else may move. `import compute` and
`import attention_geodesics as ag` offer the same ones. Points have shape (..., 2) in the family's own
coordinates θ. Wrong arguments raise ValueError; what fails numerically has a
{py:obj}`status <compute.Status>`. [The guide](../guide.md#from-python) has a table of the names, and
[the notebook](../names.md) shows each in use.
"""
RESULTS = """# Results

Records that functions and methods return. Their fields are those of the signature; the modules in which
they are defined may change.
"""
_NAME = re.compile(r"[A-Za-z_][\w.]*")
_CODE = re.compile(r"``(.+?)``|`([^`]+)`")
_SPECIAL = re.compile(r"([\\*_<>\[\]$|{}#~])")


def prose(text: str, names: dict[str, str]) -> str:
    """Return a line of a docstring as Markdown: code stays, public names become links."""
    made, end = [], 0
    for found in _CODE.finditer(text):
        made.append(_SPECIAL.sub(r"\\\1", text[end : found.start()]))
        word = found[1] or found[2]
        target = names.get(word.removeprefix("compute.").removesuffix("()"))
        made.append(f"{{py:obj}}`{word} <{target}>`" if target and not found[1] else f"`{word}`")
        end = found.end()
    return "".join(made) + _SPECIAL.sub(r"\\\1", text[end:])


def markdown(docstring: str, names: dict[str, str]) -> str:
    """Return a docstring as Markdown: examples in fences, formulas in blocks, the rest as `prose`."""
    made: list[str] = []
    for block in re.split(r"\n{2,}", docstring):
        if block.startswith(">>> "):
            made.append(f"```pycon\n{block}\n```")
        elif block.startswith("    "):
            made.append(f"```formula\n{inspect.cleandoc(block)}\n```")
        else:
            text, example, rest = block.partition("\n>>> ")
            made.append(prose(text, names))
            made += [f"```pycon\n>>> {rest}\n```"] if example else []
    return "\n\n".join(made)


class _AsWritten(str):
    """An annotation that is shown without quotation marks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def signature(subject: Any) -> str:
    """Return the arguments of a function or class as written; "" for an interface or exception.

    Classes of results are named with their modules, so that they are linked to their entries.
    """
    if inspect.isclass(subject) and getattr(subject, "_is_protocol", False):
        return ""
    try:
        found = inspect.signature(subject)
    except ValueError:
        return ""
    kept = [
        one.replace(annotation=_written(one.annotation, subject))
        for name, one in found.parameters.items()
        if name != "self"
    ]
    is_class = inspect.isclass(subject)
    result = inspect.Signature.empty if is_class else _written(found.return_annotation, subject)
    return str(found.replace(parameters=kept, return_annotation=result))


def _written(annotation: Any, subject: Any) -> Any:
    if not isinstance(annotation, str):
        return annotation

    def named(found: re.Match[str]) -> str:
        one = _class_of(found[0], subject)
        return f"{one.__module__}.{one.__qualname__}" if _is_result(one) else found[0]

    return _AsWritten(_NAME.sub(named, annotation))


def _class_of(name: str, subject: Any) -> Any:
    """Return what a name means where ``subject`` is defined; None if only type checkers know it."""
    found: Any = getattr(inspect.getmodule(inspect.unwrap(subject)), name.split(".")[0], None)
    for part in name.split(".")[1:]:
        found = getattr(found, part, None)
    return found


def _is_result(one: Any) -> bool:
    """Whether an object is a record of `compute` that callers get and no public name."""
    is_own = dataclasses.is_dataclass(one) and isinstance(one, type)
    return is_own and one.__module__.startswith("compute.") and one.__name__ not in compute.__all__


def results() -> list[type]:
    """Return the classes that public names return and that are no public names, by name."""
    public = [getattr(compute, name) for name in compute.__all__]
    callables = [one for one in public if not inspect.isclass(one)]
    for one in filter(inspect.isclass, public):
        callables += [value for _, value in members(one) if callable(value)]
    returned = [
        (name, one)
        for one in callables
        for name in _NAME.findall(str(getattr(one, "__annotations__", {}).get("return", "")))
    ]
    found = {made for name, one in returned if _is_result(made := _class_of(name, one))}
    return sorted(found, key=lambda one: one.__name__)


def members(subject: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties of a class, those of its own bases included."""
    bases = [base for base in subject.__mro__ if base.__module__.startswith("compute")]
    names = {name: value for base in reversed(bases) for name, value in vars(base).items()}
    for name, value in names.items():
        is_shown = _is_property(value) or (callable(value) and not isinstance(value, type))
        if is_shown and not name.startswith("_") and inspect.getdoc(value):
            yield name, value


def _is_property(value: object) -> bool:
    return isinstance(value, property) or type(value).__name__ == "cached_property"


def entry(name: str, subject: Any, names: dict[str, str], owner: str = "compute") -> str:
    """Return the entry of a public name, or of a class of results in the module ``owner``."""
    text = markdown(inspect.getdoc(subject) or "", names)
    if not inspect.isclass(subject):
        return _directive(3, "function", f"{name}{signature(subject)}", text)
    inner = [text]
    if issubclass(subject, enum.Enum):
        inner += [
            _directive(
                3, "attribute", f"{one.name}\n:value: {one.value}", getattr(one, "words", "")
            )
            for one in subject
        ]
    heading = name + ("" if issubclass(subject, enum.Enum) else signature(subject))
    for member, value in members(subject):
        own = names | {key: f"{owner}.{name}.{key}" for key, _ in members(subject)}
        words = markdown(inspect.getdoc(value) or "", own)
        if _is_property(value):
            inner.append(_directive(3, "property", member, words))
        else:
            inner.append(_directive(3, "method", f"{member}{signature(value)}", words))
    kind = "exception" if issubclass(subject, BaseException) else "class"
    return _directive(4, kind, heading, "\n\n".join(inner))


def _directive(ticks: int, kind: str, heading: str, text: str) -> str:
    fence = "`" * (ticks + 1)
    return f"{fence}{{py:{kind}}} {heading}\n\n{text}\n{fence}"


def first_sentence(name: str) -> str:
    """Return the first sentence of a public name's docstring."""
    text = " ".join((inspect.getdoc(getattr(compute, name)) or "").split("\n\n")[0].split())
    return re.split(r"(?<=[.])\s", text)[0]


def write(target: Path) -> None:
    """Write the index of the interface and the page of each group."""
    target.mkdir(parents=True, exist_ok=True)
    names = {name: f"compute.{name}" for name in compute.__all__}
    index = [INDEX]
    for page, (title, listed) in GROUPS.items():
        index.append(f"## [{title}]({page}.md)\n\n| Name | |\n|---|---|")
        index += [
            f"| {{py:obj}}`~compute.{name}` | {prose(first_sentence(name), names)} |"
            for name in listed
        ]
        index.append("")
        entries = "\n\n".join(entry(name, getattr(compute, name), names) for name in listed)
        (target / f"{page}.md").write_text(
            f"# {title}\n\n```{{py:currentmodule}} compute\n```\n\n{entries}\n", "utf-8"
        )
    (target / "results.md").write_text(_results_page(names), "utf-8")
    index.append("## [Results](results.md)\n\nWhat functions and methods return.\n")
    pages = "".join(f"{page}\n" for page in (*GROUPS, "results"))
    index.append(f"```{{toctree}}\n:hidden:\n\n{pages}```\n")
    (target / "index.md").write_text("\n".join(index), "utf-8")


def _results_page(names: dict[str, str]) -> str:
    made = [RESULTS]
    for one in results():
        own = entry(one.__name__, one, names, one.__module__)
        made.append(f"```{{py:currentmodule}} {one.__module__}\n```\n\n{own}")
    return "\n\n".join(made) + "\n"
