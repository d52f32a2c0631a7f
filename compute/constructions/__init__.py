"""Constructions with compass and straightedge: from two or three points.

Each function is pure, takes batches (n, 2) in float64, and returns a status and a certificate for each
row: a number that would be 0 without any error.  May import statistics and the rooms below; engines are
passed as arguments.
"""
