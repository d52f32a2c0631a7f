"""The Fisher–Rao distance from one point to all cells of a chart.

By closed forms, by geodesics from the point, or by the eikonal equation.  May import geodesics,
divergences and the rooms below.
"""
