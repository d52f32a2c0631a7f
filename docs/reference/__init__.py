"""The reference table: numbers of every family by two independent methods each.

``make docs`` writes docs/table.json and docs/table.md; the test of the table calculates a sample again.
"""
