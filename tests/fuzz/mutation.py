"""Mutations of valid files: blind ones of their bytes, and such that know JSON, zip and safetensors."""

from __future__ import annotations

import copy
import io
import json
import random
import re
import struct
import zipfile
from collections.abc import Callable
from typing import Any

HOSTILE: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 10**400, -(10**400), 10**5000, 1e308, -0.0, 5e-324, 2**53 + 1, 2**31, 2**63,
    "", "x" * 5000, "\ud800", "a\udcffb", "\0", "../../etc/passwd", "/dev/zero", "/dev/stdin",
    "<img src='x'>",
    "\u202egpj.exe", "\x1b[2J", "attention:bank?layer=99", "attention:bank?tokens=1,1,1",
    "custom:{}", "custom:{",
    "gaussian:", "student_t:nu=nan", "student_t:nu=1e999", "mixture_mm:w=0.3",
    "height:half_plane",
    "distance", "attention:none.npz?x=1", [], {}, [[]], [1, 2], [1e999, 0], [0.5, 1, 2], [[0, 1],
    [1, 1], [0, 2]],
    {"theta": [0, 1]}, {"a": 1, "b/c": 2}, {"theta": [10**400, 1], "token": 10**30},
)  # fmt: skip
PIECES = (
    b"\x00" * 40, b"\xff" * 9, b"[" * 3000, b"{\"a\":" * 2000, b"9" * 400, b"9" * 6000,
    b"-" * 4000, b"1e999", b"NaN",
    b"Infinity", b"\\ud800", b"\"title/a\": 1,", b"null", b"\xed\xa0\x80", b"\r\n", b"((" * 900,
    b"PK\x05\x06",
    b"{'shape': (2", b"('<f4',)", b"(10**20,)", b"1.5", b"%n%s", b"{{", b"$$", b"*" * 200, b"```",
    b"\xef\xbb\xbf",
)  # fmt: skip
# entries without which a scene is none, which are seldom changed
NAMED = ("format", "version")
MARK = b'{"format": "attention-geodesics/scene"'
Mutation = Callable[[random.Random, bytes], bytes]


def mutate(rng: random.Random, data: bytes, words: tuple[bytes, ...] = ()) -> bytes:
    """Return a file with one to three mutations; one in fifty is left as it is."""
    if rng.random() < 0.02:
        return data
    for _ in range(rng.choice((1, 1, 1, 1, 2, 3))):
        data = rng.choice(_fitting(data))(rng, data, words)[: 8 << 20]
    return data


def _fitting(data: bytes) -> list[Callable[..., bytes]]:
    """The mutations of a file, of its structure more often than of bytes."""
    found: list[Callable[..., bytes]] = [flip, cut, splice, put]
    if data.lstrip()[:1] in (b"{", b"[") and data.rstrip()[-1:] in (b"}", b"]"):
        found += [change_json] * 12
    elif MARK in data:
        found += [change_embedded] * 8
    if data[:2] == b"PK":
        found += [change_zip] * 12
    elif data[8:9] == b"{":
        found += [change_header] * 12
    return found


# --- bytes -----------------------------------------------------------------------------------
def flip(rng: random.Random, data: bytes, words: tuple[bytes, ...] = ()) -> bytes:
    """Return data with up to 40 of its bits flipped."""
    made = bytearray(data or b"\0")
    for _ in range(rng.choice((1, 2, 8, 40))):
        made[rng.randrange(len(made))] ^= 1 << rng.randrange(8)
    return bytes(made)


def cut(rng: random.Random, data: bytes, words: tuple[bytes, ...] = ()) -> bytes:
    """End early, or leave a piece out."""
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    return data[:a] if rng.random() < 0.5 else data[:a] + data[b:]


def splice(rng: random.Random, data: bytes, words: tuple[bytes, ...] = ()) -> bytes:
    """Put a piece of the file elsewhere in it."""
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[a : min(b, a + 4096)] * rng.choice((1, 1, 9)) + data[at:]


