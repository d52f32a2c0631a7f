"""Studies over any engine: geodesic fans, cut loci, holonomy, curve relaxation, second attempts,
topology.

May import curves, distances, geodesics and the rooms below; engines are passed as arguments.
"""
