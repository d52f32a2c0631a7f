"""``bench``: time the workloads against their yardsticks in one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli import shared_options
from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse

    from app.bench.measurement import Measurement


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``bench``."""
    parser.add_argument(
        "--only",
        default="A,B,C,D,E,F,G,H,J",
        metavar="A,B,C…",
        help="workloads to run (default: all)",
    )
    shared_options.engine(parser)


def run(chosen: argparse.Namespace) -> int:
    """Run the workloads and print the measurements as ratios."""
    from app.bench import attend, clusters, drag, fan, float64, flow, frame, page, pairs, start
    from app.cli.output import show
    from compute import open_engine
    from compute.core.refusal import shown

    wanted = set(chosen.only.upper().split(","))
    unknown = wanted - set("ABCDEFGHJ")
    if unknown:
        raise ValueError(f"workloads are A to H and J, got {shown(','.join(sorted(unknown)))}")
    results: list[Measurement] = []
    on_engine = {"A": fan.measure, "B": pairs.measure, "C": flow.measure, "F": attend.measure}
    for letter, measure in on_engine.items():
        if letter in wanted:
            results.append(measure(open_engine(chosen.engine)))
    if "G" in wanted:
        results += float64.measure()
    if "H" in wanted:
        results += clusters.measure(open_engine(chosen.engine))
    if "J" in wanted:
        results += page.measure()
    if "E" in wanted:
        results += start.measure(chosen.engine)
    if "D" in wanted:
        results.append(drag.measure(chosen.engine))
        results.append(frame.measure(chosen.engine))
    show({"results": results}, chosen.json, [line for r in results for line in _lines(r)])
    return 0


def _lines(result: Measurement) -> list[str]:
    seconds = result["seconds"]
    figure = result.get("remark", "") if seconds is None else f"{seconds:.4f} s"
    target = result.get("target", "none")
    lines = [f"{result['workload']}  {result['name']}: {figure}   (target: {target})"]
    for yardstick in result.get("yardsticks", ()):
        if yardstick["ratio"] is None:
            lines.append(f"     {yardstick['name']}: not measured, {yardstick['remark']}")
        else:
            figure = f"{yardstick['seconds']:.4f} s, {yardstick['ratio']:.2f} × ours"
            gap = yardstick.get("difference")
            apart = "" if gap is None else f", results differ by {gap:.1e}"
            lines.append(f"     {yardstick['name']}: {figure}{apart}")
    on_thread, to_screen = result.get("gui_thread_ms"), result.get("to_screen_ms")
    each = result.get("families_ms")
    for words, found in (("gui thread ms", on_thread), ("to screen ms", to_screen), ("ms", each)):
        if found is not None:
            numbers = ", ".join(f"{name} {value:.1f}" for name, value in found.items())
            lines.append(f"     {words}: {numbers}")
    return lines


COMMAND = Subcommand(
    "bench", "time the workloads against their yardsticks", declare, run, order=220
)
