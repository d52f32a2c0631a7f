"""One bad element spoils no others, and a refusal says what to do."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli.main import main
from app.export import film
from app.export.figure import Paper
from app.jobs import preparation
from app.jobs.path import PathAnswer
from app.jobs.scalar_map import MapAnswer, MapJob
from app.jobs.studies.loop import LoopJob
from app.jobs.subject import Subject
from app.model import scene_file
from app.parts import heads_browser, token_path
from app.presenters import picking, scalar_maps
from app.views.interface.token_path import TokenPathChosen
from compute import GeometricAttention, custom_family
from compute.core.status import Status
from compute.distances.map_verification import Gap
from compute.engine.reference import ReferenceEngine
from compute.families import parse, write
from compute.images import image_files
from compute.requests.fields import Field

LAYERS, HEADS, TOKENS, WIDTH = 2, 4, 6, 4
REFUSED = (0, 1)


def head_file(path: Path, mask: np.ndarray | None) -> str:
    """A file of heads with random q, k and v."""
    random = np.random.default_rng(1)
    q, k, v = random.normal(size=(3, LAYERS, HEADS, TOKENS, WIDTH)).astype(np.float32)
    masks = {} if mask is None else {"mask": mask}
    np.savez(path, q=q, k=k, v=v, **masks)
    return str(path)


@pytest.fixture
def hidden(tmp_path) -> str:
    """A file with one head whose mask, the same for all queries, leaves no key."""
    mask = np.ones((LAYERS, HEADS, 1, TOKENS), bool)
    mask[REFUSED] = False
    return head_file(tmp_path / "hidden.npz", mask)


@pytest.fixture
def causal(tmp_path) -> str:
    mask = np.broadcast_to(np.tri(TOKENS, dtype=bool), (LAYERS, HEADS, TOKENS, TOKENS))
    return head_file(tmp_path / "causal.npz", mask)


# --- heads -----------------------------------------------------------------------------------
@pytest.mark.parametrize("queries", [1, TOKENS])
def test_seven_heads_are_shown_and_one_is_refused(tmp_path, queries):
    mask = np.ones((LAYERS, HEADS, queries, TOKENS), bool)
    mask[(*REFUSED, -1)] = False
    family = write("attention", {"source": head_file(tmp_path / "x.npz", mask)})
    found: list = []
    heads_browser.task(family).perform(None, found.append, lambda: False)
    cells = {
        (answer.layer, head): heads_browser.cell(
            str(answer.layer), head, glance, answer.words[head]
        )
        for answer in found
        for head, glance in enumerate(answer.row)
    }
    assert len(cells) == LAYERS * HEADS
    assert [place for place, cell in cells.items() if not cell.picture.size] == [REFUSED]
    assert (
        "refused: layer 0, head 1 of x: the mask leaves none of the 6 keys" in cells[REFUSED].words
    )
    assert ("entropy" in cells[REFUSED].words) == (queries > 1), "other queries see keys"
    assert heads_browser.state(family, cells, "").words == "8 heads, 1 refused"


def test_a_query_that_sees_no_key_is_named_among_the_others(hidden, capsys):
    assert main(["rows", f"attention:{hidden}?layer=0&head=1"]) == 0
    assert capsys.readouterr().out.count("no key: all are masked") == TOKENS
    assert main(["rows", f"attention:{hidden}?layer=0&head=0"]) == 0
    assert "no key" not in capsys.readouterr().out


def test_a_path_over_heads_passes_over_the_refused_one(hidden, capsys):
    family = f"attention:{hidden}?layer=0&head=0"
    assert main(["layers", family, "--token", "0", "--over", "heads"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3] == "1      refused: the mask leaves this token no key"
    assert main(["layers", family, "--token", "0", "--over", "heads", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [step is None for step in found["steps"]] == [True, False, False]
    assert found["length"] == pytest.approx(sum(found["steps"][1:]))
    assert main(["layers", f"attention:{hidden}?head=1", "--token", "0", "--over", "layers"]) == 2
    assert "in 1 of 2 layers, a path needs two" in capsys.readouterr().err


@pytest.mark.parametrize("head", [0, 1])
def test_the_panel_of_the_path_says_which_head_it_is_without(hidden, head):
    family = f"attention:{hidden}?layer=0&head={head}"
    found: list = []
    task = token_path.TokenPathTask(family, 0, "heads")
    task.perform(None, found.append, lambda: False)
    state = token_path.state(found[0], TokenPathChosen(0, "heads"))
    assert len(state.xy) == HEADS - 1 and np.isfinite(state.xy).all()
    assert [tip[: len("head 0")] for tip in state.tips] == ["head 0", "head 2", "head 3"]
    assert "Omitted: head 1, whose mask leaves this token no key." in state.words
    assert state.current == (0 if head == 0 else -1)


def test_the_first_token_of_a_causal_head_says_why_it_has_no_path(causal, capsys):
    assert main(["layers", f"attention:{causal}?layer=0&head=1", "--token", "0"]) == 2
    said = capsys.readouterr().err
    assert "token 0 (0) of causal can attend to only one key: it has no path" in said


def test_a_file_whose_first_head_is_refused_opens_on_another(tmp_path):
    mask = np.ones((LAYERS, HEADS, 1, TOKENS), bool)
    mask[0, :2] = False
    path = tmp_path / "late.npz"
    head_file(path, mask)
    scene = preparation.edited(scene_file.load("gaussian"), {preparation.HEADS: str(path)})
    assert parse(scene.family)[1] == {"source": str(path), "layer": 0, "head": 2}


# --- maps ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "words", "hatched"),
    [
        (Status.ILL_CONDITIONED, "the metric is singular or undefined", True),
        (Status.NOT_RESOLVED, "the density is not resolved", True),
        (Status.OK, "lost to rounding", True),
        (Status.LEFT_DOMAIN, "no part of the view lies in the domain", False),
    ],
)
def test_a_map_that_is_known_nowhere_is_hatched_and_says_why(status, words, hatched):
    scene = scene_file.load("gaussian")
    statuses = np.full((6, 8), status)
    field = Field(np.full((6, 8), np.nan), statuses, scene.view, "reference")
    job = MapJob(scene.family, scene.chart, "curvature", 0, scene.view, (6, 8))
    drawn = scalar_maps.color_map(Subject.of(scene), MapAnswer(job, field, True, 1.0))
    assert drawn.label == f"Gaussian curvature K is unknown everywhere in view: {words}"
    assert (drawn.hatched == hatched).all()
    early = scalar_maps.color_map(Subject.of(scene), MapAnswer(job, field, False, 1.0))
    assert (early is None) == (status != Status.ILL_CONDITIONED)


def test_the_pointer_says_why_a_cell_of_a_distance_map_is_hatched():
    """A reason for each cell without a value, and a label that says so."""
    scene = scene_file.load("gaussian")
    scene = replace(scene, scalar="distance")
    status, gaps = np.zeros((6, 8), np.int32), np.zeros((6, 8), np.int32)
    status[2, 3], gaps[2, 3] = Status.NOT_CONVERGED, Gap.ROUND
    status[0, 0] = Status.LEFT_DOMAIN
    values = np.where(status == Status.OK, np.arange(48.0).reshape(6, 8), np.nan)
    field = Field(values, status, scene.view, "reference", gaps)
    job = MapJob(scene.family, scene.chart, "distance", 0, scene.view, (8, 6), source=(0.0, 1.0))
    answer, e = MapAnswer(job, field, True, 1.0), scene.view
    at = [(e.x0 + (i + 0.5) / 8 * (e.x1 - e.x0), e.y0 + (j + 0.5) / 6 * (e.y1 - e.y0))
          for i, j in ((3, 2), (4, 2))]  # fmt: skip
    assert f"distance unknown here: {Gap.ROUND.words}" in picking.described(
        Subject.of(scene), at[0], answer
    )
    assert "not known" not in picking.described(Subject.of(scene), at[1], answer)
    assert scalar_maps.color_map(Subject.of(scene), answer).label.endswith(
        "; hatched, 2%: not known"
    )
    rough = replace(field, status=np.full_like(status, Status.NOT_VERIFIED), gaps=0 * gaps)
    early = scalar_maps.color_map(Subject.of(scene), MapAnswer(job, rough, False, 1.0))
    assert early.label.endswith("; rough, not verified") and not early.hatched.any()


NORMAL_BY_SIGN = {"coordinates": ["a", "b"], "log_density": "b*(x-a)^2", "normalise": True}
INDEFINITE = {"coordinates": ["a", "b"], "metric": ["1", "0", "-b"]}


@pytest.mark.parametrize(
    ("custom", "words"),
    [
        (NORMAL_BY_SIGN, "the density is not resolved"),
        (INDEFINITE, "the metric is singular or undefined"),
    ],
)
def test_the_pointer_says_why_a_scalar_is_not_known(custom, words):
    """Both are known for b < 0 alone."""
    manifold = custom_family(custom)
    values, status = np.zeros((4, 4)), np.full((4, 4), Status.ILL_CONDITIONED)
    field = Field(values, status, manifold.view, "reference")
    job = MapJob(manifold.key, "parameters", "curvature", 0, manifold.view, (4, 4))
    chart, at = manifold.charts[0], np.array([0.5, 0.5])
    found = scalar_maps.missing(manifold, chart, MapAnswer(job, field, True, 1.0), at)
    assert found == f"Gaussian curvature K unknown here: {words}"
    fine = replace(field, status=np.zeros_like(status))
    assert scalar_maps.missing(manifold, chart, MapAnswer(job, fine, True, 1.0), at) == ""


# --- pictures --------------------------------------------------------------------------------
RAMP = np.linspace(0.0, 65535.0, 8 * 64).round().astype(np.uint16).reshape(8, 64)
BYTES = np.round(RAMP / 257.0).astype(np.uint8)


def png(path: Path, samples: np.ndarray, kind: int) -> Path:
    """A PNG of 16 bits a sample (h, w, channels); kind: 0 grey, 2 RGB, 4 grey and α, 6 RGB and α."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    header = struct.pack(">IIBBBBB", samples.shape[1], len(samples), 16, kind, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in parts
        )
    )
    return path


