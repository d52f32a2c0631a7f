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

/// Each stage starts from the slope of the one before it alone: no table of slopes is kept.
fn rk4(start: vec4f, size: f32) -> Step {
    var step = Step(start, size, start, OK, 0.0);
    var slope = vec4f();
    for (var stage = 0u; stage < 4u; stage++) {
        let outer = stage == 0u || stage == 3u;
        let reach = select(0.5, f32(stage) / 3.0, outer);
        slope = rate(start + reach * size * slope, stage, &step);
        step.end += select(1.0 / 3.0, 1.0 / 6.0, outer) * size * slope;
    }
    return step;
}
