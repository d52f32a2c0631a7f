// One step of the classical Runge–Kutta method for y = (θ, v), or the first of its stages alone.
//
// A kernel that includes this supplies
//     fn rate(y: vec4f, stage: u32, step: ptr<function, Step>) -> vec4f
// which gives y' and may refuse the step by setting its verdict; length and energy, ℓ' = |v| and
// e' = |v|², are integrated with y.

/// A step: from where, how far in t, where it led, and OK or why it must not be taken.
struct Step {
    start: vec4f,
    size: f32,
    end: vec4f,
    verdict: i32,
    /// g(v, v) of the last stage, and at the start
    speed2: f32,
    first2: f32,
    /// ∫|v|dt and ∫|v|²dt
    sums: vec2f,
}

/// The stages are a loop and not four lines: what `rate` calls is compiled once, not four times.
fn rk4(start: vec4f, size: f32, stages: u32) -> Step {
    var step = Step(start, size, start, OK, 0.0, 0.0, vec2f());
    var slope = vec4f();
    var slopes = vec4f();
    for (var stage = 0u; stage < stages; stage++) {
        // at 0, ½, ½ and 1 of the step
        let share = 0.5 * f32((stage + 1u) / 2u);
        slope = rate(start + share * size * slope, stage, &step);
        if stage == 0u { step.first2 = step.speed2; }
        let weight = select(2.0, 1.0, stage == 0u || stage == 3u);
        slopes += weight * slope;
        step.sums += weight * speeds(step);
    }
    step.sums *= size / 6.0;
    step.end = start + size / 6.0 * slopes;
    return step;
}

fn speeds(step: Step) -> vec2f {
    let square = max(step.speed2, 0.0);
    return vec2f(sqrt(square), square);
}
