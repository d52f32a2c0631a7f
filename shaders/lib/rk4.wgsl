// One step of the classical Runge–Kutta method for y = (θ, v).
//
// A kernel that includes this supplies
//     fn rate(y: vec4f, stage: u32, step: ptr<function, Step>) -> vec4f
// which gives y' and may refuse the step by setting its verdict.

/// A step: from where, how far in t, where it led, and OK or why it must not be taken.
struct Step {
    start: vec4f,
    size: f32,
    end: vec4f,
    verdict: i32,
    /// g(v, v) at the start
    speed2: f32,
}

fn rk4(start: vec4f, size: f32) -> Step {
    var step = Step(start, size, start, OK, 0.0);
    let k1 = rate(start, 0u, &step);
    let k2 = rate(start + 0.5 * size * k1, 1u, &step);
    let k3 = rate(start + 0.5 * size * k2, 2u, &step);
    let k4 = rate(start + size * k3, 3u, &step);
    step.end = start + size / 6.0 * (k1 + 2.0 * (k2 + k3) + k4);
    return step;
}
