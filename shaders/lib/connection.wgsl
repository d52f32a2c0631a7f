// The α-connection Γ^(α)_ij,k = Γ_ij,k − (α/2) T_ijk.  Twin of compute/manifold/manifold.py.
//!include lib/tensor.wgsl

/// `at` with Γ^(α) in place of Γ.
fn connection_first(at: Geometry, alpha: f32) -> Geometry {
    var result = at;
    result.first1 -= 0.5 * alpha * at.cubic.xyz;
    result.first2 -= 0.5 * alpha * at.cubic.yzw;
    return result;
}

/// Γ_ij,k v^i w^j.
fn contracted(at: Geometry, v: vec2f, w: vec2f) -> vec2f {
    let vw = pairs(v, w);
    return vec2f(dot(at.first1, vw), dot(at.first2, vw));
}

/// Γ^k_ij v^i w^j.
fn christoffel(at: Geometry, v: vec2f, w: vec2f) -> vec2f {
    return raised(at, contracted(at, v, w));
}
