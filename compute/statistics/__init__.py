"""Statistics of samples and of points: maximum likelihood and its regions, means, distances, clusters.

May import samples, studies and the rooms below; engines are passed as arguments.
"""
