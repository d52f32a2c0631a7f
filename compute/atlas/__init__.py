"""Attention heads of a model side by side: the scores of each, and the distances between them.

May import all rooms of compute except gpu, engine, capture and api.
"""
