"""The metric that attention gives a picture: limits, the bundled heads, bad files, the command."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from scipy.linalg import expm

from app.cli.main import main
from compute import GeodesicViT, GeometricAttention
from compute.core import sphere
from compute.images import vision_head


def test_differences_of_an_affine_map_are_exact():
    rng = np.random.default_rng(0)
    frame = rng.normal(size=(2, 5))
    y, x = np.divmod(np.arange(12), 4)
    places = np.stack([x, y], axis=1) @ frame
    exact = np.broadcast_to(frame @ frame.T, (12, 2, 2))
    np.testing.assert_allclose(vision_head.pulled_back(places, (3, 4)), exact, atol=1e-12)
    metric = np.broadcast_to(np.diag(np.arange(1.0, 6.0)), (12, 5, 5))
    exact = np.broadcast_to(frame @ metric[0] @ frame.T, (12, 2, 2))
    np.testing.assert_allclose(vision_head.pulled_back(places, (3, 4), metric), exact, atol=1e-12)


def test_a_smooth_picture_has_the_metric_of_its_normals():
    """A ramp of shades along x: g₁₁ = Δμ²/σ², nothing else; β = 0 or one shade leave α² alone."""
    ramp = np.tile(np.repeat(np.linspace(0.2, 0.8, 8), 8), (32, 1))
    found = GeodesicViT(8, alpha=0.5, beta=2.0).process_image(ramp)
    exact = np.diag([0.25 + 4.0 * ((0.6 / 7) * 255.0) ** 2, 0.25])
    np.testing.assert_allclose(found.metric, np.broadcast_to(exact, (32, 2, 2)), rtol=1e-9)
    for options, image in (({"beta": 0.0}, ramp), ({"beta": 7.0}, np.full((32, 32), 0.3))):
        plain = GeodesicViT(8, alpha=0.5, **options).process_image(image)
        wanted = np.broadcast_to(0.25 * np.eye(2), plain.metric.shape)
        np.testing.assert_allclose(plain.metric, wanted, atol=1e-12)
        np.testing.assert_allclose(plain.density, 0.25)
    line = GeodesicViT(8, alpha=0.5).process_image(ramp[:8])
    np.testing.assert_allclose(line.metric[:, 1, 1], 0.25)


def test_on_the_complete_graph_with_a_flat_metric_it_is_dot_product_attention():
    """α = 0, d = |φ_s − φ_t| between all pairs, and the bias of norms: softmax(φφᵀ/√k)."""
    phi = GeodesicViT(16).process_image(np.random.default_rng(1).random((64, 64))).theta * 9
    square = ((phi[:, None] - phi) ** 2).sum(axis=-1)
    logits = -0.5 * square + 0.5 * (phi**2).sum(axis=1)
    weights = np.exp(logits / np.sqrt(2) - (logits / np.sqrt(2)).max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    found = GeometricAttention("flat").attend(phi, phi, phi)
    np.testing.assert_allclose(found.weights, weights, atol=1e-12)


def test_a_vision_head_over_its_picture():
    found = GeodesicViT(alpha=0.0).process_head("astronaut", layer=1, head=2)
    assert found.shape == (16, 16)
    assert found.image.shape == (224, 224, 3)
    np.testing.assert_allclose(found.theta.sum(axis=1), 1.0, atol=1e-12)
    assert np.linalg.eigvalsh(found.metric).min() >= -1e-12
    # the metric's length of a step lies near the distance of its ends, short or long
    first, second = found.theta[:-1], found.theta[1:]
    step = np.sqrt(0.5 * (found.metric[:-1, 0, 0] + found.metric[1:, 0, 0]))
    assert np.median(step / sphere.distance(first, second)) == pytest.approx(1.0, abs=0.15)
    way = found.way(0, 255)
    length = sphere.distance(found.theta[way[:-1]], found.theta[way[1:]]).sum()
    assert length == pytest.approx(found.distances[0, 255], rel=1e-9, abs=0.0)
    # through the lattice no way is shorter than the arc on the sphere
    apart = sphere.distance(found.theta[:1], found.theta)
    assert (found.distances[0] >= apart - 1e-9).all()


@pytest.mark.parametrize("time", [1e-4, 1e-2, 1.0, 1e3])
def test_heat_is_as_exact_where_edges_differ_by_ten_orders(time):
    """Black and white patches, which are next to nothing apart from those of their own colour."""
    shades = np.kron(np.random.default_rng(4).random((12, 12)) > 0.5, np.ones((4, 4)))
    found = GeodesicViT(4, alpha=0.0).process_image(shades)
    rates = found.lattice.toarray()
    rates[rates > 0] = np.maximum(rates[rates > 0], 1e-3) ** -2.0
    rates += rates.T
    values, vectors = np.linalg.eigh(np.diag(rates.sum(axis=1)) - rates)
    exact = vectors @ (np.exp(-time * np.maximum(values, 0.0)) * vectors[40])
    np.testing.assert_allclose(found.heat(40, time).ravel(), exact, rtol=0, atol=1e-8)


def test_heat_from_a_patch_is_the_exponential_of_the_lattice():
    found = GeodesicViT(8, alpha=0.5).process_image(np.random.default_rng(2).random((40, 48)))
    rates = found.lattice.toarray()
    rates[rates > 0] **= -2.0
    rates += rates.T
    exact = expm(0.5 * (rates - np.diag(rates.sum(axis=1))))[7].reshape(found.shape)
    heat = found.heat(7, 0.5)
    np.testing.assert_allclose(heat, exact, rtol=0, atol=1e-9)
    assert heat.sum() == pytest.approx(1.0, rel=1e-12, abs=0.0)
    assert heat.min() > 0
    with pytest.raises(ValueError, match="time must be positive"):
        found.heat(7, 0.0)
    with pytest.raises(ValueError, match="start must be from 0 to 29"):
        found.heat(30, 1.0)


def test_files_that_are_no_vision_heads(tmp_path):
    with pytest.raises(ValueError, match="it has no image and patch_grid"):
        GeodesicViT().process_head("bank")
    q = np.ones((5, 4), np.float32)
    file = tmp_path / "head.npz"
    image = np.zeros((8, 8, 3), np.uint8)
    for grid, picture, words in (
        ((3, 2), image, "must make 5 tokens"),
        ((2.0, 2.0), image, "two whole numbers"),
        ((2, 2), image[0], "image must be bytes"),
        ((2, 2), np.array([{}]), "not a vision head"),
    ):
        np.savez(file, q=q, k=q, v=q, patch_grid=np.array(grid), image=picture, special_tokens=1)
        with pytest.raises(ValueError, match=words):
            GeodesicViT().process_head(str(file))


def test_the_command_draws_what_it_found(tmp_path, capsys):
    target = tmp_path / "out.png"
    ends = ["--start", "2,3", "--end", "9,12"]
    assert (
        main(["patches", "chelsea", *ends, "--heat", "1", "--picture", str(target), "--json"]) == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["way"][0] == [2, 3]
    assert found["way"][-1] == [9, 12]
    with Image.open(target) as picture:
        assert picture.size == (1120, 1120)
    assert main(["patches", "chelsea", "--start", "16,0"]) == 2
    assert "start must be ROW,COLUMN below 16,16" in capsys.readouterr().err


@pytest.mark.parametrize("side", [10000, 20000])
def test_a_picture_of_twenty_thousand_pixels_is_one_line(side, tmp_path, capsys):
    file = tmp_path / "large.png"
    Image.new("1", (side, side)).save(file)
    assert main(["patches", str(file)]) == 2
    said = capsys.readouterr().err
    assert "scale it down first" in said
    assert said.count("\n") == 1
