"""A layer and a panel, as a package offers them: quarters of the geodesic, and the speed of a line."""

import numpy as np

import compute
from app.jobs.package_views import Drawn, Layer, Panel, Plot, Shown, Table, Words
from app.views.interface.curve_styles import Style


def ends(shown: Shown) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return A and B in θ."""
    return shown.scene.start.theta, shown.scene.end.theta


def quarters(shown: Shown) -> Drawn:
    """Draw the points at a quarter, a half and three quarters of the geodesic from A to B."""
    geodesic = compute.AttentionGeodesic(shown.manifold, shown.scene.alpha, shown.engine)
    path = geodesic.compute_path(*ends(shown))
    if path.status != compute.Status.OK:
        raise ValueError(f"the geodesic from A to B is {path.status.name}")
    # NaN between them: a dotted curve would have dots from one to the next
    dots = np.full((5, 2), np.nan)
    for i in (0, 1):
        dots[::2, i] = np.interp((0.25, 0.5, 0.75), path.t, path.theta[:, i])
    quarter = ("A quarter of the length", f"{path.length / 4:.6g}", "From A to the first dot.")
    return Drawn({"dots": dots}, [quarter])


QUARTERS = Layer(
    title="Quarters",
    hint="Points at a quarter, a half and three quarters of the geodesic.",
    curves={"dots": Style(210, lambda theme: theme.vector, width=6.0, dots=True, words="quarters")},
    draw=quarters,
)


def speed(shown: Shown) -> list[Words | Table | Plot]:
    """Plot the Fisher speed √(v g v) along the line from A to B that is straight in θ."""
    a, b = map(np.array, ends(shown))
    t = np.linspace(0.0, 1.0, 65)
    geodesic = compute.AttentionGeodesic(shown.manifold, engine=shown.engine)
    g = geodesic.fisher_rao_metric(a + t[:, None] * (b - a))
    speeds = np.sqrt(np.einsum("i,nij,j->n", b - a, g, b - a))
    rows = [(f"{q:.2f}", f"{speeds[round(64 * q)]:.4g}") for q in (0.0, 0.5, 1.0)]
    return [
        Words("The speed of the line that is straight in the parameters:"),
        Plot("Speed along the line", "t", "√(v g v)", {"speed": np.stack([t, speeds], axis=-1)}),
        Table(("t", "speed"), rows),
    ]


SPEED = Panel(draw=speed, reads=("start", "end"))
