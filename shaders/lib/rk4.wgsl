// One step of the classical Runge–Kutta method for y = (θ, v).
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

fn rk4(start: vec4f, size: f32) -> Step {
    var step = Step(start, size, start, OK, 0.0, 0.0, vec2f());
    let k1 = rate(start, 0u, &step);
    step.first2 = step.speed2;
    var sums = speeds(step);
    let k2 = rate(start + 0.5 * size * k1, 1u, &step);
    sums += 2.0 * speeds(step);
    let k3 = rate(start + 0.5 * size * k2, 2u, &step);
    sums += 2.0 * speeds(step);
    let k4 = rate(start + size * k3, 3u, &step);
    step.sums = size / 6.0 * (sums + speeds(step));
    step.end = start + size / 6.0 * (k1 + 2.0 * (k2 + k3) + k4);
    return step;
}

fn speeds(step: Step) -> vec2f {
    let square = max(step.speed2, 0.0);
    return vec2f(sqrt(square), square);
}
