// Tangent vectors as complex numbers in the frame: links rotate them.

alias Weight = vec2f;
alias Value = vec2f;
alias State = vec4f;

/// w z − Re w own, without cancellation.
fn along(w: vec2f, z: Value, own: Value) -> Value {
    return w.x * (z - own) + w.y * vec2f(-z.y, z.x);
}

/// The same for the conjugate of w.
fn against(w: vec2f, z: Value, own: Value) -> Value {
    return along(vec2f(w.x, -w.y), z, own);
}

/// A sum with its rounding error (Kahan).
fn added(state: State, d: Value) -> State {
    let gain = d + state.zw;
    // `veil` is 0; without it a driver may reassociate, which would cancel the correction
    let sum = bitcast<vec2f>(bitcast<vec2u>(state.xy + gain) ^ vec2u(parameters.veil));
    return vec4f(sum, gain - (sum - state.xy));
}

fn high(state: State) -> Value {
    return state.xy;
}

fn size_of(w: vec2f) -> f32 {
    return length(w);
}

fn real_of(w: vec2f) -> f32 {
    return w.x;
}
