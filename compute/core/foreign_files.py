"""Data in other forms: tensors of PyTorch, and files of formats that are not read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

# characters of a path that a message has room for
LONGEST_NAME = 80
# how a file of a suffix that is not read becomes one that is
_WAYS = {
    **dict.fromkeys(
        (".pt", ".pth", ".bin", ".ckpt"),
        'from safetensors.torch import save_file; save_file(tensors, "heads.safetensors"), '
        "with tensors named q, k and v, or as a cache of TransformerLens names them",
    ),
    **dict.fromkeys(
        (".npy", ".pkl", ".pickle", ".h5", ".mat", ".csv"),
        'numpy.savez("heads.npz", q=q, k=k, v=v)',
    ),
}


def refuse(path: str | Path) -> None:
    """ValueError that names the way out, for a file of a format that is known and is not read."""
    suffix = Path(path).suffix.lower()
    if suffix in _WAYS:
        raise ValueError(
            f"{_named(path)}: {suffix} files are not read; "
            f"save the arrays as .safetensors or .npz: {_WAYS[suffix]}"
        )


# what PyTorch writes: programs, which must not be read from others
PICKLED = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle")


def refuse_model(path: str | Path) -> None:
    """ValueError that names the way out, for a model in a file that holds a program."""
    if Path(path).suffix.lower() in PICKLED:
        raise ValueError(
            f"{_named(path)}: {Path(path).suffix} files are not read, for they hold programs; load the "
            "model in Python and call compute.capture(model, inputs), or save it in a folder by "
            "model.save_pretrained(FOLDER)"
        )


def _named(path: str | Path) -> str:
    """Return the end of a path, so that the way out is not cut from the message."""
    text = str(path)
    return text if len(text) <= LONGEST_NAME else f"…{text[-LONGEST_NAME:]}"


def plain(value: Any) -> Any:
    """``value``, or a tensor of PyTorch as an array of float64 on the processor.

    By its methods, so that PyTorch need not be there: NumPy knows no bfloat16 and no other device.
    """
    methods = ("detach", "cpu", "double", "numpy")
    if not all(callable(getattr(value, name, None)) for name in methods):
        return value
    return value.detach().cpu().double().numpy()