def put(rng: random.Random, data: bytes, words: tuple[bytes, ...] = ()) -> bytes:
    """Put a hostile piece in, or in the place of as many bytes."""
    piece = rng.choice(words) if words and rng.random() < 0.6 else rng.choice(PIECES)
    at = rng.randrange(len(data) + 1)
    return data[:at] + piece + data[at + (len(piece) if rng.random() < 0.5 else 0) :]


# --- JSON ------------------------------------------------------------------------------------
def change_json(rng: random.Random, data: bytes, words: tuple[bytes, ...] = ()) -> bytes:
    """Change an entry of a JSON text, or bytes if it is no longer JSON."""
    try:
        stated = json.loads(data)
    except (ValueError, RecursionError):
        return put(rng, data, words)
    return _text(_changed(rng, stated, words)).encode("utf-8", "surrogatepass")


def change_embedded(rng: random.Random, data: bytes, words: tuple[bytes, ...] = ()) -> bytes:
    """Change the scene that a figure holds."""
    at = data.index(MARK)
    run = data[at : at + (1 << 16)].decode("latin-1")
    try:
        stated, end = json.JSONDecoder().raw_decode(run)
    except (ValueError, RecursionError):
        return put(rng, data, words)
    made = _changed(rng, stated, words)
    text = _text(made, ascii_only=True).encode() if isinstance(made, dict) else MARK
    return data[:at] + text + data[at + end :]


