"""The kernel of densities against the families' own, and families that have no formula."""

import numpy as np
import pytest

from compute.families import families, manifold
from compute.gpu.catalogue import wgsl
from compute.gpu.kernel import workgroups
from compute.gpu.sample_density import SOURCE, slot_of
from compute.gpu.session import Dispatch, GpuSession

WITH_FORMULA = [name for name in sorted(families()) if manifold(name).slot.density]


def by_kernel(device, m, theta, x):
    session = GpuSession(device)
    count = len(theta) * len(x)
    found = session.buffer("densities", 4 * count)
    buffers = (
        session.filled("parameters", np.array([(count, len(x))], SOURCE.parameters)),
        session.filled("thetas", theta.astype(np.float32)),
        session.filled("samples", x.astype(np.float32)),
        found,
    )
    slot = slot_of(m.slot)
    kernel, family = session.kernel(SOURCE, slot), session.family(slot)
    work = Dispatch(kernel, family, buffers, workgroups(count))
    (values,) = session.run([work], [(found, 4 * count)])
    return np.frombuffer(values, np.float32).reshape(len(theta), len(x))


@pytest.mark.gpu
@pytest.mark.parametrize("name", WITH_FORMULA)
def test_the_kernel_is_the_density(gpu_engine, name):
    m = manifold(name)
    theta = np.array([m.interior, *m.pins])
    support = m.support(theta)
    x = np.arange(float(len(support.labels))) if support.labels else support.x[2:-2:3]
    expected = m.density(theta, support.x[: len(x)] if support.labels else x)
    found = by_kernel(gpu_engine.session.device, m, theta, x)
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-5 * float(expected.max()))


def test_a_family_without_a_formula_is_refused():
    with pytest.raises(ValueError, match="no formula of its density"):
        wgsl(manifold("custom"), "density")
    assert "fn density(" in wgsl(manifold("beta"), "density")