@pytest.mark.parametrize(("kind", "colours", "alpha"), [(0, 1, 0), (2, 3, 0), (4, 1, 1), (6, 3, 1)])
def test_sixteen_bits_are_read_as_eight(tmp_path, kind, colours, alpha):
    grey = np.repeat(RAMP[..., None], colours, axis=2)
    opaque = np.full((*RAMP.shape, alpha), 65535, np.uint16)
    read = image_files.read(png(tmp_path / "a.png", np.concatenate([grey, opaque], axis=2), kind))
    assert read.shape == (8, 64, 3) and read.dtype == np.uint8
    assert np.abs(read.astype(int) - BYTES[..., None]).max() <= 1


def test_a_gradient_of_sixteen_bits_has_the_diameter_of_one_of_eight(tmp_path, capsys):
    diameters = []
    for name, array in (("a", RAMP), ("b", BYTES)):
        large = np.repeat(np.repeat(array, 8, axis=0), 2, axis=1)
        Image.fromarray(large).save(tmp_path / f"{name}.png")
        assert main(["patches", str(tmp_path / f"{name}.png"), "--json"]) == 0
        diameters.append(json.loads(capsys.readouterr().out)["diameter"])
    assert diameters[0] == diameters[1]


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [("L", ".png"), ("P", ".png"), ("LA", ".png"), ("CMYK", ".jpg"), ("1", ".png")],
)
def test_every_kind_of_picture_has_its_own_greys(tmp_path, mode, suffix):
    path, options = tmp_path / f"a{suffix}", {"quality": 100} if suffix == ".jpg" else {}
    grey = Image.fromarray(np.where(BYTES < 128, 0, 255).astype(np.uint8) if mode == "1" else BYTES)
    through = grey.convert("RGB") if mode == "CMYK" else grey
    through.convert(mode).save(path, **options)
    read = image_files.read(path).astype(int)
    assert np.abs(read - np.asarray(grey).astype(int)[..., None]).max() <= 3


