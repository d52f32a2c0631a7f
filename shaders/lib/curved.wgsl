// The local geometry and K of a family that computes them separately.
//
// A kernel that needs both calls `curved`; a family that gets both from the same sums defines it.
//!include lib/tensor.wgsl

fn curved(theta: vec2f) -> Curved {
    return Curved(geometry(theta), curvature(theta));
}
