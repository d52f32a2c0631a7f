"""``heads``: the scores of all heads of files, and the distances between the heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.subcommand import Subcommand
from app.model.file_formats import CSV, NPZ

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import numpy as np

    from compute.atlas.head_distances import HeadDistances
    from compute.atlas.head_scores import HeadScores
    from compute.heads.head import HeadFile

    Scored = list[tuple[int, HeadScores]]

# heads that are named of each kind
NAMED = 3
KINDS = {
    "first_key": "attend to the first key",
    "previous_token": "attend to the previous token",
    "induction": "attend to what followed the same token before",
}


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``heads``."""
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="head files, or names of bundled heads"
    )
    parser.add_argument("--table", metavar=f"OUT{CSV}", help="the scores of every head")
    parser.add_argument(
        "--distances",
        metavar=f"OUT{NPZ}",
        help="the mean Fisher–Rao distances between the rows of the heads",
    )


def run(chosen: argparse.Namespace) -> int:
    """Print the scores of all heads, or write them to files."""
    import csv

    from app.cli.output import Remarks, save, show
    from app.export.files import beside, checked
    from app.presenters.atlas import cells, entry
    from compute import open_engine
    from compute.atlas.head_distances import head_distances
    from compute.atlas.head_scores import all_scores
    from compute.heads.head import load
    from compute.samples.formula_cells import guarded_row

    path = checked(chosen.table, (CSV,)) if chosen.table else None
    if chosen.distances:
        checked(chosen.distances, (NPZ,))
    files = [load(name) for name in chosen.files]
    # first, since files may not be comparable
    found = head_distances(files) if chosen.distances else None
    engine = open_engine("reference")
    scored = [(i, of) for i, file in enumerate(files) for of in all_scores(engine, file)]
    entries = [entry(files[i], of) for i, of in scored]
    remarks = Remarks()
    for words in _problems(files, scored):
        remarks(words)
    if path:
        with beside(path) as out, out.open("w", encoding="utf-8", newline="") as text:
            rows = csv.DictWriter(text, list(entries[0]), lineterminator="\n")
            rows.writeheader()
            rows.writerows(guarded_row(cells(one)) for one in entries)
    if found is not None:
        save(chosen.distances, **_arrays(files, found))
    show(
        {
            "heads": entries,
            "table": chosen.table,
            "distances": chosen.distances,
            "nearest": _nearest(files, found) if found is not None else None,
        },
        chosen.json,
        _lines(files, scored, found),
    )
    return 0


def _problems(files: Sequence[HeadFile], scored: Scored) -> list[str]:
    """Return once for each file why some scores are undefined."""
    found = {(i, of.problem): None for i, of in scored if of.problem}
    return [f"{files[i].name}: {words}; such scores are empty" for i, words in found]


def _named(file: HeadFile, layer: int, head: int) -> str:
    from app.cli.output import label

    return f"{label(file.name)} layer {file.layer_words(layer)}, head {head}"


def _lines(files: Sequence[HeadFile], scored: Scored, found: HeadDistances | None) -> list[str]:
    """Return the heads that score highest of each kind, and the nearest ones."""
    lines = [f"{len(scored)} heads"]
    for name, words in KINDS.items():
        known = [(i, of) for i, of in scored if getattr(of, name) == getattr(of, name)]
        known.sort(key=lambda entry: -getattr(entry[1], name))
        if known:
            lines.append(f"those that {words} most")
        for i, of in known[:NAMED]:
            lines.append(f"  {getattr(of, name):.3f}  {_named(files[i], of.layer, of.head)}")
    if found is not None:
        lines.append(f"nearest pairs, mean Fisher–Rao distance over {found.queries} queries")
        for pair in _nearest(files, found):
            lines.append(f"  {pair['distance']:.4f}  {pair['first']} and {pair['second']}")
    return lines


def _nearest(files: Sequence[HeadFile], found: HeadDistances) -> list[dict[str, object]]:
    import numpy as np

    i, j = np.triu_indices(len(found.places), 1)
    order = np.argsort(found.values[i, j], kind="stable")[:NAMED]
    return [
        {
            "first": _named(files[(a := found.places[i[n]]).file], a.layer, a.head),
            "second": _named(files[(b := found.places[j[n]]).file], b.layer, b.head),
            "distance": float(found.values[i[n], j[n]]),
        }
        for n in order
    ]


def _arrays(files: Sequence[HeadFile], found: HeadDistances) -> dict[str, np.ndarray]:
    import numpy as np

    return {
        "distances": found.values,
        "files": np.array([files[place.file].name for place in found.places]),
        "layers": np.array([place.layer for place in found.places]),
        "layer_numbers": np.array([files[p.file].number_of(p.layer) for p in found.places]),
        "heads": np.array([place.head for place in found.places]),
        "queries": np.array(found.queries),
    }


COMMAND = Subcommand(
    "heads",
    "score all heads of files, and compute the distances between them",
    declare,
    run,
    order=142,
)
