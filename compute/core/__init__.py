"""The ground floor: arrays and their checks, statuses, files of others, interruptions.

compute.core imports nothing of this program.
"""
