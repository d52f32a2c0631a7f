"""WGSL as text: layouts, composition and the size of what is written.  No adapter is needed."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pytest

from compute.families import families
from compute.families import manifold as manifold_of
from compute.gpu import compose, layout
from compute.gpu.catalogue import SOURCES, wgsl


def shader_files() -> list[str]:
    root = resources.files("shaders")
    return sorted(
        f"{folder}/{file.name}"
        for folder in ("families", "kernels", "lib")
        for file in (root / folder).iterdir()
        if file.name.endswith(".wgsl")
    )


# --- layout ----------------------------------------------------------------------------------
def test_records_lie_where_wgsl_puts_them():
    kind = layout.record(
        {"a": "f32", "b": "vec2f", "c": "u32", "d": "vec3f", "e": "f32", "f": "i32"}
    )
    offsets = {name: kind.fields[name][1] for name in kind.names}
    assert offsets == {"a": 0, "b": 8, "c": 16, "d": 32, "e": 44, "f": 48}
    assert kind.itemsize == 64


@pytest.mark.parametrize("name", ["f32", "i32", "u32", "vec2f", "vec3u", "vec4i"])
def test_types_translate_both_ways(name):
    assert layout.wgsl_type(layout.numpy_type(name)) == name


def test_struct_text_names_the_same_fields():
    text = layout.struct("Path", layout.record({"y": "vec4f", "node": "u32"}))
    assert text == "struct Path { y: vec4f, node: u32 }"


@pytest.mark.parametrize("name", ["f64", "vec5f", "mat2x2f", ""])
def test_other_types_are_refused(name):
    with pytest.raises(ValueError, match="type must be"):
        layout.numpy_type(name)


def test_doubles_are_refused():
    with pytest.raises(ValueError, match="32-bit"):
        layout.wgsl_type(np.dtype("f8"))


# --- composition -----------------------------------------------------------------------------
def test_a_file_is_included_once():
    module = compose.compose(
        "probe", "//!include lib/connection.wgsl\n//!include lib/tensor.wgsl\nfn f() {}"
    )
    assert module.text.count("struct Geometry") == 1
    assert module.origin[-1] == ("probe", 3)


def test_every_line_knows_where_it_was_written():
    module = compose.compose("k", "//!include family\nfn f() {}", "const A = 1;", "// one\n// two")
    assert module.origin == (("prelude", 1), ("family", 1), ("family", 2), ("k", 2))


def test_messages_name_the_written_file():
    module = compose.compose("k", "//!include family\nfn f() {}", "const A = 1;", "// one\n// two")
    message = "no such thing\n  ┌─ wgsl:3:14\n  │\n3 │ // two\n"
    assert compose.explained(message, module) == (
        "no such thing\n  ┌─ family:2:14\n  │\n2 │ // two\n"
    )


def test_an_include_that_is_no_file_is_refused():
    with pytest.raises(ValueError, match=r"lib/nothing\.wgsl"):
        compose.compose("k", "//!include lib/nothing.wgsl")


def test_an_empty_family_slot_is_refused():
    with pytest.raises(ValueError, match="needs a family"):
        compose.compose("k", "//!include family")


@pytest.mark.parametrize("name", sorted(families()))
@pytest.mark.parametrize("kernel", sorted(SOURCES))
def test_every_kernel_composes_with_every_family(name, kernel):
    text = wgsl(manifold_of(name), kernel)
    assert "//!include" not in text
    assert text.count("fn main(") == 1


# --- style -----------------------------------------------------------------------------------
@pytest.mark.parametrize("path", shader_files())
def test_shaders_stay_small_and_documented(path):
    text = compose.read(path)
    assert text.startswith("// "), "a file says what it is for"
    assert len(text.splitlines()) <= 300
    assert max(len(line) for line in text.splitlines()) <= 100
    assert not re.search(r"\b(\w+) != \1\b", text), "NaN tests are optimised away"
    for name, body in functions(text):
        assert body.count("\n") <= 30, f"{name} is too long"


def functions(text: str) -> list[tuple[str, str]]:
    """Names and bodies of the functions of a file."""
    return re.findall(r"^fn (\w+)\((.*?)^\}", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("kernel", sorted(SOURCES))
def test_entry_points_are_short(kernel):
    bodies = dict(functions(wgsl(manifold_of("gaussian"), kernel)))
    assert bodies["main"].count("\n") <= 25
