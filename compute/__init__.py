"""Information geometry of two-parameter families, on the processor and on the GPU.

The names here are those that scripts rely on; everything else may move.
"""

from compute.api.attention import GeometricAttention
from compute.api.capture import capture, capture_sdpa, from_transformer_lens
from compute.api.constructions import (
    bisector,
    circumcentre,
    foot,
    incentre,
    midpoint,
    parallel,
    perpendicular,
    project,
    triangle,
)
from compute.api.descent import descend
from compute.api.flow import AttentionFlow
from compute.api.geodesics import AttentionGeodesic, Path, TileTransport
from compute.api.learning import (
    AgglomerativeClustering,
    ClassicalMDS,
    KMedoids,
    KNeighborsClassifier,
    NearestNeighbors,
    likelihood_ratio_test,
    permutation_test,
    silhouette_samples,
)
from compute.api.points import Points
from compute.api.relaxation import PathOptimization
from compute.api.scene_store import scene_store
from compute.api.statistics import (
    Fits,
    FrechetMean,
    GeodesicRegression,
    KMeans,
    TangentPCA,
    fit,
)
from compute.api.steering import steer
from compute.api.widget import show
from compute.core.status import Status
from compute.custom.custom_family import custom_family
from compute.divergences.wasserstein import Normal
from compute.engine.opening import open_engine
from compute.families import families
from compute.families import manifold as family
from compute.families.attention import attention_manifold
from compute.flow.natural import natural_gradient_flow
from compute.images.patch_lattice import GeodesicViT
from compute.normals.geodesic import normal_geodesic
from compute.normals.paths import normal_paths
from compute.requests.engine import Engine, NoAdapter

__all__ = [
    "AgglomerativeClustering",
    "AttentionFlow",
    "AttentionGeodesic",
    "ClassicalMDS",
    "Engine",
    "Fits",
    "FrechetMean",
    "GeodesicRegression",
    "GeodesicViT",
    "GeometricAttention",
    "KMeans",
    "KMedoids",
    "KNeighborsClassifier",
    "NearestNeighbors",
    "NoAdapter",
    "Normal",
    "Path",
    "PathOptimization",
    "Points",
    "Status",
    "TangentPCA",
    "TileTransport",
    "attention_manifold",
    "bisector",
    "capture",
    "capture_sdpa",
    "circumcentre",
    "custom_family",
    "descend",
    "families",
    "family",
    "fit",
    "foot",
    "from_transformer_lens",
    "incentre",
    "likelihood_ratio_test",
    "midpoint",
    "natural_gradient_flow",
    "normal_geodesic",
    "normal_paths",
    "open_engine",
    "parallel",
    "permutation_test",
    "perpendicular",
    "project",
    "scene_store",
    "show",
    "silhouette_samples",
    "steer",
    "triangle",
]