def test_what_is_transparent_lies_on_white(tmp_path):
    seen = Image.fromarray(np.zeros((4, 4, 3), np.uint8)).convert("RGBA")
    for alpha, value in ((0, 255), (51, 204), (255, 0)):
        seen.putalpha(alpha)
        seen.save(tmp_path / "a.png")
        assert (image_files.read(tmp_path / "a.png") == value).all()


# --- names and types -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "way"),
    [("x.pt", "safetensors.torch"), ("x.npy", "numpy.savez"), ("X.PTH", "save_file")],
)
def test_a_format_that_is_not_read_names_the_way_out(tmp_path, capsys, name, way):
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    for command in (["rows", f"attention:{tmp_path / name}"], ["attend", str(tmp_path / name)]):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert way in said and "as .safetensors or .npz" in said and said.count("\n") == 1


def test_a_question_mark_may_belong_to_a_name(tmp_path, capsys):
    path = head_file(tmp_path / "what?.npz", None)
    for family in (f"attention:{path}", f"attention:{path}?layer=1&head=3"):
        assert parse(family)[1]["source"] == path
        assert parse(write(*parse(family))) == parse(family)
        assert main(["rows", family]) == 0
    capsys.readouterr()
    assert main(["rows", "attention:bank?lyer=1"]) == 2
    assert "? begins parameters: parameters of attention are" in capsys.readouterr().err


class Tensor:
    """The error of PyTorch's tensors: NumPy has no bfloat16."""

    def __init__(self, values: np.ndarray, steps: tuple[str, ...] = ()) -> None:
        self._values, self._steps = values, steps

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise TypeError("Got unsupported ScalarType BFloat16")

    def detach(self) -> Tensor:
        return Tensor(self._values, (*self._steps, "detach"))

    def cpu(self) -> Tensor:
        return Tensor(self._values, (*self._steps, "cpu"))

    def double(self) -> Tensor:
        return Tensor(self._values.astype(np.float64), (*self._steps, "double"))

    def numpy(self) -> np.ndarray:
        assert self._steps == ("detach", "cpu", "double"), "PyTorch refuses any less"
        return self._values


