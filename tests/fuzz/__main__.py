"""The command line of the fuzzer."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.kind import registry, usual
from tests.fuzz.watch import Report, run
from tests.fuzz.worker import Bench, say


def main() -> int:
    """Fuzz and print the outcome; 1 if there are findings."""
    chosen = _parser().parse_args()
    kinds = chosen.kinds.split(",") if chosen.kinds else usual()
    began, report = time.monotonic(), Report()
    try:
        run(chosen.seed, chosen.files, kinds, report)
    except KeyboardInterrupt:
        say("interrupted; until then:")
    _show(report, kinds, time.monotonic() - began)
    if chosen.keep:
        _keep(report, kinds, chosen.seed, Path(chosen.keep))
    return 1 if report.findings else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--kinds", default="", help=f"some of {', '.join(sorted(registry()))}")
    parser.add_argument("--keep", default="", help="a folder for the files of findings")
    return parser


def _show(report: Report, kinds: list[str], seconds: float) -> None:
    for kind in kinds:
        counts = [
            f"{report.counts[kind, what]:6} {what}" for what in ("opened", "refused", "findings")
        ]
        say(f"{kind:22} {'  '.join(counts)}")
    for number, kind, what in report.findings:
        say(f"{number} {kind}: {what}")
    say(f"{sum(report.counts.values())} files in {seconds:.0f} s, {len(report.findings)} findings")


def _keep(report: Report, kinds: list[str], seed: int, folder: Path) -> None:
    """Write the files of findings, made again from their numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(Path(place), kinds, seed)
        for number, _, _ in report.findings:
            kind, content = bench.file(number)
            (folder / f"{seed}-{number}-{kind.name.replace(' ', '_')}{kind.suffix}").write_bytes(
                content
            )


if __name__ == "__main__":
    sys.exit(main())
