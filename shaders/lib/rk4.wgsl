// One step of the classical Runge–Kutta method for y = (θ, v), or only its first stage.
//
// A kernel that includes this supplies
//     fn rate(y: vec4f, stage: u32, step: ptr<function, Step>) -> vec4f
// which returns y' and may reject the step by setting its verdict; length and energy, ℓ' = |v| and
// e' = |v|², are integrated with y.

/// A step: its start, its size in t, its end, and OK or why it is rejected.
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

/// The slope of the last stage, and the weighted sum of all slopes.
struct Slopes { last: vec4f, sum: vec4f }

/// A family with long code is evaluated in one place, in a loop, which takes a quarter of the time
/// to compile; short code runs faster in four places.  Only the loop uses `stages`.
fn rk4(start: vec4f, size: f32, stages: u32) -> Step {
    var step = Step(start, size, start, OK, 0.0, 0.0, vec2f());
    var slopes = Slopes(vec4f(), vec4f());
    if AT_ONE_PLACE {
        for (var stage = 0u; stage < stages; stage++) { add_stage(stage, &step, &slopes); }
    } else {
        add_stage(0u, &step, &slopes);
        add_stage(1u, &step, &slopes);
        add_stage(2u, &step, &slopes);
        add_stage(3u, &step, &slopes);
    }
    step.sums *= step.size / 6.0;
    step.end = start + step.size / 6.0 * slopes.sum;
    return step;
}

/// One stage, at 0, ½, ½ or 1 of the step.
fn add_stage(stage: u32, step: ptr<function, Step>, slopes: ptr<function, Slopes>) {
    let share = 0.5 * f32((stage + 1u) / 2u);
    let slope = rate((*step).start + share * (*step).size * (*slopes).last, stage, step);
    if stage == 0u { (*step).first2 = (*step).speed2; }
    let weight = select(2.0, 1.0, stage == 0u || stage == 3u);
    (*slopes).last = slope;
    (*slopes).sum += weight * slope;
    (*step).sums += weight * speeds(*step);
}

fn speeds(step: Step) -> vec2f {
    let square = max(step.speed2, 0.0);
    return vec2f(sqrt(square), square);
}
