"""The command line: every subcommand with its options."""

from __future__ import annotations

import argparse
from typing import Any

from app import __version__
from app.views.text.typed_values import number_in, pair, size

PROGRAM = "attention-geodesics"


class BadInput(Exception):
    """Wrong use, in one line."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise BadInput(message)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(
        prog=PROGRAM, description="Geodesics of attention and of families of distributions."
    )
    top.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    top.set_defaults(run="main:run", scene=None, engine="auto")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)
    _gui(commands)
    _lists(commands)
    _lessons(commands)
    _computations(commands)
    _flow(commands)
    _topology(commands)
    _attention(commands)
    _pictures(commands)
    _checks(commands)
    return top


def _command(commands: Any, name: str, run: str, words: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(name, help=words, description=words)
    made.set_defaults(run=run)
    made.add_argument("--json", action="store_true", help="one JSON object on stdout, nothing else")
    return made


def _gui(commands: Any) -> None:
    gui: argparse.ArgumentParser = commands.add_parser("gui", help="open the window (the default)")
    gui.set_defaults(run="main:run")
    gui.add_argument(
        "scene", nargs="?", help="a scene file, or the name of a bundled scene or lesson"
    )
    _engine(gui)


def _engine(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--engine",
        choices=("auto", "gpu", "reference"),
        default="auto",
        help="what computes: the GPU, NumPy in float64, or the GPU if there is one",
    )


def _lists(commands: Any) -> None:
    _command(commands, "families", "cli.lists:families", "list the families of distributions")
    _command(commands, "scenes", "cli.lists:scenes", "list the bundled scenes, the default first")


def _lessons(commands: Any) -> None:
    lesson: argparse.ArgumentParser = commands.add_parser(
        "lesson",
        help="list the lessons, or check one",
        description="list the lessons, or check one",
    )
    what = lesson.add_subparsers(metavar="list|check", required=True, parser_class=_Parser)
    _command(what, "list", "cli.lesson:show_list", "list the bundled lessons")
    check = _command(
        what,
        "check",
        "cli.lesson:check",
        "is a lesson right: scenes, formulas, checks, numbers",
    )
    check.add_argument("file", metavar="FILE", help="a lesson.md, or the name of a bundled lesson")
    _engine(check)


def _computations(commands: Any) -> None:
    at = _command(
        commands,
        "geometry",
        "cli.geometry:geometry",
        "metric, connection and curvature at a point",
    )
    at.add_argument("family", nargs="?", metavar="FAMILY")
    at.add_argument("--at", type=pair, metavar="a,b")
    bvp = _command(commands, "geodesic", "cli.geometry:geodesic", "the geodesic between two points")
    bvp.add_argument("family", nargs="?", metavar="FAMILY")
    _between(bvp)
    ivp = _command(
        commands, "shoot", "cli.geometry:shoot", "the geodesic from a point and a velocity"
    )
    ivp.add_argument("family", metavar="FAMILY")
    ivp.add_argument("--start", type=pair, required=True, metavar="a,b")
    ivp.add_argument("--velocity", type=pair, required=True, metavar="u,v")
    ivp.add_argument(
        "--length", type=float, metavar="L", help="scale the velocity to this Fisher length"
    )
    carry = _command(
        commands,
        "transport",
        "cli.geometry:transport",
        "a vector carried in parallel along the geodesic between two points",
    )
    carry.add_argument("family", nargs="?", metavar="FAMILY")
    carry.add_argument("--vector", type=pair, metavar="u,v")
    _between(carry)
    bvp.add_argument("--all", action="store_true", help="every geodesic, shortest first")
    loop = _command(
        commands,
        "holonomy",
        "cli.holonomy:holonomy",
        "how far a vector turns on a loop, against the curvature inside",
    )
    loop.add_argument("family", metavar="FAMILY")
    loop.add_argument(
        "--loop", required=True, metavar="FILE.json", help="an ellipse or a polygon, see the README"
    )
    loop.add_argument("--alpha", type=float, default=0.0, help="α of the connection (0)")
    _engine(loop)
    for command in (bvp, ivp, carry):
        command.add_argument(
            "--alpha",
            type=float,
            default=None if command is not ivp else 0.0,
            help="α of the connection, from -1 to 1 (0: Levi-Civita)",
        )
        command.add_argument("--steps", type=int, default=128, help="steps of the curve (128)")
    for command in (at, bvp, ivp, carry):
        _engine(command)
    for command in (at, bvp, carry):
        command.add_argument("--scene", metavar="FILE", help="take what is not given from a scene")


def _attention(commands: Any) -> None:
    attend = _command(
        commands, "attend", "cli.attend:attend", "attention by distances, on Q, K and V"
    )
    attend.add_argument("file", metavar="FILE.npz", help="a head file, or a bundled head's name")
    attend.add_argument(
        "--mode", choices=("flat", "ambient", "jeffreys", "geodesic"), default="flat"
    )
    attend.add_argument("--temperature", type=float, default=1.0, help="τ of the weights (1)")
    attend.add_argument("--layer", type=int, default=0, help="counted from 0 (0)")
    attend.add_argument("--head", type=int, default=0, help="counted from 0 (0)")
    attend.add_argument("-o", "--output", metavar="OUT.npz", help="output, weights and distances")
    _engine(attend)
    through = _command(
        commands, "layers", "cli.layers:layers", "a token's attention from layer to layer"
    )
    through.add_argument(
        "family", metavar="FAMILY", help="attention:FILE.npz?layer=2&head=7, or a bundled head"
    )
    through.add_argument("--token", type=int, required=True, help="which query, counted from 0")
    through.add_argument(
        "--over",
        choices=("layers", "heads"),
        default="layers",
        help="the layers of the one head, or the heads of the one layer",
    )
    own = _command(
        commands,
        "rows",
        "cli.rows:rows",
        "the attention rows of a head, each under its own mask",
    )
    own.add_argument(
        "family", metavar="FAMILY", help="attention:FILE.npz?layer=2&head=7, or a bundled head"
    )
    picture = _command(
        commands, "patches", "cli.patches:patches", "geodesic attention over a picture"
    )
    picture.add_argument(
        "image",
        metavar="IMAGE",
        help="a PNG or JPEG file, or a vision head: astronaut, chelsea, FILE.npz",
    )
    picture.add_argument("--layer", type=int, default=0, help="of a vision head (0)")
    picture.add_argument("--head", type=int, default=0, help="of a vision head (0)")
    picture.add_argument("--start", metavar="ROW,COLUMN", help="the patch where a way begins")
    picture.add_argument("--end", metavar="ROW,COLUMN", help="the patch where it ends")
    picture.add_argument(
        "--picture",
        metavar="OUT.(png|svg|pdf)",
        help="√det g, ellipses and the way, on the photograph",
    )
    picture.add_argument(
        "--heat",
        type=number_in(1e-6, 1e6),
        metavar="T",
        help="attention from the start by the heat kernel in place of √det g",
    )
    picture.add_argument("--patch", type=int, default=16, help="pixels a side (16)")
    picture.add_argument("--alpha", type=float, default=0.25, help="weight of places (0.25)")
    picture.add_argument("--beta", type=float, default=1.0, help="weight of distributions (1)")
    picture.add_argument("--temperature", type=float, default=1.0, help="τ of the weights (1)")
    picture.add_argument("-o", "--output", metavar="OUT.npz", help="distances and weights")

    normals = _command(
        commands, "normals", "cli.normals:normals", "four paths between two bivariate normals"
    )
    for name in ("start", "end"):
        normals.add_argument(f"--{name}", required=True, metavar="MX,MY,SXX,SXY,SYY")
    normals.add_argument(
        "-o", "--output", metavar="OUT.(png|svg|pdf)", help="their ellipses on the way"
    )


def _flow(commands: Any) -> None:
    flow = _command(commands, "flow", "cli.flow:flow", "a field that evolves on a grid")
    flow.add_argument("family", metavar="FAMILY")
    modes = ("rough", "hodge", "deformation", "scalar", "natural", "sharpen", "seed")
    flow.add_argument("--mode", choices=modes, default="rough")
    flow.add_argument("--time", type=float, default=0.5, metavar="T", help="how long (0.5)")
    flow.add_argument("--grid", type=int, default=64, metavar="N", help="nodes a side (64)")
    flow.add_argument(
        "--field",
        choices=("gradient", "dipole", "natural", "frame", "random"),
        default="",
        help="the field to begin with (gradient of the family's first scalar); natural: the natural "
        "gradient towards the target",
    )
    flow.add_argument(
        "--target", type=pair, metavar="a,b", help="of natural gradients (the family's pin B)"
    )
    flow.add_argument("--initial", metavar="FILE.npz", help="the field to begin with, as `field`")
    flow.add_argument("--seed", type=int, default=0, help="of a random field (0)")
    flow.add_argument("--chart", default="", help="the chart of the grid (the family's first)")
    flow.add_argument("--boundary", choices=("neumann", "dirichlet", "periodic"), default="neumann")
    flow.add_argument(
        "--step", type=float, default=float("inf"), metavar="DT",
        help="a step at most (as long as the grid lets it be; a longer one is reduced, and said)",
    )  # fmt: skip
    flow.add_argument(
        "--records", type=int, default=20, metavar="N",
        help="at how many times it is measured and its zeros are followed (20)",
    )  # fmt: skip
    flow.add_argument("-o", "--output", metavar="FILE.npz", help="the field at the end")
    _engine(flow)


def _topology(commands: Any) -> None:
    words = "parts and rings of the level sets of a scalar map"
    made = _command(commands, "topology", "cli.topology:topology", words)
    made.add_argument("family", metavar="FAMILY")
    made.add_argument(
        "--scalar", default="", metavar="NAME", help="the family's first, if not given"
    )
    made.add_argument("--token", type=int, default=0, help="whose probability is mapped (0)")
    made.add_argument("--chart", default="", help="the chart of the map (the family's first)")
    made.add_argument("--grid", type=int, default=256, metavar="N", help="samples a side (256)")
    made.add_argument("--superlevel", action="store_true", help="of {f ≥ c} and not of {f ≤ c}")
    made.add_argument(
        "--persistence", type=number_in(0.0, 1.0), default=0.02, metavar="SHARE",
        help="the least, as a share of the map's range (0.02)",
    )  # fmt: skip
    made.add_argument("-o", "--output", metavar="FILE.npz", help="the map and its pairs")
    _engine(made)


def _between(command: argparse.ArgumentParser) -> None:
    command.add_argument("--start", type=pair, metavar="a,b")
    command.add_argument("--end", type=pair, metavar="c,d")


def _pictures(commands: Any) -> None:
    render = _command(
        commands, "render", "cli.render:render", "a figure of a scene, without a window"
    )
    render.add_argument("-o", "--output", required=True, metavar="FILE.(png|svg|pdf)")
    render.add_argument("--size", type=size, default=(1200, 800), metavar="WxH")
    render.add_argument(
        "--critical",
        type=number_in(0.0, 1.0),
        metavar="SHARE",
        help="mark where the map’s parts and rings that last for this share of its range come and go",
    )
    render.add_argument(
        "--superlevel", action="store_true", help="those of {f ≥ c}, not of {f ≤ c}"
    )
    render.add_argument("--pair", type=pair, metavar="a,b", help="name the one that is born there")
    render.add_argument("--transparent", action="store_true", help="no ground at all")
    render.add_argument(
        "--caption", action="store_true", help="family, ds², α, lengths and certificate below"
    )
    animate = _command(
        commands, "animate", "cli.animate:animate", "a film of a scene, without a window"
    )
    animate.add_argument("-o", "--output", required=True, metavar="FILE.(mp4|webm|gif|png)")
    animate.add_argument("--size", type=size, default=(1280, 720), metavar="WxH")
    length = animate.add_mutually_exclusive_group()
    length.add_argument(
        "--frames",
        type=int,
        metavar="N",
        help="how many: of keyframes those from the beginning, without any of the whole glide",
    )
    length.add_argument(
        "--seconds",
        type=number_in(0.01, 3600),
        metavar="S",
        help="how long (as the scene's timeline, or 4)",
    )
    animate.add_argument(
        "--fps", type=number_in(0.1, 240), default=30.0, metavar="F", help="frames a second (30)"
    )
    animate.add_argument(
        "--supersample", type=int, choices=(1, 2, 3, 4), default=1, help="draw finer, then reduce"
    )
    animate.add_argument(
        "--resume", action="store_true", help="keep the frames of a PNG sequence that are there"
    )
    export = _command(
        commands, "export", "cli.export:export", "the numbers of a scene, or their script"
    )
    export.add_argument("-o", "--output", required=True, metavar="FILE.(npz|json|csv|py)")
    export.add_argument(
        "--size", type=size, default=(1200, 800), metavar="WxH", help="what maps are computed for"
    )
    for command in (render, animate):
        _paper(command)
    for command in (render, animate, export):
        command.add_argument(
            "scene", metavar="SCENE", help="a scene file, or the name of a bundled scene"
        )
        _engine(command)


def _paper(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--dpi", type=number_in(24, 1200), default=96.0, help="pixels that make an inch (96)"
    )
    command.add_argument(
        "--style", choices=("dark", "print"), default="dark", help="on dark ground, or on white"
    )
    command.add_argument("--legend", action="store_true", help="which line is what, below")
    command.add_argument(
        "--panels",
        nargs="+",
        choices=("distributions", "measures"),
        default=(),
        help="what to show beside the chart",
    )


def _checks(commands: Any) -> None:
    shader: argparse.ArgumentParser = commands.add_parser(
        "shader", help="print the composed WGSL of a kernel"
    )
    shader.set_defaults(run="cli.checks:shader")
    shader.add_argument("family", metavar="FAMILY")
    shader.add_argument("kernel", metavar="KERNEL")
    doctor = _command(
        commands,
        "doctor",
        "cli.checks:doctor",
        "adapter, drivers, versions, and every kernel against the reference",
    )
    _engine(doctor)
    bench = _command(commands, "bench", "cli.bench:bench", "workloads and their yardsticks")
    bench.add_argument(
        "--only", default="A,B,C,D,E,F", metavar="A,B,C…", help="which workloads (all)"
    )
    _engine(bench)
