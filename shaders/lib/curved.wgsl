// The local geometry and K of a family that states them apart.
//
// What kernels ask of a family that needs both; one that has them of the same sums gives its own.
//!include lib/tensor.wgsl

fn curved(theta: vec2f) -> Curved {
    return Curved(geometry(theta), curvature(theta));
}
