"""Benchmark workloads and their yardsticks, measured in one run: ratios matter, not seconds.

May import all of app except the command line.
"""
