"""Statistics for scripts and notebooks: fits of samples, points, and estimators with the conventions of
scikit-learn.

>>> import compute
>>> fits = compute.fit([1.0, 2.0, 3.0, 4.0], "gamma")
>>> [round(float(x), 9) for x in fits.theta[0]]
[4.265428055, 1.706171222]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from compute.api.points import LISTED, Points, listed
from compute.core.arrays import Floats
from compute.core.pictured import Pictured
from compute.core.refusal import Refused
from compute.core.status import Status
from compute.engine.opening import engine_of
from compute.families import manifold as family_of
from compute.manifold.manifold import Manifold
from compute.requests.checks import points_of
from compute.requests.engine import Engine
from compute.requests.geodesics import ShootRequest
from compute.samples import samples as data
from compute.samples import table
from compute.statistics import bootstrap, geodesic_regression, k_means, maximum_likelihood, means
from compute.statistics import tangent_pca as principal
from compute.statistics.distance_matrix import between
from compute.statistics.goodness import Goodness, goodness
from compute.statistics.likelihood import likelihood
from compute.statistics.likelihood import metric as metric_at
from compute.statistics.likelihood_region import Region, region, wald_ellipse
from compute.statistics.logarithms import logarithms
from compute.statistics.principal_geodesics import PrincipalGeodesics, principal_geodesics


@dataclass(frozen=True, eq=False)
class Fits(Pictured):
    """Maximum-likelihood points of samples, one a group.

    groups (n,); theta (n, 2); log_likelihood, aic, n and status (n,); ``fits`` holds each with its Wald
    covariance g⁻¹/n and its certificate.

    >>> import compute
    >>> fits = compute.fit({"x": [1.0, 2.0, 4.0], "y": [2.0, 2.0, 2.0]}, "gamma")
    >>> [(name, status.name) for name, status in zip(fits.groups, fits.status)]
    [('x', 'OK'), ('y', 'LEFT_DOMAIN')]
    >>> fits.points().labels
    ('x',)
    """

    manifold: Manifold
    samples: tuple[data.Sample, ...]
    fits: tuple[maximum_likelihood.Fit, ...]

    def __len__(self) -> int:
        return len(self.fits)

    def __getitem__(self, i: int) -> maximum_likelihood.Fit:
        return self.fits[i]

    def facts(self) -> dict[str, str]:
        """Return each group's point, log-likelihood and n, or why there is none."""
        found = {"Family": self.manifold.title}
        at = listed(self.manifold, self.groups, self.theta)
        for one in self.fits[:LISTED]:
            sure = f"{at[one.group]}; log-likelihood {one.log_likelihood:.8g}, n = {one.n:g}"
            found[one.group] = sure if one.status == Status.OK else one.status.words
        return found | ({"and": at["and"]} if "and" in at else {})

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the groups."""
        return tuple(one.group for one in self.fits)

    @cached_property
    def theta(self) -> Floats:
        """The points θ̂ (n, 2)."""
        return np.stack([one.theta for one in self.fits])

    @cached_property
    def log_likelihood(self) -> Floats:
        """Σ wᵢ log p(xᵢ|θ̂) (n,)."""
        return np.array([one.log_likelihood for one in self.fits])

    @cached_property
    def aic(self) -> Floats:
        """Akaike's criterion 4 − 2 log-likelihood (n,)."""
        return np.array([one.aic for one in self.fits])

    @cached_property
    def n(self) -> Floats:
        """The sums of weights (n,)."""
        return np.array([one.n for one in self.fits])

    @property
    def status(self) -> tuple[Status, ...]:
        """The statuses (n,), `OK` where a maximum was found."""
        return tuple(one.status for one in self.fits)

    def points(self) -> Points:
        """Return the points that were found, labelled by their groups."""
        good = [one for one in self.fits if one.status == Status.OK]
        if not good:
            raise Refused("no group has a maximum-likelihood point")
        return Points(
            self.manifold, np.stack([one.theta for one in good]), [one.group for one in good]
        )

    def region(self, i: int, level: float = 0.95) -> Region:
        """Return the likelihood-ratio region of a group: its boundary, whose coverage is asymptotic.

        Raises ValueError for another level, and for a group without a maximum-likelihood point.
        """
        return region(likelihood(self.manifold, self.samples[i]), self._found(i).theta, level)

    def wald(self, i: int, level: float = 0.95) -> Floats:
        """Return the Wald ellipse (k, 2) of a group, {θ : n g(θ − θ̂, θ − θ̂) = q}, as `region` does."""
        return wald_ellipse(self.manifold, self._found(i).theta, self.fits[i].n, level)

    def bootstrap(
        self, i: int, B: int = 200, seed: int = 0, parametric: bool = False
    ) -> bootstrap.Bootstrap:
        """Return the maximum-likelihood points (B, 2) of samples drawn again from a group's values, or
        from its fitted law; NaN where there is none.

        Raises ValueError as `region` does, and for more than 10,000 replicates.
        """
        one = self._found(i)
        if parametric:
            return bootstrap.parametric(self.manifold, one.theta, one.n, B, seed)
        return bootstrap.resampled(self.manifold, self.samples[i], one.theta, B, seed)

    def goodness(self, i: int) -> Goodness:
        """Return a group's histogram beside the density, quantiles with a pointwise band of 95 %, and
        sup |Fₙ − F|, whose usual p-value is not exact since θ̂ was fitted to the same values.

        Raises ValueError as `region` does.
        """
        return goodness(self.manifold, self.samples[i], self._found(i).theta)

    def _found(self, i: int) -> maximum_likelihood.Fit:
        one = self.fits[i]
        if one.status != Status.OK:
            raise Refused(
                f"group {one.group or i} has no maximum-likelihood point: {one.status.name}"
            )
        return one


