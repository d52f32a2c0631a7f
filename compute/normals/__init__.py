"""Normals of any dimension: four paths between two of them, with lengths.

May import divergences and core.
"""
