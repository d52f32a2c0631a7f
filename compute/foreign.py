"""What others hand over in another form: tensors of PyTorch, and files of formats that are not read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

# how a file of a suffix that is not read becomes one that is
_WAYS = {
    **dict.fromkeys(
        (".pt", ".pth", ".bin", ".ckpt"),
        'from safetensors.torch import save_file; save_file(tensors, "heads.safetensors"), '
        "with tensors named q, k and v",
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
            f"{path}: {suffix} files are not read, since they may run code or do not say what is what; "
            f"save the arrays as .safetensors or .npz: {_WAYS[suffix]}"
        )


def plain(value: Any) -> Any:
    """``value``, or a tensor of PyTorch as an array of float64 on the processor.

    By its methods, so that PyTorch need not be there: NumPy knows no bfloat16 and no other device.
    """
    methods = ("detach", "cpu", "double", "numpy")
    if not all(callable(getattr(value, name, None)) for name in methods):
        return value
    return value.detach().cpu().double().numpy()
