"""Attention heads as data: head files, selections, planes of queries, rows and their verification.

May import core, manifold and requests.
"""
