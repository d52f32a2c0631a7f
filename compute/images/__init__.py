"""Pictures: files, lattices of patches as distributions, and the metric of a vision head.

May import attention, heads and the rooms below.
"""
