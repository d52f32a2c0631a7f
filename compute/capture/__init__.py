"""Capture of attention heads from running models: queries, keys, values and all parts of the logits.

They are recorded where a model computes attention, and compared with the model's own weights.  May
import core, heads, definitions, manifold, families; PyTorch and transformers only inside functions,
since they are optional.
"""
