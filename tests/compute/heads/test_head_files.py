"""Containers of heads, other names, masks, planes and singular keys; mistakes give one line."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from app.presenters import head_specification
from compute.attention.head_summary import glance
from compute.attention.token_rows import token_rows
from compute.core.status import Status
from compute.families import changed
from compute.families import manifold as manifold_of
from compute.heads import head as heads
from compute.heads import query_plane
from compute.heads.head_selection import chosen, head_of
from compute.requests.fields import FieldRequest
from compute.requests.geodesics import ConnectRequest
from compute.requests.geometry import GeometryRequest

RNG = np.random.default_rng(3)
Q, K, V = (RNG.normal(size=(2, 3, 6, 8)).astype(np.float32) for _ in range(3))
ARRAYS = {"q": Q, "k": K, "v": V}


def npz(tmp_path, **arrays) -> str:
    path = tmp_path / "head.npz"
    np.savez(path, **{**ARRAYS, **arrays})
    return str(path)


def raw(tmp_path, header, data: bytes = b"", length: int | None = None) -> str:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path = tmp_path / "head.safetensors"
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return str(path)


# --- .safetensors ----------------------------------------------------------------------------
def test_names_may_be_capitals(tmp_path):
    path = tmp_path / "capitals.npz"
    np.savez(path, **{name.upper(): ARRAYS[name] for name in "qkv"})
    np.testing.assert_array_equal(heads.load(str(path)).head(1, 2).k, ARRAYS["k"][1, 2])


@pytest.mark.parametrize("kind", ["float16", "float32", "float64"])
def test_safetensors_hold_what_npz_holds(kind, tmp_path):
    path = tmp_path / "head.safetensors"
    save_file(
        {name: array.astype(kind) for name, array in ARRAYS.items()},
        path,
        {"tokens": json.dumps(list("abcde\n"))},
    )
    file = heads.load(str(path))
    np.testing.assert_array_equal(file.q, Q.astype(kind))
    assert file.tokens == tuple("abcde\n") and file.labels == tuple("abcde↵")


def test_bfloat16_is_the_upper_half_of_a_float(tmp_path):
    halves = (Q.view(np.uint32) >> 16).astype("<u2")
    size = halves.nbytes
    header = {
        name: {"dtype": "BF16", "shape": Q.shape, "data_offsets": [i * size, (i + 1) * size]}
        for i, name in enumerate("qkv")
    }
    file = heads.load(raw(tmp_path, header, 3 * halves.tobytes()))
    assert file.q.dtype == np.float32
    np.testing.assert_allclose(file.q, Q, rtol=2**-7)


ENTRY = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}
LYING = {
    "longer than the file": ({"q": {**ENTRY, "data_offsets": [0, 800]}}, b"\0" * 16, None),
    "another shape": ({"q": {**ENTRY, "shape": [2, 200]}}, b"\0" * 16, None),
    "overflowing": ({"q": {**ENTRY, "shape": [2**40, 2**40]}}, b"\0" * 16, None),
    "unknown kind": ({"q": {**ENTRY, "dtype": "F99"}}, b"\0" * 16, None),
    "no JSON": (b"{garbage", b"", None),
    "a huge header": (b"{}", b"", 1 << 60),
    "eight bits": ({n: {"dtype": "F8_E4M3", "shape": [2, 2], "data_offsets": [4 * i, 4 * i + 4]}
                    for i, n in enumerate("qkv")}, b"\0" * 12, None),
    "whole numbers": ({n: {"dtype": "I32", "shape": [1, 2], "data_offsets": [8 * i, 8 * i + 8]}
                       for i, n in enumerate("qkv")}, b"\0" * 24, None),
}  # fmt: skip


@pytest.mark.parametrize("case", LYING)
def test_a_header_that_lies_is_refused_in_one_line(case, tmp_path):
    path = raw(tmp_path, *LYING[case])
    with pytest.raises(ValueError, match=r"head\.safetensors") as caught:
        heads.load(path)
    assert "\n" not in str(caught.value)


# --- names, tokens, masks --------------------------------------------------------------------
def test_arrays_of_other_names_layer_by_layer(tmp_path):
    layers = {f"layers.{i}.{n}": a[i] for n, a in ARRAYS.items() for i in range(2)}
    path = tmp_path / "own.npz"
    np.savez(path, **layers, words=np.array(["unused"]))
    names = "q=layers.*.q&k=layers.*.k&v=layers.*.v"
    by_name = head_of({"source": str(path), **dict(i.split("=") for i in names.split("&"))})
    np.testing.assert_array_equal(by_name.k, K[0, 0].astype(float))
    assert manifold_of(f"attention:{path}?layer=1&head=2&{names}").landmarks.theta.shape == (6, 2)
    side = {n: f"layers.*.{n}" for n in "qkv"} | {"tokens": list("uvwxyz")}
    (tmp_path / "own.names.json").write_text(json.dumps(side))
    file = heads.load(str(path))
    np.testing.assert_array_equal(file.v, V)
    assert file.key_tokens == tuple("uvwxyz")


def test_masks_leave_keys_out_or_weigh_them(tmp_path):
    mask = np.ones((1, 1, 1, 6), bool)
    mask[..., [0, 5]] = False
    head = heads.load(npz(tmp_path, mask=mask)).head(1, 2)
    assert head.numbers == (1, 2, 3, 4)
    np.testing.assert_array_equal(head.k, K[1, 2, 1:5])
    bias = np.array([0.0, 1.5, -np.inf, 0, 0, -65504], np.float16)
    head = heads.load(npz(tmp_path, mask=bias)).head(0, 0)
    assert head.numbers == (0, 1, 3, 4)
    logits = Q[0, 0] @ K[0, 0].T / np.sqrt(8) + bias
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(head.rows(), expected[:, [0, 1, 3, 4]], atol=1e-5)


def causal(tmp_path, **more):
    return str(npz(tmp_path, mask=np.tri(6, dtype=bool), **more))


def test_a_mask_that_differs_between_queries_is_that_of_one_of_them(tmp_path):
    path = causal(tmp_path)
    file = heads.load(path)
    assert file.masks_by_query
    assert file.head(0, 1).numbers == (0, 1, 2, 3, 4, 5), "the last query sees all"
    assert file.head(0, 1, mask_of=3).numbers == (0, 1, 2, 3)
    # seen by a token, its own row is the model's
    logits = Q[1, 2, 3] @ K[1, 2, :4].T / np.sqrt(8)
    row = file.head(1, 2, mask_of=3).rows(only=[3])[0]
    np.testing.assert_allclose(row, np.exp(logits) / np.exp(logits).sum(), atol=1e-5)
    manifold = manifold_of(f"attention:{path}?mask_of=3")
    assert len(manifold.support(np.zeros((1, 2))).x) == 4
    with pytest.raises(ValueError, match=r"mask_of of .* must be from 0 to 5, got 6"):
        manifold_of(f"attention:{path}?mask_of=6")
    with pytest.raises(ValueError, match="3 to 4096 keys, got 2"):
        manifold_of(f"attention:{path}?mask_of=1")
    assert not heads.load("bank").masks_by_query


def test_a_token_s_path_is_under_its_own_mask(tmp_path):
    file = heads.load(causal(tmp_path))
    found = token_rows(file, 2, "layers").rows
    assert found.shape == (file.layers, 3)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    other = np.ones((file.layers, 1, 1, 6), bool)
    other[0, ..., 0] = False
    closed = token_rows(heads.load(npz(tmp_path, mask=other)), 2, "layers").rows
    assert closed[0, 0] == 0.0 < closed[1, 0], "a hidden key is on a closed face of the one simplex"


def test_the_form_says_whose_mask_it_is(tmp_path):
    path = causal(tmp_path)
    assert head_specification.state(f"attention:{path}").mask_of == -1
    assert head_specification.state(f"attention:{path}?mask_of=4").mask_of == 4
    assert head_specification.state("attention:bank").mask_of is None


WRONG = {
    "too long": ({"mask": np.ones(7, bool)}, "must broadcast"),
    "NaN": ({"mask": np.full(6, np.nan)}, "true or false"),
    "nothing left": ({"mask": np.zeros(6, bool)}, "leaves none of the 6 keys"),
    "tokens": ({"tokens": np.array(["a"])}, "must name 6 queries or 6 keys, got 1"),
    "one key": ({"k": K[:, :, :1], "v": V[:, :, :1]}, "3 to 4096 keys, got 1"),
    "d = 1": ({"q": Q[..., :1], "k": K[..., :1]}, "needs d ≥ 2, got d = 1"),
    "two queries": ({"q": Q[:, :, :2]}, "choose plane=fisher"),
    "scale 0": ({"scale": np.zeros((2, 3))}, r"scale must be from 1e-15 to 1e\+15, got 0"),
    "scale": ({"scale": np.array(1e300)}, r"scale must be from 1e-15 to 1e\+15, got 1e\+300"),
    "softcap": ({"softcap": np.array(1e-320)}, "softcap must be from 1e-15 to inf, got 9.9"),
    "sink": ({"sinks": np.full((2, 3), np.nan)}, "sinks must be from -inf to 1e.15, got nan"),
    "infinite": ({"q": np.where(Q[1, 1, 1, 1] == Q, np.inf, Q)}, r"inf at \(1, 1, 1, 1\)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_fit_is_one_line(case, tmp_path):
    changes, words = WRONG[case]
    with pytest.raises(ValueError, match=words) as caught:
        manifold_of(f"attention:{npz(tmp_path, **changes)}")
    assert "\n" not in str(caught.value)


def test_infinity_is_no_softcap_and_no_sink(tmp_path):
    plain = heads.load(npz(tmp_path)).head(1, 2)
    none = {"softcap": np.array([np.inf, 3.0, np.inf]), "sinks": np.array([-np.inf, 1.0, -np.inf])}
    found = heads.load(npz(tmp_path, **none))
    np.testing.assert_array_equal(found.head(1, 2).rows(), plain.rows())
    assert found.head(1, 1).rows().sum(axis=1).max() < 1


def test_a_file_of_ones_own_begins_with_its_first_head(tmp_path):
    assert manifold_of(f"attention:{npz(tmp_path)}").key.endswith("?head=0&layer=0")
    assert (
        changed("attention:bank?tokens=1,2,3", {"tokens": "", "head": 3}) == "attention:bank?head=3"
    )


# --- planes ----------------------------------------------------------------------------------
def test_principal_components_hold_the_most_of_the_queries():
    head = heads.load("bank").head(4, 6)
    plane = query_plane.principal(head)
    values = np.linalg.eigvalsh(np.cov(head.q.T, bias=True))
    assert plane.theta.var(axis=0) == pytest.approx(values[[-1, -2]], rel=1e-10, abs=0.0)
    back = head.q - plane.q0 - plane.theta @ plane.U.T
    np.testing.assert_allclose(
        plane.residual,
        np.linalg.norm(back, axis=1) / np.linalg.norm(head.q - plane.q0, axis=1),
        atol=1e-12,
    )


def test_the_plane_of_most_information_diagonalises_the_metric():
    """There g is diag(λ₁, λ₂), the largest eigenvalues of K̂ᵀ(diag p − ppᵀ)K̂ by NumPy."""
    head, plane = chosen({"plane": "fisher", "token": 5, "temperature": 1.7})
    keys = head.k / (1.7 * np.sqrt(head.k.shape[1]))
    p = np.exp(keys @ head.q[5])
    p /= p.sum()
    values = np.linalg.eigvalsh(keys.T @ (np.diag(p) - np.outer(p, p)) @ keys)
    manifold = manifold_of("attention:bank?plane=fisher&token=5&temperature=1.7")
    g11, g12, g22 = manifold.geometry(np.zeros(2)).metric
    assert (g11, g22) == pytest.approx((values[-1], values[-2]), rel=1e-9, abs=0.0)
    assert abs(g12) < 1e-12
    assert plane.pins[0] == 5 and plane.residual[5] == 0.0


def capped_with_a_sink(sink: float) -> heads.Head:
    draw = np.random.default_rng(4)
    q, k = draw.normal(size=(6, 5)), draw.normal(size=(8, 5))
    labels = tuple(f"word{i}" for i in range(8))
    made = heads.Head(q, k, k, labels[:6], labels, np.zeros(8), tuple(range(8)))
    return replace(made, scale=1.3, softcap=2.0, sink=sink)


def test_the_plane_of_most_information_knows_softcap_and_sink():
    """It has the most of Jᵀdiag(1/p)J, J the differences of all shares, that of the sink too."""
    head, step = capped_with_a_sink(1.5), 1e-5

    def shares(q):
        weights = np.exp([*2.0 * np.tanh(1.3 * head.k @ q / 2.0), 1.5])
        return weights / weights.sum()

    query = head.q[2]
    jacobian = np.stack([shares(query + e) - shares(query - e) for e in step * np.eye(5)], axis=1)
    jacobian /= 2 * step
    fisher = jacobian.T @ (jacobian / shares(query)[:, None])
    U = query_plane.informative(head, 2).U
    assert np.trace(U.T @ fisher @ U) == pytest.approx(
        np.linalg.eigvalsh(fisher)[-2:].sum(), rel=1e-8
    )


def test_a_token_whose_sink_takes_almost_all_has_two_others_as_corners():
    """Its row without the sink's share is so short that none lay farther from it than itself."""
    head = capped_with_a_sink(0.0)
    head = replace(head, softcap=np.inf, k=np.abs(head.k))
    head.q[0], head.q[1:] = -9.0, np.abs(head.q[1:])
    triple = query_plane.triple_with(head, [0])
    assert triple[0] == 0 and len(set(triple)) == 3
    rows = np.column_stack([head.rows(), 1.0 - head.rows().sum(axis=1)])
    cosines = np.sqrt(rows) @ np.sqrt(rows[0])
    assert triple[1] == cosines.argmin()


