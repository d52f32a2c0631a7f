// p(x|θ) of a few distributions at the points of their sample space, one invocation a value.
// Twin of compute/definitions/family.py.
//!include family

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let i = id.x;
    if i >= parameters.count { return; }
    densities[i] = density(thetas[i / parameters.points], samples[i % parameters.points]);
}
