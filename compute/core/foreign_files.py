"""Foreign data: PyTorch tensors, and file formats that are recognised but not read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

# maximum length of a path in a message
LONGEST_NAME = 80
# how to convert a file of an unsupported type
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
    """Raise ValueError with advice for a known file format that is not read."""
    suffix = Path(path).suffix.lower()
    if suffix in _WAYS:
        raise ValueError(
            f"{_named(path)}: {suffix} files are not read; "
            f"save the arrays as .safetensors or .npz: {_WAYS[suffix]}"
        )


# PyTorch's files are programs; loading untrusted ones is unsafe
PICKLED = (".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle")


def refuse_model(path: str | Path) -> None:
    """Raise ValueError with advice for a model file that can contain a program."""
    if Path(path).suffix.lower() in PICKLED:
        raise ValueError(
            f"{_named(path)}: {Path(path).suffix} files are not read because they can contain "
            "programs; load the model in Python and call compute.capture(model, inputs), or "
            "save it with model.save_pretrained(FOLDER)"
        )


def _named(path: str | Path) -> str:
    """Return the end of a path, so that the advice is not cut from the message."""
    text = str(path)
    return text if len(text) <= LONGEST_NAME else f"…{text[-LONGEST_NAME:]}"


def plain(value: Any) -> Any:
    """Return ``value``, or a PyTorch tensor as a float64 array on the CPU.

    Uses only the tensor's methods, without importing PyTorch: NumPy has no bfloat16 and no devices.
    """
    methods = ("detach", "cpu", "double", "numpy")
    if not all(callable(getattr(value, name, None)) for name in methods):
        return value
    return value.detach().cpu().double().numpy()
