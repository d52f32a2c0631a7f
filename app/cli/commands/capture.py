"""``capture``: run a language model on a text, and write a file with all of its attention heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.subcommand import Subcommand
from app.model.file_formats import metavar

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from compute.capture.captured_heads import CapturedHeads

# maximum number of differing layers listed
LISTED = 8


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``capture``."""
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="a model folder, a .gguf file, or a name that transformers resolves",
    )
    parser.add_argument("--text", required=True, help="the input text")
    parser.add_argument(
        "-o",
        dest="output",
        required=True,
        metavar=metavar("FILE", "heads"),
        help="file for queries, keys, values and everything else in the logits of all heads",
    )
    parser.add_argument(
        "--target", default="", metavar="TEXT", help="the decoder's text, for a model that has one"
    )
    parser.add_argument(
        "--part",
        default="",
        help="which stack of layers to save, such as encoder or cross, if the model has several",
    )
    parser.add_argument(
        "--rows",
        choices=("auto", "yes", "no"),
        default="auto",
        help="also save the model's own rows (auto: if they are small)",
    )
    parser.add_argument(
        "--output",
        dest="layer",
        action="store_true",
        help="also save the output layer and the text's hidden states, for steer",
    )


def wrong(arguments: Sequence[str]) -> str:
    """Return words for a file after --output, which names one in other commands."""
    from app.model.file_formats import suffixes
    from compute.core.refusal import shown

    for option, value in zip(arguments, (*arguments[1:], ""), strict=True):
        name, stated, own = option.partition("=")
        if name == "--output" and (stated or value.lower().endswith(suffixes("heads"))):
            return (
                "--output takes no value, it adds the output layer to the file that -o names: expected "
                f"-o FILE --output, got {shown(own or value)}"
            )
    return ""


def run(chosen: argparse.Namespace) -> int:
    """Write the file and print the verification; the exit status is 1 if it fails."""
    from app.cli.output import show
    from app.export.files import checked
    from app.model.file_formats import suffixes
    from compute import capture

    target = checked(chosen.output, suffixes("heads"))
    kept = {"auto": None, "yes": True, "no": False}[chosen.rows]
    found = capture(
        chosen.model, chosen.text, target=chosen.target, part=chosen.part, attention=kept,
        output=chosen.layer,
    )  # fmt: skip
    found.save(target)
    holds = bool(found.holds.all()) and (found.output is None or found.output.holds)
    result = {
        "file": chosen.output,
        "model": found.model,
        "layers": found.layers,
        "heads": found.heads,
        "tokens": found.tokens,
        "verified": found.difference,
        "key_tokens": found.key_tokens,
        "layer_numbers": found.layer_numbers,
        "part": found.part,
        "parts": [part.part for part in found.parts],
        "unseen": found.unseen,
        "verdict": found.verdict,
        "unrepresented": found.lacking,
        "words": len(found.output.layer) if found.output else None,
        "output_verified": found.output.difference if found.output else None,
        "status": "OK" if holds else "NOT_VERIFIED",
    }
    show(result, chosen.json, _lines(chosen.output, found))
    return 0 if holds else 1


def _lines(file: str, found: CapturedHeads) -> list[str]:
    """Describe the captured heads: source, numbers and verification."""
    others = [part.part for part in found.parts if part.part != found.part]
    lines = [
        f"model     {found.model}, {found.part}",
        f"heads     {found.layers} layers of {found.heads}, {len(found.tokens)} tokens, "
        f"{len(found.key_tokens)} keys",
        f"rows      {found.verdict}",
    ]
    if found.output is not None:
        lines.append(f"output    {len(found.output.layer)} words: {found.output.verdict}")
    missed = [i for i, holds in enumerate(found.holds) if not holds]
    for layer in missed[:LISTED]:
        number, gap = found.layer_numbers[layer], found.verified[layer].max()
        lines.append(f"          layer {number} differs by {gap:.2g}: {found.lacking[layer]}")
    if found.unseen:
        lines.append(f"missed    the attention of {', '.join(found.unseen)}")
    if others:
        lines.append(f"also has  {', '.join(others)} (--part)")
    return [*lines, f"file      {file}"]


COMMAND = Subcommand(
    "capture", "save the heads of a model on a text", declare, run, order=115, wrong=wrong
)
