"""The commands: each is one file, found because it exists, and is imported quickly."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from importlib import resources

import pytest

from app.cli import commands
from app.cli.main import main
from app.cli.parser import found, parser
from app.export import figure, film
from app.export.figure import Paper
from app.model import figure_options, scene_file
from app.presenters import flow_form
from app.views.qt.panels import token_path_panel
from compute.attention import token_rows
from compute.core.status import Status
from compute.engine import opening
from compute.engine.reference import ReferenceEngine
from compute.flow import modes
from compute.requests import attention
from tests.declared import Declared

COUNTING = '''
"""A command of somebody else's."""

from app.cli.subcommand import Subcommand


def declare(parser):
    parser.add_argument("--until", type=int, default=3, metavar="N", help="the last number")


def run(chosen):
    if chosen.until < 0:
        raise ValueError(f"until must not be negative, got {chosen.until}")
    print(list(range(chosen.until)) if chosen.json else chosen.until)
    return 1


COMMAND = Subcommand("count_up", "count from 0", declare, run)
'''
# what computes, draws or opens windows
HEAVY = {
    "numpy",
    "compute",
    "sympy",
    "scipy",
    "vispy",
    "PySide6",
    "wgpu",
    "PIL",
    "av",
    "app.export",
}


@pytest.fixture
def counting(tmp_path, monkeypatch):
    """A folder of commands beside the program's own, with one file in it."""
    (tmp_path / "count_up.py").write_text(COUNTING, "utf-8")
    (tmp_path / "no_command.py").write_text("HELPER = 1\n", "utf-8")
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    yield
    for name in ("count_up", "no_command"):
        sys.modules.pop(f"{commands.__name__}.{name}", None)


@pytest.mark.usefixtures("counting")
def test_a_file_beside_the_commands_is_one_of_them(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    listed, _, exits = capsys.readouterr().out.split("commands:")[1].partition("Exit status:")
    assert exits.endswith("interrupted.\n")
    *_, last = listed.strip().splitlines()
    assert last.split() == ["count_up", "count", "from", "0"]
    assert main(["count_up", "--until", "2", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == [0, 1]
    assert main(["count_up", "--until", "-2"]) == 2
    assert capsys.readouterr().err == "attention-geodesics: until must not be negative, got -2\n"


def test_without_it_there_is_no_such_command(capsys):
    assert main(["count_up"]) == 2
    assert "invalid choice: 'count_up'" in capsys.readouterr().err


def test_every_file_states_the_command_of_its_name():
    names = [command.name for command in found()]
    assert len(names) > 20 and len(set(names)) == len(names)
    modules = {f"{commands.__name__}.{name}" for name in names}
    assert {command.run.__module__ for command in found()} == modules
    assert [command.order for command in found()] == sorted({c.order for c in found()})


@pytest.mark.parametrize("name", [command.name for command in found()])
def test_every_command_declares_its_options(name, capsys):
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: attention-geodesics {name}")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_nothing_heavy_is_imported_before_a_command_is_chosen(arguments):
    script = (
        "import sys\nfrom app.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    print(*sys.modules, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    imported = set(done.stdout.splitlines())
    assert "app.cli.commands.bench" in imported
    assert imported & HEAVY == set()


@pytest.mark.parametrize(
    ("command", "option", "known"),
    [
        ("flow", "--mode", modes.MODES),
        ("flow", "--boundary", modes.BOUNDARIES),
        ("attend", "--mode", attention.MODES),
        ("layers", "--over", token_rows.OVER),
        ("gui", "--engine", opening.ENGINES),
        ("render", "--panels", figure_options.PANELS),
        ("animate", "--style", figure_options.STYLES),
    ],
)
def test_an_option_has_the_choices_that_are_known(command, option, known):
    made = Declared()
    next(entry for entry in found() if entry.name == command).declare(made)
    assert made.options[option].choices is known


def test_forms_offer_what_is_known():
    assert {choice.value for choice in flow_form.MODES} == set(modes.MODES)
    assert {choice.value for choice in flow_form.BOUNDARIES} == set(modes.BOUNDARIES)
    assert {choice.value for choice in token_path_panel.OVERS} == set(token_rows.OVER)
    assert set(figure.STYLES) == set(figure_options.STYLES)


def test_a_geodesic_that_is_not_the_shortest_has_one_exit_status(tmp_path, capsys):
    """Through the sink of three keys, behind which its neighbours cross it."""
    source = resources.files("assets") / "lessons" / "sink" / "sink.npz"
    family, pins = f"attention:{source}", {"start": [0.0, -3.0], "end": [0.0, 5.0]}
    scene = {"format": "attention-geodesics/scene", "version": 1, "family": family}
    scene |= {name: {"theta": theta} for name, theta in pins.items()}
    scene["layers"] = {"map": False, "ellipses": False}
    (tmp_path / "a.json").write_text(json.dumps(scene))
    stated = [str(tmp_path / "a.json"), "--engine", "reference", "--json"]
    for command in (
        ["geodesic", family, "--start=0,-3", "--end=0,5", *stated[1:]],
        ["render", *stated, "-o", str(tmp_path / "a.svg"), "--size", "200x160"],
        ["export", *stated, "-o", str(tmp_path / "a.json.json")],
    ):
        assert main(command) == 1, command[0]
        answer = json.loads(capsys.readouterr().out)
        assert (answer.get("status") or answer["paths"][0]["status"]) == "CONJUGATE_POINT"
    reel = film.Reel(2, Fraction(2), Paper(size=(160, 120)))
    camera = film.Camera(scene_file.load(tmp_path / "a.json"), ReferenceEngine(), reel)
    camera.answers(camera.scene(0))
    assert camera.status == Status.CONJUGATE_POINT
