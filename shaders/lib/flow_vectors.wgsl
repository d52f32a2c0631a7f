// Tangent vectors as complex numbers of the frame: links turn them.

alias Weight = vec2f;
alias Value = vec2f;
alias State = vec4f;

/// w z − Re w own, without the loss of their difference.
fn along(w: vec2f, z: Value, own: Value) -> Value {
    return w.x * (z - own) + w.y * vec2f(-z.y, z.x);
}

/// The same for the conjugate of w.
fn against(w: vec2f, z: Value, own: Value) -> Value {
    return along(vec2f(w.x, -w.y), z, own);
}

/// A sum with what float32 loses of it (Kahan).
fn added(state: State, d: Value) -> State {
    let gain = d + state.zw;
    // drivers may reassociate, and make nothing of it, unless they cannot see through the sum
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
