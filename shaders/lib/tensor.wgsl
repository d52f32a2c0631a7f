// The algebra of one tangent plane, on packed components.  Twin of compute/manifold/manifold.py.

/// Local geometry at one point.
struct Geometry {
    /// g₁₁ g₁₂ g₂₂
    metric: vec3f,
    /// Γ_11,1 Γ_12,1 Γ_22,1
    first1: vec3f,
    /// Γ_11,2 Γ_12,2 Γ_22,2
    first2: vec3f,
    /// T₁₁₁ T₁₁₂ T₁₂₂ T₂₂₂
    cubic: vec4f,
    /// D = det g; 0 where the family states that it is singular
    det: f32,
}

/// Local geometry and K, which is UNKNOWN if it is not known.
struct Curved { at: Geometry, k: f32 }

/// v¹w¹, v¹w² + v²w¹, v²w²: the factors of packed symmetric components in a contraction.
fn pairs(v: vec2f, w: vec2f) -> vec3f {
    return vec3f(v.x * w.x, v.x * w.y + v.y * w.x, v.y * w.y);
}

/// g(v, w).
fn inner(metric: vec3f, v: vec2f, w: vec2f) -> f32 {
    return dot(metric, pairs(v, w));
}

/// g^{kl} u_l.  Needs det > 0.
fn raised(at: Geometry, covector: vec2f) -> vec2f {
    let u = covector / at.det;
    return vec2f(
        at.metric.z * u.x - at.metric.y * u.y,
        at.metric.x * u.y - at.metric.y * u.x,
    );
}

/// Whether D ≤ threshold · g₁₁g₂₂: too nearly degenerate to compute with.
fn is_singular(at: Geometry, threshold: f32) -> bool {
    return at.det <= threshold * at.metric.x * at.metric.z;
}

/// Log₁₀ of λ_max/λ_min of the metric.  Needs det > 0.
fn log_condition(at: Geometry) -> f32 {
    let half = 0.5 * (at.metric.x + at.metric.z);
    let root = length(vec2f(0.5 * (at.metric.x - at.metric.z), at.metric.y));
    // λ_min = D/λ_max does not cancel
    return log10((half + root) * ((half + root) / at.det));
}

/// Marks a curvature that rounding leaves unknown; NaN may be optimised away.
const UNKNOWN = 1e30;

fn is_known(curvature: f32) -> bool {
    return abs(curvature) < 0.1 * UNKNOWN;
}

fn log10(x: f32) -> f32 {
    return 0.30102999566 * log2(x);
}
