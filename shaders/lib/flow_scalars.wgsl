// Scalars: links are weights.

alias Weight = f32;
alias Value = f32;
alias State = vec2f;

fn along(w: f32, z: Value, own: Value) -> Value {
    return w * (z - own);
}

fn against(w: f32, z: Value, own: Value) -> Value {
    return w * (z - own);
}

/// A sum with its rounding error (Kahan).
fn added(state: State, d: Value) -> State {
    let gain = d + state.y;
    // `veil` is 0; without it a driver may reassociate, which would cancel the correction
    let sum = bitcast<f32>(bitcast<u32>(state.x + gain) ^ parameters.veil);
    return vec2f(sum, gain - (sum - state.x));
}

fn high(state: State) -> Value {
    return state.x;
}

fn size_of(w: f32) -> f32 {
    return abs(w);
}

fn real_of(w: f32) -> f32 {
    return w;
}
