"""Bivariate normals: four ways from one to another, and their lengths.

May import divergences and core.
"""
