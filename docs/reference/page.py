"""The table as JSON and as a page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import cases, entries, normals, published

DOCS = Path(__file__).parents[1]
JSON, PAGE = DOCS / "table.json", DOCS / "table.md"
LOCAL = {"metric": "g", "christoffel": "Γ", "cubic": "T", "curvature": "K"}
BETWEEN = {
    "distance": "d",
    "e_length": "length of the e-geodesic",
    "m_length": "length of the m-geodesic",
    "kl_forward": "KL(A‖B)",
    "kl_backward": "KL(B‖A)",
}
HEAD = """# Table of reference values

Metric, connection, curvature, distances, lengths of e- and m-geodesics and divergences of every
family, distances of [normals of several dimensions](#normals-of-several-dimensions), each by two
methods that share no code beyond the stated formula, and
[published numbers that are wrong](#published-errors). Conventions are those of
[mathematics.md](mathematics.md#conventions): g = E[∂l ∂l] without a factor, natural logarithms,
Γ^k_ij of the Levi-Civita connection. [table.json](table.json) has the same entries with all
components and with [bounds](mathematics.md#two-sided-distances-where-k--0) of distances, by
[this schema](../assets/table.schema.json).

**Digits** is the number of decimal digits on which the methods agree, relative to the largest
component; 14 at most, as one of the methods is the program in float64. A value is rounded to them.

| Sign | Method |
| --- | --- |
{methods}

Any entry is printed by one of these commands, with `--alpha 1` for the e-geodesic and `--alpha=-1`
for the m-geodesic:

```
attention-geodesics geometry gamma --at 0.5,0.4 --json
attention-geodesics geodesic gamma --start 0.5,0.4 --end 6,3 --json
attention-geodesics families --json
attention-geodesics normals --start 0,0,0.4,0,0.4 --end 0.4,0.4,0.5,0,0.5 --json
```

`make docs` writes the table, in some minutes. Components are g₁₁, g₁₂, g₂₂; Γ¹₁₁, Γ¹₁₂, Γ¹₂₂, Γ²₁₁,
Γ²₁₂, Γ²₂₂; T₁₁₁, T₁₁₂, T₁₂₂, T₂₂₂.
"""
SIGNS = {
    entries.PROGRAM: "P",
    entries.BY_MEANS: "M",
    entries.BY_SLOPES: "S",
    entries.BY_DISTANCE: "D",
    entries.BY_FORMULA: "F",
    entries.BY_POLYNOMIAL: "C",
    entries.BY_CLOSED_FORM: "L",
    entries.BY_INTEGRAL: "I",
    normals.BY_EXPONENTIAL: "E",
    normals.BY_SHOOTING: "R",
}
# of a tensor as nested lists: the independent components
COMPONENTS: Mapping[str, tuple[tuple[int, ...], ...]] = {
    "metric": ((0, 0), (0, 1), (1, 1)),
    "christoffel": ((0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 1)),
    "cubic": ((0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1)),
}


def made(wanted: Sequence[str] = (), before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the table of all families and of normals; of ``wanted`` names alone anew, of others as in
    ``before``.
    """
    before = before or {}
    kept = {family["family"]: family for family in before.get("families", ())}
    found: dict[str, Any] = {
        "families": [
            entries.family(case)
            if not wanted or case.specification in wanted
            else kept[case.specification]
            for case in cases.cases()
            if not wanted or case.specification in (*wanted, *kept)
        ]
    }
    anew = not wanted or "normals" in wanted
    found["normals"] = normals.rows() if anew else before.get("normals", [])
    found["errors"] = [
        {**error, **looked_up(found, error["entry"])}
        for error in published.ERRORS
        if error["entry"][0] in ("normals", *(f["family"] for f in found["families"]))
    ]
    return found


def looked_up(table: Mapping[str, Any], entry: list[Any]) -> dict[str, Any]:
    """Return the value, digits and methods of an entry: family, its one or two points, its name."""
    name, ends, quantity = entry
    pairs, points = table["normals"], []
    if name != "normals":
        (family,) = (f for f in table["families"] if f["family"] == name)
        pairs, points = family["pairs"], family["points"]
    rows = [p for p in points if [p["theta"]] == ends]
    rows += [p for p in pairs if [p["start"], p["end"]] == ends]
    found = rows[0][quantity]
    return {key: found[key] for key in ("value", "digits", "methods")}


def text(table: Mapping[str, Any]) -> str:
    """Return the page of a table."""
    signs = "\n".join(f"| {sign} | {method} |" for method, sign in SIGNS.items())
    parts = [HEAD.format(methods=signs)]
    parts += ["\n".join(_family(family)) for family in table["families"]]
    parts += ["\n".join(_normals(table["normals"])), "\n".join(_errors(table["errors"]))]
    return "\n".join(parts)


def _family(family: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {family['title']}\n"
    yield f"`{family['specification']}`, coordinates {', '.join(family['coordinates'])}.\n"
    yield "| At | Quantity | Value | Digits | Methods |\n| --- | --- | --- | --- | --- |"
    for point in family["points"]:
        for name, sign in LOCAL.items():
            if name in point:
                yield _row(_point(point["theta"]), sign, name, point[name])
    for pair in family["pairs"]:
        for name, sign in BETWEEN.items():
            if name in pair:
                ends = f"{_point(pair['start'])} – {_point(pair['end'])}"
                yield _row(ends, sign, name, pair[name])
    yield ""


def _normals(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "## Normals of several dimensions\n"
    yield "Each by its mean and the rows of its covariance.\n"
    yield "| Dimension | From | To | d | Digits | Methods | Printed elsewhere |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for row in rows:
        entry = row["distance"]
        methods = " ".join(SIGNS[method] for method in entry["methods"])
        yield (
            f"| {row['dimension']} | {_law(row['start'])} | {_law(row['end'])} | "
            f"{entry['value']:.14g} | {entry['digits']} | {methods} | {row.get('printed', '')} |"
        )
    yield ""


def _law(law: Mapping[str, Any]) -> str:
    return f"{_point(law['mean'])}, {', '.join(map(_point, law['covariance']))}"


def _point(theta: list[float]) -> str:
    return f"({', '.join(f'{t:.12g}' for t in theta)})"


def _row(at: str, sign: str, name: str, entry: Mapping[str, Any]) -> str:
    digits = "one method" if entry["digits"] is None else str(entry["digits"])
    methods = " ".join(SIGNS[method] for method in entry["methods"])
    return f"| {at} | {sign} | {_value(name, entry)} | {digits} | {methods} |"


def _value(name: str, entry: Mapping[str, Any]) -> str:
    value = entry["value"]
    if name not in COMPONENTS:
        return f"{value:.14g}"
    return ", ".join(f"{_at(value, index):.14g}" for index in COMPONENTS[name])


def _at(value: Any, index: tuple[int, ...]) -> float:
    for i in index:
        value = value[i]
    return float(value)


def _errors(errors: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "## Published errors\n"
    yield "| Subject | Source | Printed | Right | Digits | Methods | Mistake | Command |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for error in errors:
        name = error["entry"][2]
        methods = " ".join(SIGNS[method] for method in error["methods"])
        yield (
            f"| {error['subject']} | {error['source']} | {error['printed']} | "
            f"{_value(name, error)} | {error['digits']} | {methods} | {error['mistake']} | "
            f"`{error['command']}` |"
        )
    yield ""


def write(wanted: Sequence[str] = ()) -> None:
    """Write the table and its page; with ``wanted`` names only these families, or ``normals``, anew."""
    before = json.loads(JSON.read_text("utf-8")) if wanted else None
    table = made(wanted, before)
    JSON.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(text(table), "utf-8")
