"""Fréchet mean and k-means of Beta laws in geomstats: reads points.f64, prints seconds and the mean."""

import json
import time

import numpy as np
from geomstats.information_geometry.beta import BetaDistributions
from geomstats.learning.frechet_mean import FrechetMean
from geomstats.learning.kmeans import RiemannianKMeans

points = np.fromfile("points.f64").reshape(-1, 2)
space = BetaDistributions()
began = time.perf_counter()
mean = FrechetMean(space).fit(points)
averaged = time.perf_counter() - began
began = time.perf_counter()
RiemannianKMeans(space, n_clusters=3, init="random", max_iter=10).fit(points)
clustered = time.perf_counter() - began
print(json.dumps({"mean": averaged, "k_means": clustered, "theta": mean.estimate_.tolist()}))
