"""Workloads and their yardsticks, measured in one run: the ratios count, not the seconds.

May import everything of app but the command line.
"""
