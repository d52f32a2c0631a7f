"""The device: the choice of adapter, the message without one, and the loss of a device."""

from __future__ import annotations

import random
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from compute.families import manifold as manifold_of
from compute.gpu import device as devices
from compute.gpu.device import DeviceLost
from compute.gpu.engine import GpuEngine
from compute.gpu.kernel import Source
from compute.gpu.layout import record
from compute.gpu.local_geometry import SOURCE
from compute.gpu.session import GpuSession
from compute.manifold.manifold import Slot
from compute.requests.engine import NoAdapter
from compute.requests.geodesics import ConnectRequest
from compute.requests.geometry import GeometryRequest
from tests.losses import destroyer


def adapter(name: str, kind: str, backend: str = "Vulkan") -> SimpleNamespace:
    info = {"device": name, "description": "driver", "vendor": "", "adapter_type": kind}
    return SimpleNamespace(info={**info, "backend_type": backend})


CARD = adapter("Card", "DiscreteGPU")
SHARED = adapter("Shared", "IntegratedGPU")
PROCESSOR = adapter("Processor", "CPU")


@pytest.mark.parametrize(
    ("found", "best"),
    [
        ([PROCESSOR, SHARED, CARD], CARD),
        ([PROCESSOR, SHARED], SHARED),
        ([PROCESSOR], PROCESSOR),
        ([adapter("Card", "DiscreteGPU", "D3D12"), CARD], CARD),
    ],
)
def test_the_best_adapter_is_taken(found, best):
    assert devices.best(found) is best


def test_a_name_overrules_the_order():
    assert devices.best([CARD, SHARED, PROCESSOR], "proc") is PROCESSOR


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(NoAdapter, match=r"'toaster'.*Card.*Shared"):
        devices.best([CARD, SHARED], "toaster")


def test_without_adapters_the_engine_says_so(monkeypatch):
    monkeypatch.setattr(devices, "adapters", lambda: ())
    with pytest.raises(NoAdapter, match="found: none"):
        GpuEngine()


@pytest.mark.gpu
def test_a_lost_device_is_one_exception(gpu_engine):
    request = GeometryRequest(manifold_of("gaussian"), np.array([[0.0, 1.0]]))
    engine = GpuEngine()
    engine.geometry(request)
    engine.session.device.handle.destroy()
    with pytest.raises(DeviceLost):
        engine.geometry(request)
    gpu_engine.geometry(request)


@pytest.mark.gpu
@pytest.mark.parametrize("seed", range(8))
def test_a_device_that_another_thread_destroys_is_lost_wherever_it_is(seed, gpu_engine, caplog):
    manifold, engine = manifold_of("gaussian"), GpuEngine()
    some = np.random.default_rng(seed).uniform((-1.0, 0.5), (1.0, 2.0), (4000, 2))
    destroy, moment = destroyer(engine.session.device), random.Random(seed).uniform(0.0, 0.1)
    engine.geometry(GeometryRequest(manifold, some))
    ending = threading.Timer(moment, destroy)
    ending.start()
    with pytest.raises(DeviceLost):
        while True:
            engine.connect(ConnectRequest(manifold, some[:2000], some[2000:], 0.0, 32))
            engine.geometry(GeometryRequest(manifold, some))
    ending.join()
    assert caplog.records == [], "whoever catches the exception tells of it, and nobody else"


@pytest.mark.gpu
def test_a_mistake_is_not_taken_for_a_loss(gpu_engine):
    device = gpu_engine.session.device
    with pytest.raises(ZeroDivisionError), device.watched():
        raise ZeroDivisionError("the words lost and destroyed")


@pytest.mark.gpu
def test_an_engine_works_in_the_thread_that_opened_it(gpu_engine):
    found = []

    def work() -> None:
        request = GeometryRequest(manifold_of("gaussian"), np.array([[0.0, 2.0]]))
        found.append(GpuEngine().geometry(request).metric[0])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    np.testing.assert_allclose(found[0], [[0.25, 0.0], [0.0, 0.5]], rtol=1e-6)


@pytest.mark.gpu
def test_a_mistake_in_a_shader_is_found_where_it_was_written(gpu_engine):
    text = "//!include family\n@compute @workgroup_size(1)\nfn main() { _ = twice(1.0); }"
    source = Source("probe", parameters=record({"count": "u32"}), storage=(), text=text)
    slot = Slot("fn twice(x: f32) -> f32 {\n    return 2.0 * y;\n}")
    kernel = GpuSession(gpu_engine.session.device).kernel(source, slot)
    with pytest.raises(ValueError, match=r"family:2:18") as problem:
        _ = kernel.pipeline
    assert "wgsl:" not in str(problem.value)


@pytest.mark.gpu
def test_no_more_kernels_are_kept_than_have_room(gpu_engine, monkeypatch):
    """Whoever types families makes ever more of them; the ones that were used last stay."""
    monkeypatch.setattr("compute.gpu.session.MOST_KERNELS", 2)
    shop = GpuSession(gpu_engine.session.device)
    source = Source("probe", parameters=record({"count": "u32"}), storage=(), text="")
    first, second = (shop.kernel(source, None, {"A": number}) for number in (1, 2))
    assert shop.kernel(source, None, {"A": 1}) is first
    shop.kernel(source, None, {"A": 3})
    assert shop.kernel(source, None, {"A": 1}) is first
    assert shop.kernel(source, None, {"A": 2}) is not second


@pytest.mark.gpu
def test_families_of_equal_text_share_a_kernel(gpu_engine):
    one, other, third = (
        gpu_engine.session.kernel(SOURCE, manifold_of(name).slot)
        for name in ("attention:bank", "attention:trophy", "gaussian")
    )
    assert one is other and one is not third
