"""The entries of a head file: arrays, tokens, mask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from compute.core.array_entries import Entry
from compute.core.array_files import numbered
from compute.core.arrays import Floats
from compute.core.json_text import read_json
from compute.core.opening import read_text
from compute.core.refusal import Refused, refusing, shown
from compute.heads.head_stack import LARGEST, HeadStack, check_values, shape_of

MOST_WORDS = 1 << 20
LONGEST_LABEL = 48
MOST_LABELS = 1 << 20
# optional entries besides queries, keys, values, tokens and a mask
OPTIONAL = (
    "bias", "scale", "softcap", "sinks", "layer_numbers", "model", "text", "verified", "unrepresented",
    "part", "attention",
)  # fmt: skip
# of numbers of a head: beyond them scores are none; ∞ is no softcap, −∞ is no sink
BOUNDS = {
    "scale": (1 / LARGEST, LARGEST),
    "softcap": (1 / LARGEST, np.inf),
    "sinks": (-np.inf, LARGEST),
}
# how modules are called whose keys are another text's
CROSS = re.compile(r"cross|encdec|encoder_attn", re.IGNORECASE)
# characters of the text that a model was given
LONGEST_TEXT = 4096
LONGEST_PHRASE = 120


def stated(side: Path) -> dict[str, Any]:
    """Return the contents of a side file: the names of q, k, v and mask, and lists of tokens."""
    with refusing(f"{side} cannot be read"):
        found = read_json(read_text(side, MOST_WORDS), str(side))
    known = ("q", "k", "v", "mask", "tokens", "key_tokens")
    if not isinstance(found, dict) or set(found) - set(known):
        raise Refused(f"{side} must contain some of {', '.join(known)}, got {shown(found)}")
    return found


def stacked(
    path: str, name: str, pattern: str, arrays: Mapping[str, Floats | Entry]
) -> Floats | HeadStack:
    """Return one array with four axes, or stack those of all layers.  Raises ValueError."""
    found = numbered(pattern, arrays)
    if not found:
        called = name if pattern == name else f"{name} as {shown(pattern)}"
        raise Refused(f"{path} must hold arrays q, k and v, missing {called}")
    if "*" not in pattern:
        return _four_axes(path, pattern, arrays[pattern])
    shapes = {shape_of(path, each, arrays[each]) for each in found}
    if len(shapes) > 1 or next(iter(shapes))[0] != 1:
        raise Refused(
            f"{path}: {pattern} must have the same shape in all layers, got {sorted(shapes)}"
        )
    layers = [_four_axes(path, each, arrays[each]) for each in found]
    whole = (len(layers), *layers[0].shape[1:])
    if any(isinstance(layer, HeadStack) for layer in layers):
        return HeadStack(tuple(e for each in found if isinstance(e := arrays[each], Entry)), whole)
    return np.concatenate([layer for layer in layers if isinstance(layer, np.ndarray)])


def _four_axes(
    path: str, name: str, array: Floats | Entry, last: str = "tokens, d"
) -> Floats | HeadStack:
    shape = shape_of(path, name, array, last)
    if isinstance(array, Entry):
        return HeadStack((array,), shape)
    check_values(f"{path}: {name}", array)
    return array.reshape(shape)


def labels(
    path: str, name: str, arrays: Mapping[str, Floats], said: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return labels from an array, a list in a side file, or a JSON list in the metadata."""
    words = said.get(name, arrays.get(name, ()))
    if isinstance(words, str):
        words = read_json(words, f"{path}: {name}")
    if isinstance(words, np.ndarray):
        words = _strings(f"{path}: {name}", words)
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise Refused(f"{path}: {name} must be a list of strings")
    return tuple(_sound(word) for word in words)


def _strings(name: str, words: np.ndarray) -> list[str] | None:
    """Return the strings of an array, or None if it is not an array of strings."""
    if words.size > MOST_LABELS:
        raise Refused(f"{name} must be at most {MOST_LABELS} strings, got {words.size}")
    if words.ndim != 1 or words.dtype.kind not in "US":
        return None
    # an array of strings may contain invalid code points
    with refusing(f"{name} must be strings"):
        if words.dtype.kind == "S":
            words = np.char.decode(words, "utf-8", "replace")
        return [str(word) for word in words]