def test_tokens_whose_rows_are_the_same_have_a_plane_too():
    head = replace(capped_with_a_sink(-np.inf), k=np.ones((8, 5)))
    for held in ([3], [3, 1]):
        assert len(set(query_plane.triple_with(head, held))) == 3


def test_masked_keys_are_those_of_the_file():
    manifold = manifold_of("attention:bank?mask=0,14")
    labels = manifold.support(np.zeros((1, 2))).labels
    assert len(labels) == 13 and "[CLS]" not in labels and "[SEP]" not in labels
    with pytest.raises(ValueError, match="mask of bank must be from 0 to 14, got 15"):
        manifold_of("attention:bank?mask=15")


def test_the_likeliest_key_on_both_engines(engine):
    manifold = manifold_of("attention:bank?layer=0&head=2")
    shape = (12, 18)
    request = FieldRequest(manifold, manifold.charts[0], "dominant", manifold.view, shape)
    found = engine.field(request).values
    e = manifold.view
    x = e.x0 + (np.arange(18) + 0.5) / 18 * (e.x1 - e.x0)
    y = e.y0 + (np.arange(12) + 0.5) / 12 * (e.y1 - e.y0)
    rows = manifold.density(np.stack(np.meshgrid(x, y), axis=-1), np.arange(15.0))
    np.testing.assert_array_equal(found, rows.argmax(axis=-1))


