"""Published numbers and formulas that are wrong, with the entry that has the right value."""

from __future__ import annotations

from typing import Any

TUTORIAL = "a tutorial of a widely used library of geometric statistics, as printed there"

# entry: family, the point or pair, and the name of the quantity; of normals of several dimensions their
# means and covariances
ERRORS: tuple[dict[str, Any], ...] = (
    {
        "subject": "Beta distributions, distance from (1, 10) to (10, 1)",
        "source": TUTORIAL,
        "printed": "4.230720208803747",
        "mistake": "0.66 % short",
        "entry": ["beta", [[1.0, 10.0], [10.0, 1.0]], "distance"],
        "command": "attention-geodesics geodesic beta --start 1,10 --end 10,1",
    },
    {
        "subject": "Beta distributions, distance from (1, 10) to (10, 100)",
        "source": TUTORIAL,
        "printed": "1.7253568493169043",
        "mistake": "2.4e-5 short, relative",
        "entry": ["beta", [[1.0, 10.0], [10.0, 100.0]], "distance"],
        "command": "attention-geodesics geodesic beta --start 1,10 --end 10,100",
    },
    {
        "subject": "Normal distributions, distance from N(0, 1) to N(1, 1)",
        "source": "edge-of-chaos.netlify.app/information-geometry (as stored in 2025): √2 arcosh(1 + "
        "(Δμ² + Δσ²)/(2σ₁σ₂))",
        "printed": "1.361073",
        "mistake": "39 % long by the printed formula, which lacks the factor ½ of Δμ²",
        "entry": ["gaussian", [[0.0, 1.0], [1.0, 1.0]], "distance"],
        "command": "attention-geodesics geodesic gaussian --start 0,1 --end 1,1",
    },
    {
        "subject": "Normal distributions, Γ^(α)¹₁₂ in (μ, σ)",
        "source": "a page on α-connections, which prints Γ^(α)¹₁₂ = +(1 + α)/σ",
        "printed": "+(1 + α)/σ",
        "mistake": "wrong sign: Γ^(α)¹₁₂ = Γ¹₁₂ − ½α g¹¹T₁₁₂ = −(1 + α)/σ, as Γ¹₁₂ = −1/σ "
        "and T₁₁₂ = 2/σ³",
        "entry": ["gaussian", [[0.0, 1.0]], "christoffel"],
        "command": "attention-geodesics geometry gaussian --at 0,1",
    },
    {
        "subject": "Bivariate normals, length of a path from N((0, 1), (1, 0.5; 0.5, 2)) to "
        "N((1, 2), (2, 1; 1, 1)) that is called their Fisher–Rao geodesic",
        "source": "pyBregMan 0.1.1, FisherRaoKobayashiGeodesic between the two normals of its README",
        "printed": "1.415593",
        "mistake": "1.7 % long: the matrix of a normal lacks −½μμᵀ in its corner, and a geodesic joins "
        "matrices with an antisymmetric part there that is found with it; the middle of the path is "
        "printed as the Fisher–Rao centroid",
        "entry": [
            "normals",
            [
                {"mean": [0.0, 1.0], "covariance": [[1.0, 0.5], [0.5, 2.0]]},
                {"mean": [1.0, 2.0], "covariance": [[2.0, 1.0], [1.0, 1.0]]},
            ],
            "distance",
        ],
        "command": "attention-geodesics normals --start 0,1,1,0.5,2 --end 1,2,2,1,1",
    },
)
