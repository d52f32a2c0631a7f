"""Head files are hostile until parsed; planes hold the queries they go through."""

from __future__ import annotations

import pickle
import zipfile

import numpy as np
import pytest

from compute.families import manifold as manifold_of
from compute.heads import head as heads
from compute.heads import query_plane
from compute.heads.head import Head
from compute.heads.token_words import is_special
from tests import ROOT


def arrays(**changes: object) -> dict[str, object]:
    rng = np.random.default_rng(1)
    return {name: rng.normal(size=(2, 3, 6, 8)) for name in "qkv"} | changes


def saved(tmp_path, **changes: object) -> str:
    path = tmp_path / "head.npz"
    np.savez(path, **{k: v for k, v in arrays(**changes).items() if v is not None})
    return str(path)


def with_nan() -> np.ndarray:
    k = np.ones((2, 3, 6, 8))
    k[1, 2, 3, 4] = np.nan
    return k


BAD = {
    "missing": ({"k": None}, "missing k"),
    "mis-shaped": ({"k": np.ones((2, 3, 6, 7))}, "must agree"),
    "one axis": ({"q": np.ones(5)}, "must be floats of shape"),
    "integers": ({"q": np.ones((2, 3, 6, 8), int)}, "must be floats"),
    "empty": ({"q": np.ones((2, 3, 0, 8))}, "must not be empty"),
    "NaN": ({"k": with_nan()}, r"nan at \(1, 2, 3, 4\)"),
    "values": ({"v": np.ones((2, 3, 5, 8))}, "must agree"),
    "pickled": ({"q": np.array([object()], dtype=object)}, "cannot be read"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_refused_in_one_line(case, tmp_path):
    changes, words = BAD[case]
    with pytest.raises(ValueError, match=words) as caught:
        heads.load(saved(tmp_path, **changes))
    assert "\n" not in str(caught.value)


def test_the_index_of_the_bundled_heads_is_that_of_their_files():
    """A head is listed by its text, without special tokens, or as a picture."""
    folder = ROOT / "assets" / "heads"
    assert set(heads.bundled()) == {path.stem for path in folder.glob("*.npz")}
    for name, text in heads.texts().items():
        words = [word for word in heads.load(name).labels if not is_special(word)]
        if text.endswith("(picture)"):
            assert words == [str(i) for i in range(len(words))] or "".join(words).isdigit()
        else:
            assert text.replace(" ", "") == "".join(words).replace("…", "").replace(" ", "")


def test_pickles_and_other_files_are_not_opened(tmp_path):
    path = tmp_path / "evil.npz"
    path.write_bytes(pickle.dumps({"q": 1}))
    with pytest.raises(ValueError, match=r"must be an \.npz file"):
        heads.load(str(path))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("q.npy", b"\x93NUMPY\x01\x00")
    with pytest.raises(ValueError, match=r"evil\.npz"):
        heads.load(str(path))


@pytest.mark.parametrize("shape", [(2, 3, 6, 8), (3, 6, 8), (6, 8)])
@pytest.mark.parametrize("kind", ["f2", "f4", "f8"])
def test_any_number_of_axes_and_precision(shape, kind, tmp_path):
    path = tmp_path / "h.npz"
    np.savez(
        path, **{name: np.random.default_rng(2).normal(size=shape).astype(kind) for name in "qkv"}
    )
    file = heads.load(str(path))
    assert file.q.shape == (1,) * (4 - len(shape)) + shape
    assert manifold_of(f"attention:{path}?layer=0&head=0").landmarks.labels == tuple("012345")


def test_cross_attention_has_its_own_tokens(tmp_path):
    file = saved(tmp_path, q=np.random.default_rng(5).normal(size=(2, 3, 4, 8)))
    head = heads.load(file).head(0, 0)
    assert (len(head.query_labels), len(head.key_labels)) == (4, 6)


def test_a_plane_holds_its_three_queries():
    head = heads.load("bank").head(4, 9)
    plane = query_plane.through(head, (1, 6, 9))
    back = plane.q0 + plane.theta @ plane.U.T
    np.testing.assert_allclose(back[[1, 6, 9]], head.q[[1, 6, 9]], atol=1e-12)
    np.testing.assert_allclose(plane.residual[[1, 6, 9]], 0.0, atol=1e-12)
    np.testing.assert_allclose(plane.U.T @ plane.U, np.eye(2), atol=1e-14)


def test_rows_at_the_pins_are_the_heads_own():
    """softmax(qkᵀ/√d) of the two tokens, by plain NumPy from the stored arrays."""
    manifold = manifold_of("attention:bank?layer=4&head=9")
    head = heads.load("bank").head(4, 9)
    for pin in manifold.pins:
        token = int(np.abs(manifold.landmarks.theta - pin).sum(axis=1).argmin())
        logits = head.q[token] @ head.k.T / np.sqrt(32)
        expected = np.exp(logits) / np.exp(logits).sum()
        found = manifold.density(np.array(pin), np.arange(15.0))
        np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("specification", "words"),
    [
        ("attention:bank?layer=6", "layer of bank must be from 0 to 5, got 6"),
        ("attention:bank?head=-1", "head of bank must be from 0 to 11, got -1"),
        ("attention:bank?tokens=1,2", "three different numbers"),
        ("attention:bank?tokens=1,2,99", "token of this head must be from 0 to 14, got 99"),
        ("attention:bank?layer=x", "layer of attention must be a int, got 'x'"),
        ("attention:bank?temperature=0", "temperature must be positive"),
        ("attention:nothing", "must be a file or one of astronaut, bank"),
        ("student_t:mu=3", "parameters of student_t are nu, got 'mu'"),
    ],
)
def test_a_wrong_specification_is_refused(specification, words):
    with pytest.raises(ValueError, match=words):
        manifold_of(specification)


def test_of_many_tokens_no_other_corner_makes_the_triangle_wider():
    """The area of the triangle of three √p by Gram's determinant of its sides."""
    draw = np.random.default_rng(2)
    q, k = draw.normal(size=(90, 6)), draw.normal(size=(12, 6))
    q[-3:] *= 9.0  # the last ones attend to nearly one key each
    labels = tuple(f"word{i}" for i in range(90))
    head = Head(q, k, k, labels, labels[:12], np.zeros(12), tuple(range(12)))
    roots = np.sqrt(head.rows())

    def area(*corners: int) -> float:
        sides = roots[list(corners[1:])] - roots[corners[0]]
        return float(np.linalg.det(sides @ sides.T))

    found = query_plane.default_triple(head)
    widest = area(*found)
    for place in range(3):
        for other in set(range(90)) - set(found):
            corners = [*found[:place], other, *found[place + 1 :]]
            assert area(*corners) <= widest * (1 + 1e-6)
    assert max(found) >= query_plane.POOL


def test_the_triangle_is_of_tokens_whose_own_mask_is_shown():
    draw = np.random.default_rng(2)
    q, k = draw.normal(size=(9, 6)), draw.normal(size=(5, 6))
    labels = tuple(f"word{i}" for i in range(9))
    head = Head(q, k, k, labels, labels[:5], np.zeros(5), tuple(range(5)))
    own = np.arange(9) < 4
    assert set(query_plane.default_triple(head, own)) <= set(range(4))
    # of fewer than three all are corners
    assert query_plane.default_triple(head, np.arange(9) < 2)[:2] == (0, 1)
    assert query_plane.default_triple(head, np.zeros(9, bool)) == query_plane.default_triple(head)