def fit(
    samples: Any,
    family: str | Manifold,
    by: Any = None,
    column: str = "",
    weights: str = "",
) -> Fits:
    """Return the maximum-likelihood points of samples in a family.

    ``samples``: an array (n,), a mapping or data frame of columns, or the path of a CSV, TSV or NPZ
    file.  ``by``: labels (n,), or the name of a column; ``column``: of the values; ``weights``: the
    column of how often each value was observed.  NaN and empty entries are left out and counted.
    Raises ValueError for values that are no numbers or lie outside the sample space.

    >>> print(fit([1.0, 2.0, 3.0, 6.0], "gaussian").theta.round(6))
    [[3.       1.870829]]
    """
    manifold = family_of(family) if isinstance(family, str) else family
    if isinstance(samples, str | Path):
        groups = data.of_table(table.read(samples), column, by or "", weights)
    else:
        groups = data.of_values(samples, by, column, weights)
    return Fits(
        manifold, tuple(groups), tuple(maximum_likelihood.fit(manifold, one) for one in groups)
    )


class FrechetMean:
    """The point of least Σ wᵢ d²(θ, θᵢ), or with ``kind`` "median" of least Σ wᵢ d(θ, θᵢ), "e" or "m"
    the average of natural or expectation parameters, or "wasserstein" that of quantiles.

    After `fit`: ``theta_`` (2,), ``variance_``, ``certificate_`` (the length of the mean logarithm) and
    ``status_``.

    >>> import compute
    >>> gaussian = compute.family("gaussian")
    >>> mean = FrechetMean(gaussian).fit([[-1.0, 1.0], [1.0, 1.0]])
    >>> print(f"{mean.theta_[1]:.9f} {mean.status_.name}")  # the middle of a half circle, √(3/2)
    1.224744871 OK
    """

    def __init__(
        self, manifold: Manifold, kind: str = "frechet", engine: Engine | None = None
    ) -> None:
        self.manifold, self.kind = manifold, kind
        self.engine = engine_of(engine, "reference")

    def fit(self, theta: ArrayLike, weights: ArrayLike | None = None) -> Self:
        """Find the mean of points (n, 2) with weights (n,)."""
        stated = None if weights is None else np.asarray(weights, np.float64)
        points = points_of(self.manifold, "theta", theta)
        found = means.mean(self.engine, self.manifold, points, stated, self.kind)
        self.theta_, self.variance_ = found.theta, found.variance
        self.certificate_, self.status_ = found.certificate, found.status
        return self


class KMeans:
    """k clusters of least Σ d²(θᵢ, centre) by Fisher–Rao distance, the best of ``restarts`` random
    starts.

    After `fit`: ``labels_`` (n,), ``cluster_centers_`` (k, 2), ``inertia_``, ``n_iter_``, ``status_``.

    >>> import compute
    >>> engine, gaussian = compute.open_engine("reference"), compute.family("gaussian")
    >>> found = KMeans(gaussian, k=2, engine=engine).fit([[0.0, 1.0], [9.0, 1.0], [0.2, 1.0]])
    >>> found.labels_.tolist()
    [0, 1, 0]
    """

    def __init__(
        self,
        manifold: Manifold,
        k: int = 3,
        restarts: int = 20,
        seed: int = 0,
        engine: Engine | None = None,
    ) -> None:
        self.manifold, self.k, self.restarts, self.seed = manifold, k, restarts, seed
        self.engine = engine_of(engine)

    def fit(self, theta: ArrayLike) -> Self:
        """Find the clusters of points (n, 2)."""
        points = points_of(self.manifold, "theta", theta)
        found = k_means.k_means(
            self.engine, self.manifold, points, self.k, self.restarts, self.seed
        )
        self.labels_, self.cluster_centers_ = found.labels, found.centres
        self.inertia_, self.n_iter_, self.status_ = found.inertia, found.rounds, found.status
        return self

    def fit_predict(self, theta: ArrayLike) -> np.ndarray:
        """Find the clusters of points (n, 2), and return their labels (n,)."""
        return self.fit(theta).labels_

    def predict(self, theta: ArrayLike) -> np.ndarray:
        """Return the number (n,) of the nearest centre of each point (n, 2).

        Raises RuntimeError if a distance is not found.
        """
        points = points_of(self.manifold, "theta", theta)
        k = len(self.cluster_centers_)
        a, b = np.repeat(self.cluster_centers_, len(points), axis=0), np.tile(points, (k, 1))
        apart, status = between(self.engine, self.manifold, a, b)
        if np.isnan(apart).any():
            failed = Status(int(status[np.isnan(apart)][0]))
            raise RuntimeError(f"a distance to a centre was not found: {failed.name}")
        return np.asarray(apart.reshape(k, -1).argmin(axis=0))


