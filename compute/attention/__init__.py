"""Attention as geometry: by distances, in the whole query space, along layers and over heads.

May import families, heads, geodesics and the rooms below; engines are passed as arguments.
"""
