"""Attention as geometry: by distances, in the whole query space, along layers and over heads.

May import families, heads, geodesics and what lies below; engines come as arguments.
"""
