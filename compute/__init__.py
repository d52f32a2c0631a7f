"""Information geometry of two-parameter families, on the processor and on the GPU.

The names here are those that scripts rely on; everything else may move.
"""

from compute.api import AttentionGeodesic, Path, TileTransport
from compute.attend.api import GeometricAttention
from compute.bivariate import normal_geodesic
from compute.engine import Engine, NoAdapter, open_engine
from compute.families import families, family
from compute.families.attention import attention_manifold
from compute.flow.api import AttentionFlow
from compute.flow.natural import natural_gradient_flow
from compute.formulas.custom import custom_family
from compute.normal_paths import normal_paths
from compute.normals import Normal
from compute.optimise import PathOptimization
from compute.patches import GeodesicViT
from compute.types import Status

__all__ = [
    "AttentionFlow",
    "AttentionGeodesic",
    "Engine",
    "GeodesicViT",
    "GeometricAttention",
    "NoAdapter",
    "Normal",
    "Path",
    "PathOptimization",
    "Status",
    "TileTransport",
    "attention_manifold",
    "custom_family",
    "families",
    "family",
    "natural_gradient_flow",
    "normal_geodesic",
    "normal_paths",
    "open_engine",
]