class TangentPCA:
    """Principal directions of points in the tangent space at their Fréchet mean.

    After `fit`: ``mean_`` (2,), ``components_`` (2, 2) as rows of unit length in g,
    ``explained_variance_`` (2,), ``explained_variance_ratio_`` (2,), ``status_``.

    >>> import compute
    >>> engine, gaussian = compute.open_engine("reference"), compute.family("gaussian")
    >>> found = TangentPCA(gaussian, engine).fit([[0.0, 0.5], [0.0, 1.0], [0.0, 2.0]])
    >>> found.components_[0].round(6).tolist()  # points on a vertical geodesic
    [0.0, 0.707107]
    """

    def __init__(self, manifold: Manifold, engine: Engine | None = None) -> None:
        self.manifold, self.engine = manifold, engine_of(engine, "reference")

    def fit(self, theta: ArrayLike) -> Self:
        """Find the directions of points (n, 2)."""
        self.fit_transform(theta)
        return self

    def fit_transform(self, theta: ArrayLike) -> Floats:
        """Find the directions of points (n, 2), and return their coordinates (n, 2) along them."""
        points = points_of(self.manifold, "theta", theta)
        found = self._found = principal.tangent_pca(self.engine, self.manifold, points)
        total = float(found.variances.sum())
        self.mean_, self.components_ = found.mean.theta, found.components
        self.explained_variance_, self.status_ = found.variances, found.status
        self.explained_variance_ratio_ = found.variances / total if total > 0 else found.variances
        return found.scores

    def transform(self, theta: ArrayLike) -> Floats:
        """Return the coordinates (n, 2) of points (n, 2) along the directions; NaN where no geodesic
        from the mean was found.
        """
        points = points_of(self.manifold, "theta", theta)
        logs = logarithms(self.engine, self.manifold, self.mean_, points)
        scores: Floats = logs.vectors @ metric_at(self.manifold, self.mean_) @ self.components_.T
        return np.where((logs.status == Status.OK)[:, None], scores, np.nan)

    def inverse_transform(self, scores: ArrayLike) -> Floats:
        """Return exp_mean(Σ scores e) (n, 2); NaN where the geodesic leaves the domain."""
        velocity = np.asarray(scores, np.float64) @ self.components_
        start = np.broadcast_to(self.mean_, velocity.shape)
        return self.engine.shoot(
            ShootRequest(self.manifold, start, velocity, 0.0, geodesic_regression.STEPS)
        ).theta[:, -1]

    def geodesics(self, reach: float = 2.0) -> PrincipalGeodesics:
        """Return both principal geodesics, up to ``reach`` standard deviations on each side of the
        mean: ``t`` (m,), ``theta`` (2, m, 2), ``status`` (2, 2).

        >>> import compute
        >>> engine, gaussian = compute.open_engine("reference"), compute.family("gaussian")
        >>> found = TangentPCA(gaussian, engine).fit([[0.0, 0.5], [0.0, 1.0], [0.0, 2.0]])
        >>> found.geodesics().theta[0, -1].round(6).tolist(), found.geodesics().worst.name
        ([0.0, 3.101558], 'OK')
        """
        return principal_geodesics(self.engine, self.manifold, self._found, reach)


class GeodesicRegression:
    """The geodesic θ(t) = exp_p(t v) of least Σ d²(θ(tᵢ), θᵢ).

    After `fit`: ``intercept_`` p (2,), ``coef_`` v (2,), ``residual_``, ``score_`` (the explained share
    of the variance), ``status_``.

    >>> import compute
    >>> engine, gaussian = compute.open_engine("reference"), compute.family("gaussian")
    >>> found = GeodesicRegression(gaussian, engine).fit([0, 1, 2], [[0, 1], [0, 2], [0, 4]])
    >>> found.predict([3.0]).round(6).tolist(), found.status_.name
    ([[0.0, 8.0]], 'OK')
    """

    def __init__(self, manifold: Manifold, engine: Engine | None = None) -> None:
        self.manifold, self.engine = manifold, engine_of(engine, "reference")

    def fit(self, t: ArrayLike, theta: ArrayLike) -> Self:
        """Find the geodesic through points θ (n, 2) at t (n,)."""
        times, points = np.asarray(t, np.float64), points_of(self.manifold, "theta", theta)
        found = geodesic_regression.regression(self.engine, self.manifold, times, points)
        self.intercept_, self.coef_ = found.intercept, found.slope
        self.residual_, self.score_, self.status_ = found.residual, found.explained, found.status
        return self

    def predict(self, t: ArrayLike) -> Floats:
        """Return the points (n, 2) at t (n,); NaN where the geodesic has left the domain."""
        times = np.asarray(t, np.float64)
        theta, _ = geodesic_regression.predicted(
            self.engine, self.manifold, self.intercept_, self.coef_, times
        )
        return theta
