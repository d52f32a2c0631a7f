"""``shader``: the source of a kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.subcommand import Subcommand

if TYPE_CHECKING:
    import argparse


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``shader``."""
    parser.add_argument("family", metavar="FAMILY")
    parser.add_argument("kernel", metavar="KERNEL")


def run(chosen: argparse.Namespace) -> int:
    """Print the WGSL of a kernel for a family."""
    from compute.families import manifold as manifold_of
    from compute.gpu.catalogue import wgsl

    print(wgsl(manifold_of(chosen.family), chosen.kernel), end="")
    return 0


COMMAND = Subcommand(
    "shader",
    "print the composed WGSL of a kernel",
    declare,
    run,
    order=200,
    answers_json=False,
    described=False,
)