def _changed(rng: random.Random, stated: Any, words: tuple[bytes, ...]) -> Any:
    homes = [(home, key) for home, key in _homes(stated) if key not in NAMED or rng.random() < 0.1]
    if not homes:
        return rng.choice(HOSTILE)
    home, key = rng.choice(homes)
    what = rng.random()
    if what < 0.08 and isinstance(home, dict):
        del home[key]
    elif what < 0.14:
        home[key] = _nested(rng)
    elif what < 0.22 and isinstance(home, dict):
        home[rng.choice(("later", "title/a", "", "\ud800", "x" * 300, "a/b/c"))] = home[key]
    elif what < 0.28 and isinstance(home, list):
        home.extend(home * rng.choice((1, 5000 // (len(home) or 1))))
    elif what < 0.36 and words:
        home[key] = rng.choice(words).decode("utf-8", "replace")
    elif what < 0.48:
        other, name = rng.choice(homes)
        home[key] = copy.deepcopy(other[name])
    elif what < 0.78:
        home[key] = _nudged(rng, home[key])
    else:
        home[key] = rng.choice(HOSTILE)
    return stated


def _nudged(rng: random.Random, value: Any) -> Any:
    """Something much like a value, which may be right too."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float) and abs(value) < 1e300:
        return rng.choice(
            (value * rng.uniform(0, 2), value + 1, -value, value * 1e-9, float(value))
        )
    if isinstance(value, str):
        return value + rng.choice(("", " ", "é", "\t", "&alpha", "?head=0", "😀", "/x", ":w=0.5"))
    return copy.deepcopy(value)


def _homes(stated: Any) -> list[tuple[Any, Any]]:
    """Every entry of a JSON value, as what holds it and its key there."""
    found: list[tuple[Any, Any]] = []
    waiting = [stated]
    while waiting and len(found) < 2000:
        value = waiting.pop()
        if isinstance(value, dict):
            pairs = list(value.items())
        else:
            pairs = list(enumerate(value)) if isinstance(value, list) else []
        for key, inside in pairs:
            found.append((value, key))
            waiting.append(inside)
    return found


def _nested(rng: random.Random) -> Any:
    value: Any = rng.choice((1, "x", None))
    for _ in range(rng.choice((3, 30, 60, 70, 200, 500))):
        value = [value] if rng.random() < 0.5 else {"a": value}
    return value


def _text(value: Any, ascii_only: bool = False) -> str:
    """JSON, in which numbers may have thousands of digits and be infinite."""
    import sys

    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return json.dumps(value, ensure_ascii=ascii_only)
    except RecursionError:
        return "[" * 2000
    finally:
        sys.set_int_max_str_digits(before)


# --- containers ------------------------------------------------------------------------------
def change_zip(rng: random.Random, data: bytes, words: tuple[bytes, ...] = ()) -> bytes:
    """Change a member of an archive, its name, or what the archive says of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except Exception:  # it is broken already
        return flip(rng, data)
    if not members or sum(map(len, members.values())) > 4 << 20:
        return flip(rng, data)
    name = rng.choice(sorted(members))
    what = rng.random()
    content = members.pop(name)
    if what < 0.6:
        members[name] = _change_array(rng, content)
    elif what < 0.78:
        members[rng.choice(("q", "k.npy", "field", "x" * 200, "../q.npy", "tokens.npy"))] = content
    else:
        members[name] = content
    made = _archive(members, rng.choice((0, 0, 8, 12, 14)))
    return _lie(rng, made) if what > 0.85 else made


def _archive(members: dict[str, bytes], method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _lie(rng: random.Random, data: bytes) -> bytes:
    """Say of members that they are encrypted, otherwise packed, or of another size."""
    made = bytearray(data)
    heads = [m.start() for m in re.finditer(b"PK\x01\x02", data)]
    at = rng.choice(heads or [0])
    offset, size, values = rng.choice(
        [(8, 2, (1, 9)), (10, 2, (1, 9, 99)), (20, 4, (0, 2**31)), (24, 4, (0, 2**31, 2**32 - 1))]
    )
    made[at + offset : at + offset + size] = rng.choice(values).to_bytes(size, "little")
    return bytes(made)


def _change_array(rng: random.Random, content: bytes) -> bytes:
    """A member of an .npz: its header says something else, or its bytes are others."""
    end = content.find(b"}")
    if rng.random() < 0.4 or end < 0 or content[:6] != b"\x93NUMPY":
        return rng.choice((flip, cut, splice, put))(rng, content)
    header = content[10 : end + 1].decode("latin-1")
    shapes = (
        "(100000000000000000000,)", "(1.5,)", "(2", "(-1,)", "(0,)", "()", "(1,1,1,1,1,1)", "(2**9,)",
        "-" * 4000 + "1", "(10000000000,)", "('a',)", "None", "(True,)", "(1000000000,0)", "(" * 300,
    )  # fmt: skip
    kinds = (
        "'|O'", "('<f4',)", "'<U0'", "'|V0'", "'<U100000000'", "[('a','<f4')]", "1", "'<f2'",
        "'>f8'", "'<c16'",
        "'|S3'", "'<M8[s]'", "'|b1'", "'<i8'", "None", "''", "[]", "{'a':1}",
    )  # fmt: skip
    if rng.random() < 0.5:
        header = re.sub(r"'shape': \([^)]*\)", lambda m: f"'shape': {rng.choice(shapes)}", header)
    else:
        header = re.sub(r"'descr': '[^']*'", lambda m: f"'descr': {rng.choice(kinds)}", header)
    text = header.encode("latin-1") + b"\n"
    return content[:8] + struct.pack("<H", len(text) % 65536) + text + content[end + 2 :]


def change_header(rng: random.Random, data: bytes, words: tuple[bytes, ...] = ()) -> bytes:
    """The header of a .safetensors file, its length in front of it right or not."""
    length = int.from_bytes(data[:8], "little")
    header, rest = data[8 : 8 + length], data[8 + length :]
    made = change_json(rng, header, words)
    if rng.random() < 0.2:
        made = header.replace(b'"__metadata__"', b'"__metadata__": null, "x"', 1)
    stated = len(made) if rng.random() < 0.9 else rng.choice((0, 1 << 60, len(made) + 9))
    return stated.to_bytes(8, "little") + made + rest