def _sound(word: str) -> str:
    """Return a string of bounded length whose code points exist, without lone surrogates."""
    return word[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8", "replace")


# in words of Persian and of Indian scripts, and in emoji of several: without them others stand there
JOINERS = "\u200c\u200d"


def label(word: str, longest: int = LONGEST_LABEL) -> str:
    """Return a token or a phrase as a short single line for drawing."""
    shown = "".join(c if c.isprintable() or c in JOINERS else "·" for c in word[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def numbers(count: int) -> tuple[str, ...]:
    return tuple(str(i) for i in range(count))


def optional(
    path: str, arrays: dict[str, Floats], shape: tuple[int, ...]
) -> tuple[Floats | None, ...]:
    """Return additive bias, scale, softcap and sinks for heads of shape (layers, heads, queries, keys);
    None for missing ones.  Raises ValueError.
    """
    added = arrays.get("bias")
    if added is not None and added.dtype.kind != "f":
        raise Refused(f"{path}: bias must be floats, got {added.dtype}")
    per_head = (_per_head(path, name, arrays, shape[:2]) for name in BOUNDS)
    return (bias(path, added, shape, "bias"), *per_head)


def own_rows(
    path: str, rows: Floats | Entry | None, shape: tuple[int, ...]
) -> Floats | HeadStack | None:
    """Return the model's own rows (layers, heads, queries, keys), or None.  Raises ValueError."""
    if rows is None:
        return None
    found = _four_axes(path, "attention", rows, "queries, keys")
    if found.shape != shape:
        raise Refused(f"{path}: attention must have shape {shape}, got {found.shape}")
    return found


def layer_numbers(path: str, found: Floats | None, layers: int) -> tuple[int, ...]:
    """Return the layer numbers within the model, 0, 1, … by default.  Raises ValueError."""
    if found is None:
        return tuple(range(layers))
    if found.dtype.kind not in "iu" or found.shape != (layers,):
        raise Refused(
            f"{path}: layer_numbers must be {layers} whole numbers, got {found.dtype} {found.shape}"
        )
    return tuple(int(number) for number in found)


def verified(
    path: str,
    arrays: Mapping[str, Floats],
    said: Mapping[str, Any],
    shape: tuple[int, ...],
) -> tuple[Floats | None, tuple[str, ...]]:
    """Return the largest differences from the model's own rows when the file was made (layers, heads),
    NaN where unknown, and for each layer what the file does not represent.  Raises ValueError.
    """
    gaps = arrays.get("verified")
    if gaps is not None:
        if gaps.dtype.kind != "f" or gaps.shape != shape:
            got = f"{gaps.dtype} {gaps.shape}"
            raise Refused(f"{path}: verified must be differences of shape {shape}, got {got}")
        wrong = gaps[(gaps < 0) | np.isinf(gaps)]
        if wrong.size:
            raise Refused(f"{path}: verified must be differences of at least 0, got {wrong[0]:g}")
        gaps = gaps.astype(np.float64)
    lacking = labels(path, "unrepresented", arrays, said)
    if lacking and len(lacking) != shape[0]:
        raise Refused(f"{path}: unrepresented must be {shape[0]} strings, got {len(lacking)}")
    return gaps, tuple(label(word, LONGEST_PHRASE) for word in lacking)


def words(path: str, name: str, arrays: Mapping[str, Floats], said: Mapping[str, Any]) -> str:
    """Return a text of the file, such as the model's name: a string in the metadata, or an array of
    one.

    Returns "" if there is none.  Raises ValueError.
    """
    found = said.get(name, arrays.get(name, ""))
    if isinstance(found, np.ndarray):
        strings = _strings(f"{path}: {name}", found.reshape(-1))
        found = strings[0] if strings else None
    if not isinstance(found, str):
        raise Refused(f"{path}: {name} must be a string")
    printable = "".join(c if c.isprintable() else " " for c in found[:LONGEST_TEXT])
    return printable if len(found) <= LONGEST_TEXT else f"{printable}…"


def _per_head(
    path: str, name: str, arrays: dict[str, Floats], shape: tuple[int, ...]
) -> Floats | None:
    """Return one number per head (layers, heads).  Raises ValueError if the entry does not
    broadcast.
    """
    found = arrays.get(name)
    if found is None:
        return None
    if found.dtype.kind not in "iuf":
        raise Refused(f"{path}: {name} must be numbers, got {found.dtype}")
    least, most = BOUNDS[name]
    wrong = found[~((found >= least) & (found <= most))]
    if wrong.size:
        raise Refused(f"{path}: {name} must be from {least:g} to {most:g}, got {wrong[0]:g}")
    try:
        return np.broadcast_to(found.astype(np.float64), shape)
    except ValueError:
        raise Refused(f"{path}: {name} must broadcast to {shape}, got {found.shape}") from None


def bias(
    path: str, mask: Floats | None, shape: tuple[int, ...], name: str = "mask"
) -> Floats | None:
    """Return a mask as numbers added to the logits, −inf for excluded keys.

    The shape is (layers, heads, 1, n) if it is the same for all queries, else
    (layers, heads, queries, n).  Raises ValueError for an invalid mask, or if it does not broadcast to
    ``shape`` (layers, heads, queries, n).
    """
    if mask is None:
        return None
    added = mask.dtype.kind == "f"
    if mask.dtype.kind not in "biuf" or (added and not (mask < np.inf).all()):
        raise Refused(f"{path}: {name} must be true or false, or finite or −inf floats")
    try:
        np.broadcast_to(mask, shape)
    except ValueError:
        raise Refused(f"{path}: {name} must broadcast to {shape}, got {mask.shape}") from None
    mask = np.atleast_2d(mask)
    if (mask == mask[..., :1, :]).all():
        mask = mask[..., :1, :]
    if not added:
        mask = np.where(mask, np.float32(0.0), np.float32(-np.inf))
    layers, heads, _, n = shape
    return np.broadcast_to(mask, (layers, heads, mask.shape[-2], n))
