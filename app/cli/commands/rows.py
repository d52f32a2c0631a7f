"""``rows``: the attention rows of a head, each query under its own mask, scale and bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse

    import numpy as np

# number of keys of a row that are named
NAMED = 3


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``rows``."""
    shared_options.head(parser)


def run(chosen: argparse.Namespace) -> int:
    """Print all rows of the head over all keys of its file, with their verification."""
    import numpy as np

    from app.cli.output import show
    from compute.core.refusal import shown
    from compute.families import families, parse
    from compute.heads import attention_rows, query_plane
    from compute.heads.head_selection import file_of, settings
    from compute.heads.verification import verification

    name, stated = parse(chosen.family)
    if "layer" not in families()[name].parameters:
        raise ValueError(
            f"only attention has rows: expected a family such as attention:bank, got {shown(name)}"
        )
    c = settings(stated)
    file, temperature = file_of(c), float(c["temperature"])
    if not (np.isfinite(temperature) and temperature > 0):
        raise ValueError(f"temperature must be positive and finite, got {shown(temperature)}")
    left_out = query_plane.whole_numbers("mask", c["mask"])
    place = c["layer"], c["head"]
    found = attention_rows.rows(file, *place, None, temperature, left_out)
    known = verification(file, *place)
    result = {
        "rows": found,
        "tokens": file.tokens,
        "key_tokens": file.key_tokens,
        "verified": known.gap,
        "status": "OK",
        "layer": c["layer"],
        "layer_number": file.number_of(c["layer"]),
        "head": c["head"],
        "temperature": temperature,
        "scale": file.scale_of(*place),
    }
    show(result, chosen.json, [*_lines(found, file.labels, file.key_labels), known.words])
    return 0


def _lines(found: np.ndarray, tokens: tuple[str, ...], keys: tuple[str, ...]) -> list[str]:
    """Return a line for each query with its most attended keys."""
    import numpy as np

    width = max(len(token) for token in tokens)
    lines = []
    for token, row in zip(tokens, found, strict=True):
        most = np.argsort(-row, kind="stable")[:NAMED]
        named = "   ".join(f"{keys[j]} {row[j]:.3f}" for j in most if row[j] > 0)
        lines.append(f"{token:<{width}}  {named or 'no key: all are masked'}")
    return lines


COMMAND = Subcommand(
    "rows",
    "compute the attention rows of a head, each query under its own mask",
    declare,
    run,
    order=140,
)