@pytest.mark.parametrize("keys", ["one point", "one line"])
def test_singular_keys_are_said_and_drawn_flat(keys, engine, tmp_path):
    steps = np.zeros(6) if keys == "one point" else np.arange(6.0)
    k = np.ones((2, 3, 6, 8)) + steps[:, None]
    manifold = manifold_of(f"attention:{npz(tmp_path, k=k)}")
    assert manifold.singular and "g is singular" in manifold.curvature_words
    a, b = (np.array([pin]) for pin in manifold.pins)
    paths = engine.connect(ConnectRequest(manifold, a, b, steps=16))
    assert paths.status[0] == Status.ILL_CONDITIONED
    np.testing.assert_allclose(paths.theta[0, 8], (a[0] + b[0]) / 2, atol=1e-6)
    assert engine.geometry(GeometryRequest(manifold, a)).status[0] == Status.ILL_CONDITIONED


def test_a_glance_has_the_numbers_of_the_rows():
    head = heads.load("trophy").head(3, 1)
    found = glance(head)
    rows = head.rows()
    assert found.entropy == pytest.approx(np.median(-(rows * np.log(rows)).sum(axis=1)))
    manifold = manifold_of("attention:trophy?layer=3&head=1")
    metric = manifold.geometry(manifold.landmarks.theta).metric
    conditions = [np.linalg.cond([[a, b], [b, c]]) for a, b, c in metric]
    assert found.condition == pytest.approx(np.median(conditions), rel=0.1)
    assert found.picture.shape == (28, 28) and 0 <= found.picture.min() <= found.picture.max() <= 1
    assert "at least 3 queries" in glance(heads.Head(
        head.q[:2], head.k, head.v, ("a", "b"), head.key_labels, head.bias, head.numbers
    )).problem  # fmt: skip


def test_numbers_whose_scores_overflow_are_refused(tmp_path):
    """The rows were said to be masked."""
    arrays = {name: np.full((6, 8), 1e200) for name in "qkv"}
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ValueError, match=r"q must lie within ±1e.15, got 1e.200"):
        heads.load(str(tmp_path / "a.npz"))
