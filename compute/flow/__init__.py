"""Natural attention flow: fields that evolve on a manifold, and their singularities.

May import families, heads, geodesics and what lies below; engines come as arguments.
"""
