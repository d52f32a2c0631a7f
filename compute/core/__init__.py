"""Basics: array checks, statuses, safe reading of foreign files, interruption of long computations.

compute.core imports nothing of this program.
"""
