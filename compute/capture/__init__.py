"""Attention heads of running models: queries, keys, values and the whole logit, as files of heads.

They are taken where a model computes attention, and compared with the model's own weights.  May import
core, heads, definitions, manifold, families; PyTorch and transformers inside functions alone, for they
are optional.
"""
