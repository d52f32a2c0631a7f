"""Steering: paths between two hidden states of a model, and what each does to the next word.

May import all rooms of compute except gpu, engine, capture, constructions, atlas and api.
"""
