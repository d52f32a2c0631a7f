"""Studies over any engine: fans, cut loci, loops, relaxing curves, and second tries.

May import curves, distances, geodesics and what lies below; engines come as arguments.
"""
