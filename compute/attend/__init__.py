"""Attention by distances between the distributions that queries and keys stand for."""
