"""Captured heads: the layers of one stack as a head file, in memory and on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compute.capture import head_writer
from compute.capture.captured_output import CapturedOutput, is_bfloat16
from compute.core.arrays import Floats
from compute.core.refusal import Refused, shown
from compute.heads import head_file, query_plane
from compute.heads.attention_call import AttentionCall, met
from compute.heads.call_stack import arrays_of, numbers_of, parts_of
from compute.heads.head import Head, HeadFile
from compute.manifold.manifold import Manifold

if TYPE_CHECKING:
    import subprocess


# of stacks
KINDS = ("cross", "decoder", "encoder")


@dataclass(frozen=True, eq=False)
class CapturedHeads:
    """The heads of one stack of layers of a model on one text, with the contents of a head file.

    part: the stack, by the name of its modules with ``*`` for numbers; parts: all stacks of the
    model; unseen: modules with attention in their name in which none was recorded; output: the
    output layer, if it was asked for.
    """

    part: str
    calls: tuple[AttentionCall, ...]
    tokens: tuple[str, ...]
    key_tokens: tuple[str, ...]
    model: str = ""
    text: str = ""
    parts: tuple[CapturedHeads, ...] = ()
    unseen: tuple[str, ...] = ()
    output: CapturedOutput | None = None

    @property
    def layers(self) -> int:
        return len(self.calls)

    @property
    def heads(self) -> int:
        return self.calls[0].shape[0]

    @cached_property
    def layer_numbers(self) -> tuple[int, ...]:
        """The layer numbers within the model, from module names or by order."""
        return numbers_of(self.calls)

    @cached_property
    def verified(self) -> Floats:
        """The largest difference of a row from the model's own (layers, heads); NaN if unknown."""
        return np.stack([call.difference for call in self.calls])

    @cached_property
    def difference(self) -> float | None:
        """The largest difference of any row from the model's own; None if not all are known."""
        found = float(self.verified.max())
        return found if np.isfinite(found) else None

    @property
    def lacking(self) -> tuple[str, ...]:
        """For each layer, in words, what is not represented; "" if nothing is missing."""
        return tuple(call.lacking for call in self.calls)

    @property
    def verdict(self) -> str:
        """The result of the verification in one line."""
        missed = [call for call in self.calls if call.lacking]
        if missed:
            worst = max(missed, key=lambda call: float(call.difference.max()))
            return f"differs by {worst.difference.max():.2g}: {worst.lacking}"
        if self.difference is None:
            return "not verified: the model's own weights are not known"
        wide = {call.precision for call in self.calls} - {"float32", "float64"}
        computed = f", computed in {' and '.join(sorted(wide))}" if wide else ""
        inferred = any(call.inferred for call in self.calls)
        bias = "; its bias was inferred as logits − scale·qk" if inferred else ""
        windows = max(call.windows for call in self.calls)
        part = f"; of one of {windows} windows that it attends in" if windows > 1 else ""
        return f"model's own attention, {self.difference:.1g}{computed}{bias}{part}{self._fragment}"

    @property
    def _fragment(self) -> str:
        """A remark if the model attends over positions other than the tokens of its text."""
        sides = (("queries", self.tokens), ("keys", self.key_tokens))
        other = [
            f"{len(labels)} {side}"
            for side, labels in sides
            if self.text and labels == head_file.numbers(len(labels))
        ]
        return f"; its {' and '.join(other)} are not the tokens of the text" if other else ""

    @property
    def holds(self) -> NDArray[np.bool_]:
        """Whether each layer's rows are the model's own, within its precision (layers,)."""
        return np.array([not call.lacking and met(call) for call in self.calls])

    def head(self, layer: int, head: int, mask_of: int = -1) -> Head:
        """Return one head under the mask of one query; see `HeadFile.head`."""
        return self.file.head(layer, head, mask_of)

    def of_part(self, part: str) -> CapturedHeads:
        """Return another stack of the same run, by its name or part of it.  Raises Refused."""
        return chosen(self.parts or (self,), part)

    def manifold(self, layer: int, head: int, tokens: str = "", mask_of: int = -1,
                 temperature: float = 1.0) -> Manifold:  # fmt: skip
        """Return the manifold of a head's attention on the plane through three queries, ``tokens``
        "i,j,k".
        """
        from compute.families.attention import of_head

        found = self.head(layer, head, mask_of)
        plane = query_plane.plane_of(found, "tokens", tokens)
        return of_head(found, plane, temperature)

    def open(self, path: str | Path | None = None) -> subprocess.Popen[bytes]:
        """Show the heads in a window of its own process, from ``path`` or a temporary file.

        The window outlives the script; ``wait()`` of what is returned waits until it is closed.
        """
        import os
        import subprocess
        import sys
        import tempfile

        target = Path(path or Path(tempfile.mkdtemp()) / "captured.safetensors")
        self.save(target)
        # the program's own package, and no app.py of the folder that the script works in
        places = (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", ""))
        paths = os.pathsep.join(filter(None, places))
        command = [sys.executable, "-P", "-m", "app", str(target)]
        return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths})

    def save(self, path: str | Path) -> Path:
        """Write a .safetensors or .npz file beside ``path`` and rename it.  Raises ValueError."""
        said = {"tokens": list(self.tokens), "key_tokens": list(self.key_tokens),
                "model": self.model, "text": self.text, "part": self.part,
                "layer_numbers": list(self.layer_numbers), "verdict": self.verdict,
                "unrepresented": list(self.lacking)}  # fmt: skip
        alike = {call.precision for call in self.calls} == {"bfloat16"}
        upper, arrays = set("qkv") if alike else set(), dict(self.arrays)
        if self.output is not None:
            arrays |= self.output.arrays
            said["words"] = list(self.output.layer.words)
            if is_bfloat16(self.output.layer.unembedding):
                arrays["unembedding"] = self.output.layer.unembedding
                upper.add("unembedding")
        return head_writer.write(Path(path), arrays, said, frozenset(upper))

    @cached_property
    def file(self) -> HeadFile:
        """The heads as a head file in memory."""
        arrays, where = self.arrays, self.model or "the capture"
        shape = (*arrays["q"].shape[:3], arrays["k"].shape[2])
        mask = head_file.bias(where, arrays.get("mask"), shape)
        extra, scale, softcap, sinks = head_file.optional(where, arrays, shape)
        return HeadFile(
            name=Path(where).stem,
            q=arrays["q"],
            k=arrays["k"],
            v=arrays["v"],
            tokens=self.tokens,
            key_tokens=self.key_tokens,
            bias=mask,
            extra=extra,
            scale=scale,
            softcap=softcap,
            sinks=sinks,
            attention=arrays.get("attention"),
            layer_numbers=self.layer_numbers,
            model=self.model,
            text=self.text,
            part=self.part,
            verified=self.verified,
            unrepresented=self.lacking,
        )

    @cached_property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays of the file of heads, by their names."""
        return arrays_of(self.calls)


def chosen(parts: Sequence[CapturedHeads], part: str) -> CapturedHeads:
    """Return the stack of a given name, or the one with most layers for "".  Raises Refused.

    Part of a name suffices, as do encoder, decoder and cross for stacks of these kinds.
    """
    if not part:
        return max(parts, key=lambda each: each.layers)
    named = [each for each in parts if each.part == part] or [
        each for each in parts if kind_of(each.part) == part
    ]
    if part not in KINDS:  # a decoder's encoder_attn is no encoder
        named = named or [each for each in parts if part.lower() in each.part.lower()]
    if len(named) != 1:
        known = ", ".join(each.part for each in parts)
        raise Refused(f"part must name one of {known}, got {shown(part)}")
    return named[0]


def kind_of(part: str) -> str:
    """Whether a stack is one of an encoder, of a decoder or of attention across to the encoder."""
    if head_file.CROSS.search(part):
        return "cross"
    return next((kind for kind in KINDS[1:] if kind in part.lower()), "")


def gathered(
    calls: Sequence[AttentionCall],
    labels: Any,
    model: str = "",
    text: str = "",
    part: str = "",
) -> CapturedHeads:
    """Return the stack ``part`` of the calls; ``labels(part, m, n)`` returns labels of queries and
    keys.
    """
    parts = [
        CapturedHeads(name, alike, own, keys, model, text)
        for name, alike in parts_of(calls)
        for own, keys in [labels(name, *alike[0].shape[1:])]
    ]
    return replace(chosen(parts, part), parts=tuple(parts))
