"""Boundary-value problems in geomstats: reads pairs.f64, prints its time a pair and its misses."""

import json
import time

import numpy as np
from geomstats.information_geometry.beta import BetaDistributions

pairs = np.fromfile("pairs.f64").reshape(-1, 2, 2)
space = BetaDistributions()
times, misses = [], []
for start, end in pairs:
    began = time.perf_counter()
    space.metric.geodesic(initial_point=start, end_point=end)(np.linspace(0.0, 1.0, 128))
    times.append(time.perf_counter() - began)
    reached = space.metric.exp(space.metric.log(end, start), start)
    misses.append(float(np.max(np.abs(reached - end))))
print(json.dumps({"seconds": float(np.mean(times)), "misses": misses}))