def test_tensors_of_bfloat16_are_attended_to(reference_engine):
    q, k, v = np.random.default_rng(3).normal(size=(3, 5, 4)).astype(np.float32)
    attention = GeometricAttention("flat", engine=reference_engine)
    wanted, found = attention.attend(q, k, v), attention.attend(*map(Tensor, (q, k, v)))
    np.testing.assert_array_equal(found.output, wanted.output)
    with pytest.raises(ValueError, match="Q must be numbers, got object"):
        attention.attend(object(), k, v)


def test_a_hidden_head_is_refused_by_its_name(hidden, capsys):
    assert main(["geometry", f"attention:{hidden}?layer=0&head=1", "--at", "0,0"]) == 2
    assert (
        "layer 0, head 1 of hidden: the mask leaves none of the 6 keys" in capsys.readouterr().err
    )


# --- elements of a scene ---------------------------------------------------------------------------
def written_scene(tmp_path: Path, **said: object) -> Path:
    path = tmp_path / "scene.json"
    stated = {"format": "attention-geodesics/scene", "version": 1, "family": "gaussian", **said}
    path.write_text(json.dumps(stated))
    return path


LOOPS = {
    "equal": [[0, 1], [0, 1], [1, 2]],
    "one": [[0, 1]],
}
FLOWS = {
    "no file": {"initial": "file", "source": "gone.npz"},
    "unknown": {"initial": "gradient", "scalar": "nonsense"},
    "mass without a period": {"boundary": "periodic", "mode": "scalar", "initial": "bump"},
}
BAD = {
    **{
        f"loop {name}": ({"loop": True}, {"loop": loop}, "the loop") for name, loop in LOOPS.items()
    },
    **{
        f"flow {name}": ({"flow": True}, {"flow": flow}, "the flow") for name, flow in FLOWS.items()
    },
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_element_of_a_scene_takes_no_other_with_it(name, tmp_path, capsys):
    layers, said, subject = BAD[name]
    path = written_scene(tmp_path, layers={**layers, "ellipses": False}, **said)
    target = tmp_path / "a.json"
    size = ("--size", "60x40", "--engine", "reference")
    status = main(["export", str(path), "-o", str(target), *size])
    heard = capsys.readouterr()
    assert (status, heard.err.count("\n")) == (1, 1)
    assert heard.err.startswith(f"attention-geodesics: {subject} cannot be shown: ")
    assert len(heard.err) < 330 and "converged" in heard.out
    found = json.loads(target.read_text())
    assert "path_paths_theta" in found and "map_field_values" in found
    assert not any(key.startswith("flow_") for key in found)
    assert ("loop_problem" in found) == (subject == "the loop")


def test_a_loop_that_has_no_turn_says_why_beside_a_figure(tmp_path, capsys):
    path = written_scene(tmp_path, layers={"loop": True, "map": False}, loop=LOOPS["equal"])
    target = tmp_path / "a.svg"
    options = ("--panels", "measures", "--size", "900x600", "--engine", "reference")
    assert main(["render", str(path), "-o", str(target), *options]) == 1
    assert "the loop cannot be shown: a loop needs 3 different vertices" in capsys.readouterr().err


@pytest.mark.parametrize("loop", [((0.0, 1.0),), ((0.0, 1.0), (1.0, 1.0)), ((0.0, 1.0),) * 3])
def test_the_measure_of_a_loop_of_too_few_points_says_so(loop):
    answer = LoopJob("gaussian", loop, 0.0, "log").answer(ReferenceEngine())
    (measure,) = answer.measures
    assert (measure.name, measure.ok) == ("Turn on the loop", False)
    assert measure.value.startswith("a loop needs 3 ")


@pytest.mark.parametrize("name", ["loop one", "flow mass without a period"])
def test_a_film_says_once_what_its_frames_lack(name, tmp_path):
    layers, said, subject = BAD[name]
    path = written_scene(tmp_path, layers={**layers, "ellipses": False}, **said)
    heard: list[str] = []
    reel = film.Reel(3, Fraction(3), Paper((60, 40)))
    camera = film.Camera(scene_file.load(path), ReferenceEngine(), reel, heard.append)
    frames = [camera.answers(camera.scene(number)) for number in range(3)]
    assert len(heard) == 1 and f"{subject} cannot be shown" in heard[0]
    for found in frames:
        assert {PathAnswer, MapAnswer} <= set(map(type, found)) and len(found) == len(frames[0])


def test_a_scene_with_a_loop_of_a_point_opens_and_is_kept(tmp_path):
    scene = scene_file.load(written_scene(tmp_path, loop=LOOPS["one"]))
    scene_file.save(scene, tmp_path / "again.json")
    assert scene_file.load(tmp_path / "again.json").loop == ((0.0, 1.0),)
