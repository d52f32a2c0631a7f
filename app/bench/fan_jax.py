"""The fan in JAX: reads keys.f32 and velocities.f32, prints its best time, leaves ends.f32."""

import json
import time

import jax
import jax.numpy as jnp
import numpy as np

STEPS = 128
keys = jnp.asarray(np.fromfile("keys.f32", np.float32).reshape(-1, 3))
velocities = jnp.asarray(np.fromfile("velocities.f32", np.float32).reshape(-1, 2))


def rate(y: jnp.ndarray) -> jnp.ndarray:
    """Return (v, −½ g⁻¹ E[c ⟨c, v⟩²]) for the softmax over the keys."""
    theta, v = y[:2], y[2:]
    p = jax.nn.softmax(keys[:, :2] @ theta + keys[:, 2])
    c = keys[:, :2] - p @ keys[:, :2]
    pc = p[:, None] * c
    g = pc.T @ c
    u = pc.T @ (c @ v) ** 2
    det = g[0, 0] * g[1, 1] - g[0, 1] * g[0, 1]
    raised = jnp.stack([g[1, 1] * u[0] - g[0, 1] * u[1], g[0, 0] * u[1] - g[0, 1] * u[0]]) / det
    return jnp.concatenate([v, -0.5 * raised])


def step(y: jnp.ndarray, _: None) -> tuple[jnp.ndarray, jnp.ndarray]:
    h = 1.0 / STEPS
    k1 = rate(y)
    k2 = rate(y + 0.5 * h * k1)
    k3 = rate(y + 0.5 * h * k2)
    k4 = rate(y + h * k3)
    end = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return end, end


fan = jax.jit(jax.vmap(lambda y: jax.lax.scan(step, y, None, length=STEPS)[1]))
starts = jnp.concatenate([jnp.zeros_like(velocities), velocities], axis=1)
nodes = np.asarray(fan(starts))
times = []
for _ in range(7):
    began = time.perf_counter()
    np.asarray(fan(starts))
    times.append(time.perf_counter() - began)
nodes[:, -1, :2].astype(np.float32).tofile("ends.f32")
print(json.dumps({"seconds": min(times)}))
