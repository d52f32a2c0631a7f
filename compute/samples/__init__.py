"""Data that users bring: tables in files, and their columns as samples or as points of a family.

May import core.
"""
