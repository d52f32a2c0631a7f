"""Patches of a picture: the limits, ways around, bad input, the command."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from app.cli.main import main
from compute import GeodesicViT
from compute.core.sphere import softmax
from compute.families import manifold as manifold_of


def picture(seed=0, size=64):
    return np.random.default_rng(seed).uniform(size=(size, size))


def test_without_distributions_it_is_positional_attention():
    """β = 0: lattice distances alone; a picture of one shade gives the same for every β."""
    plain = GeodesicViT(16, alpha=0.5, beta=0.0).process_image(picture())
    place = np.stack(np.divmod(np.arange(16), 4), axis=1)
    gap = np.abs(place[:, None] - place)
    # octile distance: diagonal steps first
    octile = gap.max(axis=-1) + (np.sqrt(2) - 1) * gap.min(axis=-1)
    np.testing.assert_allclose(plain.distances, 0.5 * octile, atol=1e-12)
    np.testing.assert_allclose(plain.weights, softmax(-0.5 * plain.distances**2))
    grey = GeodesicViT(16, alpha=0.5, beta=3.0).process_image(np.full((64, 64), 0.4))
    np.testing.assert_allclose(grey.distances, plain.distances, atol=1e-12)


def test_neighbours_lie_at_their_fisher_rao_distance():
    found = GeodesicViT(32, alpha=0.0, beta=2.0).process_image(picture(3))
    exact = 2.0 * manifold_of("gaussian").distance(found.theta[:1], found.theta[1:2])[0]
    assert found.distances[0, 1] <= exact + 1e-12
    np.testing.assert_allclose(found.distances, found.distances.T)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1.0)


def test_the_way_leads_round_a_wall():
    image = np.zeros((80, 80))
    image[0:64, 32:48] = 1.0  # a bright wall with a gap at the bottom
    found = GeodesicViT(16, alpha=0.1).process_image(image)
    way = found.way(0, 4)
    assert way[0] == 0
    assert way[-1] == 4
    assert any(index >= 20 for index in way)
    with pytest.raises(ValueError, match="end must be from 0 to 24"):
        found.way(0, 25)


@pytest.mark.parametrize(
    "image, words",
    [
        (np.zeros((8, 8)), "it must have 2"),
        (np.full((64, 64), 7.0), r"lie in \[0, 1\]"),
        (np.full((64, 64), np.nan), r"lie in \[0, 1\]"),
        (np.zeros((64, 64, 7)), "channels"),
        (np.array("text"), "numbers of shape"),
        (np.zeros((2048, 2048)), "patches of 16"),
    ],
)
def test_bad_pictures(image, words):
    with pytest.raises(ValueError, match=words):
        GeodesicViT(16).process_image(image)


def test_bad_options():
    for options in ({"patch": 0}, {"alpha": -1}, {"alpha": 0, "beta": 0}, {"temperature": 0}):
        with pytest.raises(ValueError):
            GeodesicViT(**options)


def test_the_command(tmp_path, capsys):
    file, out = tmp_path / "picture.png", tmp_path / "out.npz"
    Image.fromarray((255 * picture()).astype(np.uint8)).save(file)
    assert main(["patches", str(file), "--json", "-o", str(out)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["columns"]) == (4, 4)
    with np.load(out) as arrays:
        assert arrays["weights"].shape == (16, 16)
    file.write_bytes(b"not a picture")
    assert main(["patches", str(file)]) == 2
    assert "is not a PNG or JPEG picture" in capsys.readouterr().err
