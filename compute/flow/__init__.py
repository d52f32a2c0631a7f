"""Flows: fields that evolve on a manifold, and their singularities.

May import families, heads, geodesics and the rooms below; engines are passed as arguments.
"""
