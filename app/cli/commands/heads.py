"""``heads``: the scores of all heads of files, and the distances between the heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.subcommand import Subcommand
from app.model.file_formats import CSV, NPZ

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import numpy as np

    from app.cli.output import Remarks
    from compute.atlas.head_distances import HeadDistances
    from compute.atlas.head_groups import HeadGroups
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
        "files",
        metavar="FILE",
        nargs="+",
        help="head files, folders of them, or names of bundled heads",
    )
    parser.add_argument(
        "--table",
        metavar=f"OUT{CSV}",
        help="the scores of every head, its place on the map of distances and its cluster",
    )
    parser.add_argument("--clusters", type=int, default=4, help="number of clusters (default: 4)")
    parser.add_argument(
        "--redundant",
        type=float,
        default=0.2,
        metavar="D",
        help="name the pairs of heads nearer than this (default: 0.2)",
    )
    parser.add_argument(
        "--distances",
        metavar=f"OUT{NPZ}",
        help="the mean Fisher–Rao distances between the rows of the heads",
    )


def run(chosen: argparse.Namespace) -> int:
    """Print the scores of all heads, or write them to files; the exit status is 1 if a file of a folder
    is not read.
    """
    from app.cli.output import Remarks, save, show
    from app.export.files import checked
    from app.export.row_table import write_table
    from app.presenters.atlas import cells, entry, grouped
    from compute import open_engine
    from compute.atlas.head_groups import redundant
    from compute.atlas.score_store import file_scores, key_of

    path = checked(chosen.table, (CSV,)) if chosen.table else None
    if chosen.distances:
        checked(chosen.distances, (NPZ,))
    remarks, unread = Remarks(), Remarks()
    sources, files = _read(chosen.files, unread)
    # first, since files may not be comparable
    compared, found, groups = _distances(files, chosen, remarks)
    engine = open_engine("reference")
    scored = [
        (i, of)
        for i, (source, file) in enumerate(zip(sources, files, strict=True))
        for of in file_scores(engine, file, key_of(source, _names(source)))
    ]
    entries = [entry(files[i], of) for i, of in scored]
    for words in _problems(files, scored):
        remarks(words)
    if path:
        more = grouped(files, scored, found, groups)
        rows = [cells({**own, **of}) for own, of in zip(entries, more, strict=True)]
        write_table(path, rows)
    if found is not None and chosen.distances:
        save(chosen.distances, **_arrays(files, found))
    near = [] if found is None else redundant(found, chosen.redundant)
    show(
        {
            "heads": entries,
            "table": chosen.table,
            "distances": chosen.distances,
            "compared": compared,
            "nearest": None if found is None else _nearest(files, found),
            "redundant": {"threshold": chosen.redundant, "pairs": _named_pairs(files, found, near)},
            "clusters": _clusters(files, found, groups),
            "map_share": None if groups is None else groups.plane.share,
        },
        chosen.json,
        [*_lines(files, scored, found, near, chosen.redundant), *_grouped(files, found, groups),
         *([compared] if compared else [])],
    )  # fmt: skip
    return unread.exit(0)


def _names(source: str) -> tuple[object, ...]:
    """Return the names by which a file is read unless others are stated, as the atlas states them."""
    from compute.heads.head_selection import OF_FILE, settings

    return tuple(settings({"source": source})[name] for name in OF_FILE[1:])


def _read(names: Sequence[str], unread: Remarks) -> tuple[list[str], list[HeadFile]]:
    """Return the sources and the files that are named, and those of folders, each once; what a folder
    holds besides heads is ``unread``.
    """
    from pathlib import Path

    from app.model.head_folders import files_in
    from compute.core.refusal import describe, shown
    from compute.heads.head import load

    found: dict[str, tuple[str, HeadFile]] = {}
    for name in names:
        folder = Path(name).is_dir()
        inside, left = files_in(name) if folder else ([name], "")
        if left:
            unread(left)
        for source in inside:
            try:
                found.setdefault(str(Path(source).resolve()), (source, load(source)))
            except (ValueError, OSError) as problem:
                if not folder:
                    raise
                unread(f"{Path(source).name} is not read: {describe(problem)}")
    if not found:
        raise ValueError(f"no file of heads was read from {shown(', '.join(names))}")
    return [source for source, _ in found.values()], [file for _, file in found.values()]


def _distances(
    files: Sequence[HeadFile], chosen: argparse.Namespace, remarks: Remarks
) -> tuple[str, HeadDistances | None, HeadGroups | None]:
    """Return what is compared, in words, with distances and groups; None where heads are not compared,
    which is refused if distances were asked for.
    """
    from compute.atlas.head_distances import comparable, head_distances
    from compute.atlas.head_groups import head_groups, redundant

    try:
        words = comparable(files)
        found = head_distances(files)
    except ValueError as problem:
        if chosen.distances:
            raise
        remarks(f"no distances: {problem}")
        return "", None, None
    redundant(found, chosen.redundant)  # a wrong threshold is refused before the work
    return words, found, head_groups(found, chosen.clusters)


def _problems(files: Sequence[HeadFile], scored: Scored) -> list[str]:
    """Return once for each file why some scores are undefined."""
    found = {(i, of.problem): None for i, of in scored if of.problem}
    return [f"{files[i].name}: {words}; such scores are empty" for i, words in found]


def _named(file: HeadFile, layer: int, head: int) -> str:
    from app.cli.output import label

    return f"{label(file.name)} layer {file.layer_words(layer)}, head {head}"


def _lines(
    files: Sequence[HeadFile],
    scored: Scored,
    found: HeadDistances | None,
    near: Sequence[tuple[int, int, float]],
    threshold: float,
) -> list[str]:
    """Return the heads that score highest of each kind, the nearest ones, and the redundant pairs."""
    lines = [f"{len(scored)} head{'s' if len(scored) > 1 else ''}"]
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
        lines.append(f"redundant pairs, nearer than {threshold:g}: {len(near)}")
    return lines


def _grouped(
    files: Sequence[HeadFile], found: HeadDistances | None, groups: HeadGroups | None
) -> list[str]:
    """Return the size and the middle of each cluster, and the share of the map."""
    if found is None or groups is None:
        return []
    lines = [f"{len(groups.medoids)} clusters by medoids, each about a head"]
    for each in _clusters(files, found, groups):
        lines.append(f"  {len(each['heads'])} heads about {each['middle']}")  # type: ignore[arg-type]
    return [*lines, f"the map holds {groups.plane.share:.0%} of the distances"]


def _clusters(
    files: Sequence[HeadFile], found: HeadDistances | None, groups: HeadGroups | None
) -> list[dict[str, object]]:
    if found is None or groups is None:
        return []
    names = [_named(files[p.file], p.layer, p.head) for p in found.places]
    return [
        {
            "middle": names[middle],
            "heads": [name for name, own in zip(names, groups.labels, strict=True) if own == group],
        }
        for group, middle in enumerate(groups.medoids)
    ]


def _named_pairs(
    files: Sequence[HeadFile],
    found: HeadDistances | None,
    pairs: Sequence[tuple[int, int, float]],
) -> list[dict[str, object]]:
    if found is None:
        return []
    names = [_named(files[p.file], p.layer, p.head) for p in found.places]
    return [{"first": names[i], "second": names[j], "distance": gap} for i, j, gap in pairs]


def _nearest(files: Sequence[HeadFile], found: HeadDistances) -> list[dict[str, object]]:
    import numpy as np

    i, j = np.triu_indices(len(found.places), 1)
    order = np.argsort(found.values[i, j], kind="stable")[:NAMED]
    pairs = [(int(i[n]), int(j[n]), float(found.values[i[n], j[n]])) for n in order]
    return _named_pairs(files, found, pairs)


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
