"""``attend``: geometric attention on the Q, K, V of a file, compared with standard attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand
from app.model.file_formats import metavar

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``attend``."""
    from compute.requests.attention import MODES

    parser.add_argument(
        "file", metavar=metavar("FILE", "arrays"), help="a head file, or the name of a bundled head"
    )
    parser.add_argument("--mode", choices=MODES, default="flat")
    parser.add_argument(
        "--temperature", type=float, default=1.0, help="temperature τ of the weights (default: 1)"
    )
    parser.add_argument("--layer", type=int, default=0, help="counted from 0 (default: 0)")
    parser.add_argument("--head", type=int, default=0, help="counted from 0 (default: 0)")
    parser.add_argument(
        "-o",
        "--output",
        metavar=metavar("OUT", "arrays"),
        help="file for output, weights and distances",
    )
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Compute output, weights and distances, and the difference from softmax attention."""
    import numpy as np

    from app.cli.output import save, show
    from compute import GeometricAttention, open_engine
    from compute.core.status import Status
    from compute.heads import head as heads
    from compute.heads.logits import LEFT_OUT

    file = heads.load(chosen.file)
    head = file.head(chosen.layer, chosen.head)
    if np.isfinite(head.softcap) or np.isfinite(head.sink):
        what = "softcap" if np.isfinite(head.softcap) else "sink"
        raise ValueError(f"{chosen.file}: attend does not support a {what}, and this head has one")
    added = file.added(chosen.layer, chosen.head, np.arange(len(head.q)))
    seen = added > LEFT_OUT
    engine = None if chosen.engine == "auto" else open_engine(chosen.engine)
    found = GeometricAttention(chosen.mode, chosen.temperature, engine).attend(
        head.q,
        file.k[chosen.layer, chosen.head].astype(np.float64),
        file.v[chosen.layer, chosen.head].astype(np.float64),
        mask=None if seen.all() else seen,
        bias=np.where(seen, added, 0.0) if added[seen].any() else None,
        scale=None if file.scale is None else head.factor,
    )
    statuses = [Status(int(status)) for status in np.unique(found.status)]
    # a geodesic that is not the shortest is less serious than one not found
    worst = max(statuses, key=lambda status: (not status.arrived, status))
    result: dict[str, object] = {
        "difference_from_softmax": float(np.abs(found.output - found.softmax).max()),
        "status": worst,
        "pairs": int(seen.sum()),
        "pairs_not_converged": int((found.status != Status.OK).sum()),
        "mode": chosen.mode,
        "temperature": chosen.temperature,
        "engine": found.engine,
    }
    if chosen.output:
        save(
            chosen.output,
            output=found.output,
            weights=found.weights,
            distances=found.distances,
        )
        result["file"] = chosen.output
    lines = [
        f"mode        {chosen.mode}, temperature {chosen.temperature:g}",
        f"difference  {result['difference_from_softmax']:.3e} at most from the output of "
        f"softmax attention, whose largest entry is {np.abs(found.softmax).max():.3e}",
        f"pairs       {result['pairs']}; {result['pairs_not_converged']} did not converge",
        f"status      {worst.name}: {worst.words} ({found.engine})",
    ]
    show(result, chosen.json, lines)
    return 0 if worst == Status.OK else 1


COMMAND = Subcommand(
    "attend", "compute attention by distances from Q, K and V", declare, run, order=120
)
