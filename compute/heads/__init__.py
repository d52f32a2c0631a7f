"""Attention heads as data: files of heads, selections, planes of queries, and softmax as a family.

May import core, manifold and requests.
"""
