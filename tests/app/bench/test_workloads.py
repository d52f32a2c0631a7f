"""Workloads measure what they say, and say why they measure nothing."""

from __future__ import annotations

from app.bench import flow, frame


def test_a_frame_without_a_display_is_not_measured(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    found = frame.measure("reference")
    assert found["seconds"] is None and found["remark"] == "there is no display"


def test_a_step_of_a_flow_is_compared_with_the_same_step_and_with_euler_steps(
    monkeypatch, reference_engine
):
    monkeypatch.setattr(flow, "SIDE", 20)
    found = flow.measure(reference_engine)
    same, euler, *_ = found["yardsticks"]
    assert same["difference"] == 0.0, "the reference is its own yardstick"
    assert found["seconds"] > 0.0 and same["ratio"] == same["seconds"] / found["seconds"]
    # s stages are stable over (s² + s − 2)/4 Euler steps (Meyer, Balsara and Aslam 2014)
    assert flow.STAGES == 9
    assert euler["name"] == "NumPy and SciPy sparse, 22 Euler steps over the same time"
