"""A few hundred damaged files of every kind, and proof that the fuzzer sees faults."""

from __future__ import annotations

import pytest

from tests.fuzz.kind import registry, usual
from tests.fuzz.mutation import mutate
from tests.fuzz.watch import run
from tests.fuzz.worker import Bench, judge


def test_damaged_files_are_refused_in_one_line_or_open_and_can_be_saved():
    report = run(seed=1, files=250, kinds=usual())
    assert report.findings == []
    assert sum(report.counts.values()) == 250
    for what in ("opened", "refused"):
        assert sum(n for (_, found), n in report.counts.items() if found == what) > 50


@pytest.mark.parametrize("name", usual())
def test_every_example_is_right_as_it_is(name, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    bench, kind = Bench(tmp_path, [name], seed=1), registry()[name]
    for content in bench.examples(kind):
        bench.path(kind).write_bytes(content)
        assert judge(kind, bench.path(kind)) == "opened"


PLANTED = {
    "planted crash": "the child ended with status -6",
    "planted memory": "MemoryError planted.py",
    "planted message": "message: 301 characters",
    "planted exception": "KeyError planted.py",
    "planted loss": "broken: it is another one",
    "planted decoding": "UnicodeDecodeError planted.py",
}


def test_what_goes_wrong_is_found():
    report = run(seed=1, files=40, kinds=[*PLANTED, "planted refusal"])
    assert report.counts["planted refusal", "refused"] > 0
    assert {kind for _, kind, _ in report.findings} == set(PLANTED)
    for _, kind, what in report.findings:
        assert what.startswith(PLANTED[kind])


def test_a_child_that_hangs_is_found():
    report = run(seed=1, files=1, kinds=["planted hang"], hangs=6.0)
    ((_, _, what),) = report.findings
    assert what.startswith("the child ended with status -9")


def test_a_seed_makes_the_same_files_anywhere(tmp_path):
    import random

    data = (
        b'{"a": [1, 2.5, "x"], "b": {"c": null, "d": [[0, 1], [2, 3]]}, "e": "some words", "f": -7}'
    )
    one, two = ([mutate(random.Random(n), data) for n in range(200)] for _ in range(2))
    assert one == two and len(set(one)) > 150
