"""The reference engine, and the selection of an engine.

Only `opening` imports the GPU engine.
"""
